"""Time to a target: epochs of a learning file joined with the seconds of timing files.

    time to target = cold start + whole epochs x (seconds of an epoch + those of its evaluation)

The whole epochs are those after which the target holds (`scripts.target.standing`). Epochs do not
depend on the device and seconds do not depend on the seed, so each is measured where it is cheap:
days of learning on one machine serve every machine that times an hour. The interval of a time is
that of a single run of so many epochs, another process. Between devices both spreads are carried
through by a bootstrap over seeds and over blocks: two rows that share seeds, or blocks, share their
draws, so a ratio is not blurred by what both have in common. An epoch here is the real training
split, not the `--samples` of a timing run: seconds of an epoch are seconds of a step times the
steps of a real epoch.
"""

import math
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from scripts.read.sides import SIDES
from scripts.target.standing import drawn_epochs
from scripts.target.step_times import Array, Seconds, StepTimes

DRAWS = 2000
_SIGMAS = math.sqrt(math.pi / 2)
"""In a mean error: that of |normal| is 0.8 of its standard deviation."""

PLACE = ["file", "machine", "side"]
"""Where seconds come from: a side of a timing file."""
_CELL = (
    "workload", "optimizer", "learning_rate", "batch_size", "metric", "target", "epochs",
    "steps_an_epoch", "seeds", "train_epochs", "standing", "carried",
)  # fmt: skip
_NOTHING = {
    "cold_seconds": math.nan, "epoch_seconds": math.nan, "evaluation_seconds": math.nan,
    "blocks": 0, "measured": False, "seconds": math.nan, "lo": math.nan, "hi": math.nan,
    "note": "", "suspect": "", "draws": None,
}  # fmt: skip


def times_to_target(epochs: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """A row per side, workload, optimiser and batch size; remedies and rungs have none.

    `epochs` are rows of `standing.with_whole_epochs` (one learning file a workload), `rounds`
    those of `table.load`. Columns: PLACE, base, machine_id, device_label, those of the cell,
    learned_on (the machine of the learning file), cold_seconds, epoch_seconds, evaluation_seconds
    (after each epoch, estimated), blocks, seconds (of train_epochs whole epochs), lo and hi (where
    95 % of single runs end), measured (whether the seconds are of this optimiser, or made of both
    updates, and of this batch size),
    note (what was assumed or interpolated), suspect, reason (why there are no seconds) and draws
    (of the bootstrap; None without seconds).
    A cell whose own optimiser was timed in another file of the same machine has no row with the
    seconds of a different one.
    """
    rows = []
    for place, own in _asked(rounds).groupby([*PLACE, "workload"], sort=False):
        cells = epochs[epochs["workload"] == place[-1]]
        about = dict(zip(PLACE, place, strict=False))
        about |= {name: own[name].iloc[0] for name in ("base", "device_label", "machine_id")}
        for (definition, optimizer), same in cells.groupby(["definition", "optimizer"], sort=False):
            steps = StepTimes.of(own, definition=str(definition), optimizer=str(optimizer))
            rows += [
                about | _row(cell, steps, about) | {"assumed": steps.assumed}
                for cell in same.to_dict("records")
            ]
    return _own_optimizer_first(pd.DataFrame(rows)) if rows else pd.DataFrame()


def _asked(rounds: pd.DataFrame) -> pd.DataFrame:
    """The first rounds of the sides that runs were asked for."""
    if rounds.empty:
        return pd.DataFrame(columns=[*PLACE, "workload"])
    return rounds[~rounds["again"] & (rounds["family"] == SIDES)]


def times_of(
    batch_size: int, wanted: int, *, epochs: pd.DataFrame, rounds: pd.DataFrame
) -> pd.DataFrame:
    """How long so many epochs take at a trained batch size, whatever they reach, on each side."""
    cells = epochs[epochs["batch_size"] == batch_size]
    whole = cells.assign(train_epochs=float(wanted), unsettled="", stands=None)
    return times_to_target(whole, rounds)


def _own_optimizer_first(times: pd.DataFrame) -> pd.DataFrame:
    """Without the rows on another optimiser's seconds where a machine has those of the own one."""
    place = ["machine_id", "side", "workload", "optimizer", "batch_size"]
    own = times["seconds"].notna() & ~times["assumed"]
    known = own.groupby([times[name] for name in place]).transform("any")
    kept = times[~(known & times["assumed"])]
    return kept.drop(columns="assumed").reset_index(drop=True)


def by_hardware(times: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The times of each computer, under the name of its first file, in the order of the files.

    `times` are rows of one workload. Where several files of a computer have seconds of a cell,
    those of one stay: rather measured than interpolated, without doubts, of the first such file.
    """
    answer = {}
    cell = ["label", "optimizer", "batch_size"]
    for _, own in times.groupby("machine_id", sort=False):
        rank = 4 * own["seconds"].isna() + 2 * (own["note"] != "") + (own["suspect"] != "")
        order = rank.sort_values(kind="stable").index
        once = own.loc[order].drop_duplicates(cell).sort_index()
        answer[str(own["machine"].iloc[0])] = once
    return answer


def _row(cell: dict[Any, Any], timed: StepTimes, about: dict[str, Any]) -> dict[str, Any]:
    row = {name: cell[name] for name in _CELL} | _NOTHING | {"learned_on": cell["machine"]}
    row["reason"] = cell["unsettled"]
    if row["reason"]:
        return row
    seconds = timed.at(cell["batch_size"])
    if isinstance(seconds, str):
        return row | {"reason": seconds}
    epoch = seconds.step * cell["steps_an_epoch"]
    evaluation = timed.evaluation(cell["held_out"])
    runs = np.log(seconds.cold + cell["train_epochs"] * (epoch + evaluation))
    far = _single_run(runs, seconds.error)
    draws = _draws(cell, seconds, epoch + evaluation, about)
    return row | {
        "cold_seconds": float(seconds.cold.mean()),
        "epoch_seconds": float(np.exp(np.log(epoch).mean())),
        "evaluation_seconds": evaluation,
        "blocks": len(epoch),
        "measured": timed.known and not seconds.error,
        "seconds": float(np.exp(runs.mean())),
        "lo": float(np.exp(runs.mean() - far)),
        "hi": float(np.exp(runs.mean() + far)),
        "note": "; ".join(filter(None, [timed.note, seconds.note])),
        "suspect": seconds.suspect,
        "draws": draws,
    }


def _single_run(logs: Array, error: float) -> float:
    """How far from the mean of these logs, one a process, 95 % of further processes end.

    `error` is the mean one of a fitted curve; one process has no spread.
    """
    blocks = len(logs)
    if blocks < 2:
        return 0.0
    spread = logs.std(ddof=1) * math.sqrt(1 + 1 / blocks)
    return float(-stdtrit(blocks - 1, 0.025) * math.hypot(spread, _SIGMAS * error))


def _draws(cell: dict[Any, Any], seconds: Seconds, epoch: Array, about: dict[str, Any]) -> Array:
    """Draws of the time to the target: seeds and blocks drawn again, with replacement.

    The same seeds for a cell on every side, the same blocks for every side of a file.
    """
    epochs = cell["train_epochs"]
    if cell["stands"] is not None:
        seeds = len(cell["stands"])
        of_seeds = _random(cell["file"], cell["workload"], cell["optimizer"], cell["batch_size"])
        weights = of_seeds.multinomial(seeds, np.full(seeds, 1 / seeds), size=DRAWS)
        epochs = drawn_epochs(cell["stands"], weights.astype(np.float64))
    blocks = len(epoch)
    places = _random(about["file"], cell["workload"]).integers(blocks, size=(DRAWS, blocks))
    cold = seconds.cold[places].mean(axis=1)
    drawn = np.exp(np.log(epoch)[places].mean(axis=1))
    if seconds.error:
        own = _random(
            *(about[name] for name in PLACE),
            cell["workload"],
            cell["optimizer"],
            cell["batch_size"],
        )
        drawn = drawn * np.exp(own.normal(0, _SIGMAS * seconds.error, DRAWS))
    return np.asarray(cold + epochs * drawn)


def stretched(log_draws: Array, *, blocks: int) -> Array:
    """Bootstrap draws of a log, as far from their median as a t interval of few blocks is.

    Means of 3, 5 and 9 values drawn again spread too little: 74, 84 and 90 % of percentile
    intervals hold the truth. Draws whose median is infinite or of one block stay as they are.
    """
    middle = np.nanmedian(log_draws)
    if blocks < 2 or not np.isfinite(middle):
        return log_draws
    factor = -stdtrit(blocks - 1, 0.025) / -ndtri(0.025) * math.sqrt(blocks / (blocks - 1))
    return np.asarray(middle + factor * (log_draws - middle))


def _random(*names: object) -> np.random.Generator:
    """Random numbers that belong to these names: equal names, equal numbers."""
    return np.random.default_rng(crc32("|".join(map(str, names)).encode()))


def best_of(times: pd.DataFrame) -> pd.DataFrame:
    """The row with the smallest time to the target of each side and workload.

    One whose seconds were not measured, or whose seeds were not trained that far, does not take
    the place of one that is known.
    """
    known = times[times["seconds"].notna()].sort_values("seconds", kind="stable")
    sure = 2 * known["measured"].astype(int) + (known["carried"] == 0)
    order = known.loc[sure.sort_values(ascending=False, kind="stable").index]
    return order.drop_duplicates([*PLACE, "workload"]).sort_index()
