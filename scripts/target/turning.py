"""Best number of epochs: where the held-out loss turns up, and what stopping there saves.

The lowest point of a noisy curve lies below its neighbours by luck as well, so every seed is judged
at the epoch at which the *others* are lowest: only then is "more training makes it worse" no
effect of the choice.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from scripts.read.learning import CELL
from scripts.target.time import PLACE, times_to_target

Array = npt.NDArray[np.float64]

_OF_CELL = ("metric", "learning_rate", "samples", "cut", "dataset")
_LEAST = 1e-12
"""A loss of nothing has no logarithm."""
SURELY = 1.05
"""Held-out loss that grows by less is called no worse."""
WAIT = 5
"""Early stopping waits for so many epochs without a lower held-out loss."""


def end_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """The figure seeds that were trained to their cell's last epoch: not those that diverged."""
    figure = runs[(runs["role"] == "figure") & (runs["epoch_train_loss"].map(len) > 1)]
    ends = figure["epoch_train_loss"].map(len)
    last = ends.groupby([figure[name] for name in CELL]).transform("max")
    return figure[(ends == last) & (figure["ended"] != "diverged")]


def epoch_curves(runs: pd.DataFrame) -> dict[str, Array]:
    """The runs of one cell after each epoch, 0 included: an array (seeds, epochs) by name.

    `train_*` are of the whole training split, the others held out.
    """
    own = runs.to_dict("records")
    at = np.arange(len(own[0]["epoch_train_loss"])) * own[0]["steps_an_epoch"]
    held = {
        name: [run[name][np.searchsorted(run["steps"], at)] for run in own]
        for name in ("loss", "score")
    }
    fitted = {name: [run[f"epoch_{name}"] for run in own] for name in ("train_loss", "train_score")}
    return {name: np.array(values) for name, values in (fitted | held).items()}


def turning_points(runs: pd.DataFrame) -> pd.DataFrame:
    """A row per cell whose figure seeds were trained to the last epoch.

    Columns: CELL, _OF_CELL, seeds, last (the last epoch), lowest, low
    and high (the epoch of the lowest held-out loss: median and extremes of the seeds), worse, lo
    and hi (how many times the held-out loss at the end is that at the turning point, which other
    seeds tell; its 95 % interval), turns (whether it is surely more than SURELY), loss_best and
    score_best (medians at the turning point), score_last, gained, gained_lo and gained_hi (the
    score at the end less that at the turning point), train_score_last, stop_epochs and stop_score
    (where early stopping would have ended, and the best it kept).
    """
    rows = []
    for cell, own in end_runs(runs).groupby(CELL, sort=False):
        first, curves = own.iloc[0], epoch_curves(own)
        about = dict(zip(CELL, cell, strict=True))
        about |= {name: first[name] for name in _OF_CELL}
        rows.append(about | _turn(curves))
    return pd.DataFrame(rows)


def _turn(curves: dict[str, Array]) -> dict[str, Any]:
    logs, scores = np.log(np.maximum(curves["loss"], _LEAST)), curves["score"]
    seeds, last = logs.shape[0], logs.shape[1] - 1
    own = logs.argmin(axis=1)
    # Each seed's turning point is told by the mean of the others.
    told = ((logs.sum(axis=0) - logs) if seeds > 1 else logs).argmin(axis=1)
    every = np.arange(seeds)
    worse, lo, hi = _mean(logs[:, -1] - logs[every, told])
    gained, gained_lo, gained_hi = _mean(scores[:, -1] - scores[every, told])
    stops = [stopped_after(loss) for loss in curves["loss"]]
    kept = [score[int(loss[: stop + 1].argmin())]
            for loss, score, stop in zip(logs, scores, stops, strict=True)]  # fmt: skip
    return {
        "seeds": seeds,
        "last": last,
        "lowest": float(np.median(own)),
        "low": int(own.min()),
        "high": int(own.max()),
        "worse": math.exp(worse),
        "lo": math.exp(lo),
        "hi": math.exp(hi),
        "turns": lo > math.log(SURELY),
        "loss_best": float(np.exp(np.median(logs[every, told]))),
        "score_best": float(np.median(scores[every, told])),
        "score_last": float(np.median(scores[:, -1])),
        "gained": gained,
        "gained_lo": gained_lo,
        "gained_hi": gained_hi,
        "train_score_last": float(np.median(curves["train_score"][:, -1])),
        "stop_epochs": float(np.median(stops)),
        "stop_score": float(np.median(kept)),
    }


def _mean(values: Array) -> tuple[float, float, float]:
    """The mean and its 95 % t interval; that of one value is everything."""
    count, mean = len(values), float(values.mean())
    if count < 2:
        return mean, -math.inf, math.inf
    far = float(-stdtrit(count - 1, 0.025) * values.std(ddof=1) / math.sqrt(count))
    return mean, mean - far, mean + far


def stopped_after(loss: Array, wait: int = WAIT) -> int:
    """The epoch after which early stopping ends: the lowest loss is `wait` epochs old."""
    epochs = np.arange(len(loss))
    before = np.minimum.accumulate(np.concatenate([[np.inf], loss[:-1]]))
    lowest = np.maximum.accumulate(np.where(loss < before, epochs, 0))
    late = np.flatnonzero(epochs - lowest >= wait)
    return int(late[0]) if len(late) else len(loss) - 1


def savings(turning: pd.DataFrame, epochs: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """Seconds that early stopping saves on each side: a row per timed side and cell.

    `turning` as above, `epochs` the rows of `with_whole_epochs` of the same cells. Columns: PLACE,
    device_label, workload, batch_size, optimizer, learned_on, last, stop_epochs, all_seconds (to
    the last epoch, nothing evaluated), stop_seconds (with a look after each epoch), saved_seconds,
    note, suspect and reason (why there are none).
    """
    cells = turning.merge(epochs, on=CELL, suffixes=("", "_to_target"))
    if cells.empty or rounds.empty:
        return pd.DataFrame()
    known = cells.assign(unsettled="", stands=None)
    whole = times_to_target(known.assign(train_epochs=known["last"], held_out=math.nan), rounds)
    stopped = times_to_target(known.assign(train_epochs=known["stop_epochs"]), rounds)
    return pd.DataFrame(_saved(whole, stopped))


def _saved(whole: pd.DataFrame, stopped: pd.DataFrame) -> Iterator[dict[str, Any]]:
    copied = (*PLACE, "device_label", "workload", "batch_size", "optimizer", "learned_on", "note",
              "suspect", "reason")  # fmt: skip
    pairs = zip(whole.to_dict("records"), stopped.to_dict("records"), strict=True)
    for all_epochs, stop in pairs:
        yield {name: stop[name] for name in copied} | {
            "last": all_epochs["train_epochs"],
            "stop_epochs": stop["train_epochs"],
            "all_seconds": all_epochs["seconds"],
            "stop_seconds": stop["seconds"],
            "saved_seconds": all_epochs["seconds"] - stop["seconds"],
        }
