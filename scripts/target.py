"""Time to a target: epochs of a learning file joined with the seconds of timing files.

    time to target = cold start + epochs to target x seconds of an epoch

Epochs to a target do not depend on the device and seconds do not depend on the seed, so each is
measured where it is cheap: days of learning on one machine serve every machine that times an hour.
Both spreads are carried through by a bootstrap over seeds and over blocks. Two rows that share
seeds, or blocks, share their draws, so a ratio of devices is not blurred by what both have in
common. An epoch here is the real training split, not the `--samples` of a timing run: seconds of
an epoch are seconds of a step times the steps of a real epoch.
"""

import math
from collections.abc import Iterable
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]

DRAWS = 2000
FEWEST_BLOCKS = 3
SMALLEST_DELTA = 0.05
# As in scripts.decide, whose SciPy takes longer to import than this takes to run (a test compares).
SLOWER, FASTER, CLOSE = "gpu slower", "gpu faster", "too close"
UNDECIDED, NOT_MEASURED, SUSPECT = "undecided", "not measured", "suspect"

PLACE = ["file", "machine", "device", "threads"]
"""Where seconds come from: a device of a timing file; `threads` is the CPU's setting."""
Curves = dict[tuple[str, str], pd.DataFrame]
"""Fitted curves of a device's step times, by workload and optimiser: fitting takes a while."""

_NOTHING = {
    "cold_seconds": math.nan, "epoch_seconds": math.nan, "blocks": 0, "seconds": math.nan,
    "lo": math.nan, "hi": math.nan, "draws": None,
}  # fmt: skip


def times_to_target(epochs: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a device, workload, optimiser and batch size.

    `epochs` are rows of `learning.epochs_to_target` (one learning file a workload), `rounds` rows
    of `table.load`. Columns: PLACE, device_label, workload, optimizer, learning_rate, batch_size,
    metric, target, learned_on (the machine of the learning file), epochs, seeds, cold_seconds,
    epoch_seconds, blocks, seconds (the median time to the target), lo and hi (its 95 % interval),
    note (what was assumed or interpolated), suspect, reason (why there are no seconds) and draws
    (of the bootstrap; None without seconds).
    """
    rows = []
    for place, own in rounds[rounds["arm"] == "first"].groupby(PLACE, sort=False):
        curves: Curves = {}
        for cell in epochs.to_dict("records"):
            there = own[own["workload"] == cell["workload"]]
            if len(there):
                about = dict(zip(PLACE, place, strict=True))
                rows.append(about | _row(cell, there, str(about["file"]), curves))
    return pd.DataFrame(rows)


def _row(cell: dict[Any, Any], timed: pd.DataFrame, file: str, curves: Curves) -> dict[str, Any]:
    names = ("workload", "optimizer", "learning_rate", "batch_size", "metric", "target", "epochs",
             "steps_an_epoch")  # fmt: skip
    row = {name: cell[name] for name in names} | _NOTHING
    row |= {
        "learned_on": cell["machine"],
        "seeds": cell["seeds"],
        "device_label": timed["device_label"].iloc[0],
        "note": "",
        "suspect": "",
        "reason": cell["reason"],
    }
    if cell["reason"]:
        return row
    arm, note = _same_work(cell, timed)
    row |= {"note": note}
    if arm.empty:
        return row | {"reason": note, "note": ""}
    seconds = _seconds(cell, arm, curves)
    if seconds["reason"]:
        return row | {"reason": seconds["reason"]}
    draws = _draws(cell, seconds, file=file)
    cold, epoch = float(seconds["cold"].mean()), _geometric_mean(seconds["epoch"])
    lo, hi = (float(value) for value in np.quantile(draws, [0.025, 0.975], method="nearest"))
    return row | {
        "cold_seconds": cold,
        "epoch_seconds": epoch,
        "blocks": len(seconds["epoch"]),
        "seconds": cold + cell["epochs"] * epoch,
        "lo": lo,
        "hi": hi,
        "note": "; ".join(filter(None, [note, seconds["note"]])),
        "suspect": seconds["suspect"],
        "draws": draws,
    }


def _same_work(cell: dict[Any, Any], timed: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The timed rows of the same network, of the same optimiser where there are any; a note."""
    same = timed[timed["definition"] == cell["definition"]]
    if same.empty:
        return same, "the timed network is another one than the trained one"
    own = same[same["optimizer"] == cell["optimizer"]]
    notes = []
    if own.empty:
        known = sorted(map(str, same["optimizer"].unique()))[0]
        own = same[same["optimizer"] == known]
        notes.append(f"seconds of {known}, assumed alike")
    loop = str(own.iloc[0].get("loop", "lean"))
    if loop != "lean":
        notes.append(f"seconds of the {loop} loop")
    return own, "; ".join(notes)


def _seconds(cell: dict[Any, Any], arm: pd.DataFrame, curves: Curves) -> dict[str, Any]:
    """Cold start and real epoch of each block at the cell's batch size, or why there are none."""
    answer: dict[str, Any] = {"reason": "", "note": "", "suspect": "", "error": 0.0}
    size = cell["batch_size"]
    here = arm[arm["batch_size"] == size]
    absent = here[here["block"].isna() & (here["reason"] != "interrupted")]
    if len(absent):
        first = absent.iloc[0]
        return answer | {"reason": f"{first['reason']}: {first['detail']}".removesuffix(": ")}
    blocks = _one_a_block(here)
    if blocks.empty:
        step, note, error = _between(arm, size, curves)
        if step is None:
            return answer | {"reason": note}
        answer |= {"note": note, "error": error}
        blocks = _at_step(_one_a_block(arm), step)
    sound = blocks[blocks["suspect"] == ""]
    if len(sound) >= FEWEST_BLOCKS:
        blocks = sound
    elif len(sound) < len(blocks):
        answer["suspect"] = str(blocks.loc[blocks["suspect"] != "", "suspect"].iloc[0])
    return answer | {
        "cold": blocks["cold_start_seconds"].to_numpy(dtype=np.float64),
        "epoch": blocks["step_seconds"].to_numpy(dtype=np.float64) * cell["steps_an_epoch"],
    }


def _one_a_block(rows: pd.DataFrame) -> pd.DataFrame:
    """The timed rows, one a block and batch size: they are the same whatever `epochs` says."""
    timed = rows[rows["block"].notna() & (rows["step_seconds"] > 0)]
    order = timed.assign(doubted=timed["suspect"] != "").sort_values(["doubted", "epochs"])
    return order.drop_duplicates(["batch_size", "block"], keep="last").sort_values("block")


def _at_step(rows: pd.DataFrame, step: float) -> pd.DataFrame:
    """A row a block whose step takes `step`, times what made this block fast or slow elsewhere."""
    log = np.log(rows["step_seconds"])
    factor = np.exp(log - log.groupby(rows["batch_size"]).transform("mean"))
    by_block = factor.groupby(rows["block"]).mean()
    blocks = rows.drop_duplicates("block")
    return blocks.assign(step_seconds=step * blocks["block"].map(by_block))


def _between(arm: pd.DataFrame, size: int, curves: Curves) -> tuple[float | None, str, float]:
    """Seconds of a step at a batch size that was not timed: on a fitted curve, with its error."""
    nothing = f"not timed at batch size {size}"
    sizes = arm.loc[arm["block"].notna(), "batch_size"]
    if sizes.nunique() < 3 or not sizes.min() < size < sizes.max():
        return None, nothing, 0.0
    from scripts.fits import fits, predicted  # noqa: PLC0415 - SciPy is slow and seldom needed

    known = (arm["workload"].iloc[0], arm["optimizer"].iloc[0])
    if known not in curves:
        curves[known] = fits(arm)
    table = curves[known]
    table = table[table["best"] & (table["smallest"] < size) & (size < table["largest"])]
    if table.empty:
        return None, nothing, 0.0
    best = table.iloc[0]
    note = f"not timed at batch size {size}: on a curve that misses by {best['mean_error']:.0%}"
    return float(predicted(best, [size])[0]), note, float(best["mean_error"])


def _draws(cell: dict[Any, Any], seconds: dict[str, Any], *, file: str) -> Array:
    """Draws of the time to the target: seeds and blocks drawn again, with replacement.

    The same seeds for a cell on every device, the same blocks for every cell of a file.
    """
    of_seeds = _random(cell["file"], cell["workload"], cell["optimizer"], cell["batch_size"])
    steps = cell["steps"][of_seeds.integers(len(cell["steps"]), size=(DRAWS, len(cell["steps"])))]
    epochs = np.median(steps, axis=1) / cell["steps_an_epoch"]
    blocks = len(seconds["cold"])
    places = _random(file, cell["workload"]).integers(blocks, size=(DRAWS, blocks))
    cold = seconds["cold"][places].mean(axis=1)
    epoch = np.exp(np.log(seconds["epoch"])[places].mean(axis=1))
    if seconds["error"]:
        # The mean of |normal| is 0.8 of its standard deviation.
        sigma = seconds["error"] * math.sqrt(math.pi / 2)
        epoch = epoch * np.exp(_random(file, "curve", cell["batch_size"]).normal(0, sigma, DRAWS))
    return np.asarray(cold + epochs * epoch)


def _random(*names: object) -> np.random.Generator:
    """Random numbers that belong to these names: equal names, equal numbers."""
    return np.random.default_rng(crc32("|".join(map(str, names)).encode()))


def _geometric_mean(values: Array) -> float:
    return float(np.exp(np.log(values).mean()))


def one_source(epochs: pd.DataFrame) -> pd.DataFrame:
    """The rows of one learning file for every workload: that with the most cells reached."""
    if epochs.empty:
        return epochs
    counts = epochs.groupby(["workload", "file"], sort=False)["epochs"].count()
    best = counts.groupby("workload").idxmax()
    return epochs[pd.MultiIndex.from_frame(epochs[["workload", "file"]]).isin(list(best))]


def best_of(times: pd.DataFrame, names: Iterable[str] = (*PLACE, "workload")) -> pd.DataFrame:
    """The row with the smallest time to the target of each device and workload."""
    known = times[times["seconds"].notna()]
    return known.loc[known.groupby([*names], sort=False)["seconds"].idxmin()]


def contest(gpu: dict[Any, Any], cpu: dict[Any, Any], *, margin: float) -> dict[str, Any]:
    """GPU against CPU: the ratio of their times to the target, its interval and the verdict.

    `gpu` and `cpu` are rows of `times_to_target`, `margin` a fraction, below which a difference is
    none (`noise_margin`). The words are those of the verdict on seconds.
    """
    nothing = {"ratio": math.nan, "lo": math.nan, "hi": math.nan, "margin": margin}
    missing = "; ".join(
        f"{row['device']}: {row['reason']}" for row in (gpu, cpu) if row["draws"] is None
    )
    if missing:
        return nothing | {"verdict": NOT_MEASURED, "reason": missing}
    with np.errstate(invalid="ignore"):  # both infinite: neither reached it in this draw
        log_ratios = np.log(gpu["draws"]) - np.log(cpu["draws"])
        lo, close_lo, close_hi, hi = np.nanquantile(log_ratios, [0.025, 0.05, 0.95, 0.975])
    limit = math.log1p(margin)
    verdict = UNDECIDED
    if lo > limit:
        verdict = SLOWER
    elif hi < -limit:
        verdict = FASTER
    elif -limit < close_lo and close_hi < limit:
        verdict = CLOSE
    reason = "; ".join(filter(None, dict.fromkeys([gpu["suspect"], cpu["suspect"]])))
    few = min(gpu["blocks"], cpu["blocks"])
    if few < FEWEST_BLOCKS:
        verdict, reason = UNDECIDED, f"{few} of at least {FEWEST_BLOCKS} blocks"
    return {
        "ratio": gpu["seconds"] / cpu["seconds"],
        "lo": math.exp(lo),
        "hi": math.exp(hi),
        "margin": margin,
        "verdict": SUSPECT if reason and few >= FEWEST_BLOCKS else verdict,
        "reason": reason,
    }


def contests(times: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """GPU against CPU at equal batch sizes, and at each one's own best (`at`: a size, or `best`).

    A row a timing file, workload, accelerator, CPU thread setting, optimiser (`any` for the best of
    all) and place; gpu_batch, cpu_batch, gpu_seconds, cpu_seconds, ratio (above 1 the GPU is
    slower), lo, hi, margin, verdict, reason.
    """
    rows: list[dict[str, Any]] = []
    for (file, workload), own in times.groupby(["file", "workload"], sort=False):
        margin = noise_margin(rounds[rounds["file"] == file])
        cpus = own[own["device"] == "cpu"]
        for device, gpu in own[own["device"] != "cpu"].groupby("device"):
            for setting, cpu in cpus.groupby("threads"):
                about = {"file": file, "machine": own["machine"].iloc[0], "workload": workload}
                about |= {"device": device, "threads": setting}
                rows += [about | row for row in _pairs(gpu, cpu, margin)]
    return pd.DataFrame(rows)


def _pairs(gpu: pd.DataFrame, cpu: pd.DataFrame, margin: float) -> list[dict[str, Any]]:
    rows = []
    both = gpu.merge(cpu, on=["optimizer", "batch_size"], suffixes=("_gpu", "_cpu"))
    for _, row in both.iterrows():
        gpu_side, cpu_side = (_side(row.to_dict(), side) for side in ("gpu", "cpu"))
        where = {"optimizer": row["optimizer"], "at": str(row["batch_size"])}
        rows.append(where | _contest_row(gpu_side, cpu_side, margin))
    best_gpu, best_cpu = (best_of(own).to_dict("records") for own in (gpu, cpu))
    if best_gpu and best_cpu:
        where = {"optimizer": "any", "at": "best"}
        rows.append(where | _contest_row(best_gpu[0], best_cpu[0], margin))
    return rows


def _side(row: dict[Any, Any], side: str) -> dict[Any, Any]:
    """One device's half of a merged row."""
    end = f"_{side}"
    own = {name.removesuffix(end): value for name, value in row.items() if name.endswith(end)}
    return own | {"batch_size": row["batch_size"], "optimizer": row["optimizer"]}


def _contest_row(gpu: dict[Any, Any], cpu: dict[Any, Any], margin: float) -> dict[str, Any]:
    return {
        "gpu_batch": gpu["batch_size"],
        "cpu_batch": cpu["batch_size"],
        "gpu_seconds": gpu["seconds"],
        "cpu_seconds": cpu["seconds"],
    } | contest(gpu, cpu, margin=margin)


def noise_margin(rounds: pd.DataFrame) -> float:
    """max(5 %, twice the noise floor) of a run's warm A/A cells, as `scripts.noise` has it."""
    timed = rounds[rounds["block"].notna()]
    cell = ["file", "workload", "batch_size", "device", "threads", "block"]
    timed = timed.drop_duplicates([*cell, "arm"], keep="last")
    again = timed[timed["arm"] == "again"]
    both = again.merge(timed[timed["arm"] == "first"], on=cell, suffixes=("_again", "_first"))
    ratios = np.log(both["epoch_seconds_again"]) - np.log(both["epoch_seconds_first"])
    means = ratios.groupby([both[name] for name in cell[:-1]]).mean().abs()
    floor = float(np.quantile(means, 0.95)) if len(means) else 0.0
    return max(SMALLEST_DELTA, 2 * math.expm1(floor))
