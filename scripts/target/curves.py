"""Learning curves as they are drawn: the median of a cell's figure seeds, and its band."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.read.learning import chosen_rate

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """A value after `steps` steps: its median over the seeds, and the lowest and highest."""

    steps: Array
    median: Array
    low: Array
    high: Array


def figure_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """A cell's trained figure seeds at its best learning rate; the tuning seeds' best without any.

    `runs` are all rows of one cell of `learning.load`.
    """
    rate = chosen_rate(runs)
    own = runs[(runs["learning_rate"] == rate) & (runs["steps"].map(len) > 1)]
    figure = own[own["role"] == "figure"]
    return figure if len(figure) else own


def band(runs: Sequence[dict[Any, Any]], name: str) -> Band:
    """The band of one of the curves (`train_loss`, `loss`, `score`) over several runs.

    It ends where the median run ends; one that ended before stays where it was.
    """
    end = float(np.median([run["steps"][-1] for run in runs]))
    looks = np.unique(np.concatenate([run["steps"] for run in runs]))
    looks = looks[(looks > 0) & (looks <= end)]
    values = np.array([_values(run, name, looks) for run in runs])
    return Band(looks, np.median(values, axis=0), values.min(axis=0), values.max(axis=0))


def _values(run: dict[Any, Any], name: str, looks: Array) -> Array:
    known = np.isfinite(run[name])
    if not known.any():
        return np.full(len(looks), np.nan)
    return np.asarray(np.interp(looks, run["steps"][known], run[name][known]))
