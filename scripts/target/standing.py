"""Whole epochs that hold: at the end of which do 9 of 10 seeds stand at the target?

The first look that finds a target is a lucky one: scores go up and down, and a run that is ended
there may well end below it. So what is advised are whole epochs, by where the seeds stand when
these end.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.read.learning import CELL
from scripts.read.metric import reached

Array = npt.NDArray[np.float64]

SHARE, TOGETHER = 0.9, 0.95
"""Of the seeds stand at the target at each of the last ends, and at all of these together."""
BEFORE = 0.125
"""Of the epochs are the last ones, and two at least (`tests/target/test_standing.py`)."""
_ROUNDING = 1e-9
_KEY = [*CELL, "learning_rate"]


def with_whole_epochs(epochs: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The rows of `learning.epochs_to_target` with the whole epochs after which the target holds.

    `runs` are those behind them. Columns: train_epochs (NaN: none), standing (how many seeds stand
    there), carried (how many of all were not trained that far, and count as they last stood),
    stands (an array: seeds, epochs from 0; None without a figure) and unsettled (why there are
    none).
    """
    figures = dict(list(runs[runs["role"] == "figure"].groupby(_KEY, sort=False)))
    rows = [
        _whole(cell, figures.get(tuple(cell[name] for name in _KEY)))
        for cell in epochs.to_dict("records")
    ]
    names = ["train_epochs", "standing", "carried", "stands", "unsettled"]
    return epochs.join(pd.DataFrame(rows, index=epochs.index, columns=names))


def _whole(cell: Mapping[Any, Any], runs: pd.DataFrame | None) -> dict[str, Any]:
    nothing = {"train_epochs": math.nan, "standing": 0, "carried": 0, "stands": None}
    if cell["reason"] or runs is None:
        return nothing | {"unsettled": cell["reason"]}
    own = [run for run in runs.to_dict("records") if len(run["steps"])]
    steps = int(cell["steps_an_epoch"])
    stands = np.array([stand(run, cell["target"], _ends(own, steps)) for run in own])
    [count] = whole_epochs(stands.mean(axis=0, keepdims=True))
    if math.isinf(count):
        most = int(stands.sum(axis=0).max())
        why = f"no number of epochs holds: {most} of {len(own)} seeds stand there when one ends"
        why += ", but not epoch after epoch" * (most >= SHARE * len(own))
        return nothing | {"stands": stands, "unsettled": why}
    return {
        "train_epochs": count,
        "standing": int(stands[:, int(count)].sum()),
        "carried": sum(run["steps"][-1] < count * steps for run in own),
        "stands": stands,
        "unsettled": "",
    }


def _ends(runs: list[dict[Any, Any]], steps: int) -> Array:
    """The steps at the ends of all epochs, 0 included, as far as any run was trained.

    Runs that end at their target may have to be followed a little farther.
    """
    last = max(run["steps"][-1] for run in runs) / steps
    farther = 0.0 if runs[0]["to_end"] else 2 + BEFORE * last / (1 - BEFORE)
    return np.arange(math.ceil(last + farther) + 1, dtype=np.float64) * steps


def stand(run: Mapping[Any, Any], target: float, ends: Array) -> npt.NDArray[np.bool_]:
    """Whether a run stands at the target after so many steps; beyond its last, as it last did."""
    score = np.interp(ends, run["steps"], run["score"])
    return np.array([reached(run["metric"], value, target) for value in score])


def whole_epochs(shares: Array) -> Array:
    """The fewest epochs that hold in each row of the shares of seeds that stand at the ends.

    Infinite where none do. Of many ends the first one that 9 of 10 seeds are seen at is a lucky
    one; so they have to stand at the ends before it too, and there nearly all of them together.
    """
    ends = np.arange(shares.shape[1])
    enough = shares >= SHARE - _ROUNDING
    failed = np.maximum.accumulate(np.where(enough, 0, ends), axis=1)
    before = np.minimum(np.maximum(1, np.ceil(BEFORE * ends)), np.maximum(ends - 1, 0)).astype(int)
    sums = np.cumsum(np.pad(shares, ((0, 0), (1, 0))), axis=1)
    together = (sums[:, ends + 1] - sums[:, ends - before]) / (before + 1)
    holds = (ends - failed > before) & (ends > 0) & (together >= TOGETHER - _ROUNDING)
    return np.where(holds.any(axis=1), holds.argmax(axis=1), math.inf)


def drawn_epochs(stands: npt.NDArray[np.bool_], weights: Array) -> Array:
    """Whole epochs for each row of weights (draws, seeds): how often each seed was drawn."""
    return whole_epochs(weights @ stands / weights.sum(axis=1, keepdims=True))
