"""The critical batch size: how far larger minibatches save steps.

Steps to a target follow S(B) = S_min (1 + B_crit / B) where gradient noise alone makes small
minibatches slow (McCandlish et al., "An empirical model of large-batch training", 2018): far below
B_crit twice the batch halves the steps, far above it saves none. Fitted by least squares in log
steps, so that every batch size counts by its relative error. Nothing is drawn from a fit alone: it
comes with its error, and with the reason where it is poor.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.read.learning import CELL

Array = npt.NDArray[np.float64]

CURVE = [name for name in CELL if name != "batch_size"]
FEWEST_SIZES = 4
"""Two parameters run through any two points; three leave one number to doubt them by."""
POOR_ERROR = 0.15
"""A fit that misses the measured steps by more than this on average is called poor."""
U_SHAPE = 1.2
"""Epochs that grow by this factor towards the smallest batch size contradict the formula."""
RESAMPLES = 1000
_SPAN, _PLACES = 1000.0, 1200

GOOD, POOR, NONE = "good", "poor", "none"


@dataclass(frozen=True)
class Fit:
    """S_min, B_crit and the mean relative error of the fitted steps."""

    smallest_steps: float
    critical_batch: float
    mean_error: float


def steps_at(batch_sizes: npt.ArrayLike, *, smallest: float, critical: float) -> Array:
    """Steps to the target by the formula."""
    sizes = np.asarray(batch_sizes, dtype=np.float64)
    return np.asarray(smallest * (1 + critical / sizes))


def fit(batch_sizes: Array, steps: Array) -> Fit:
    """The least squares fit in log steps; B_crit within a thousandfold of the batch sizes."""
    [critical], [smallest] = _fit_all(batch_sizes, np.log(steps)[None, :])
    error = np.abs(steps_at(batch_sizes, smallest=smallest, critical=critical) / steps - 1)
    return Fit(float(smallest), float(critical), float(error.mean()))


def critical(epochs: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """A row per workload and optimiser, from the rows of `learning.epochs_to_target`.

    Columns: CURVE, target, sizes (batch sizes that every seed reached; the fit uses these),
    smallest_steps (S_min), critical_batch (B_crit), lo and hi (its 95 % interval by resampling the
    seeds), mean_error (a fraction), judgement (`good`, `poor`, `none`) and reason.
    """
    rows = []
    for _curve, cells in epochs.groupby(CURVE, sort=False):
        own = cells.sort_values("batch_size")
        first = own.iloc[0]
        about = {name: first[name] for name in (*CURVE, "target")}
        rows.append(about | _curve_row(own, np.random.default_rng(seed)))
    return pd.DataFrame(rows)


def _curve_row(own: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    whole = own[(own["reason"] == "") & (own["reached"] == own["seeds"])]
    left_out = own.loc[~own.index.isin(whole.index), "batch_size"].tolist()
    nothing = dict.fromkeys(
        ("smallest_steps", "critical_batch", "lo", "hi", "mean_error"), math.nan
    )
    if len(whole) < FEWEST_SIZES:
        reason = f"{len(whole)} batch sizes reached by every seed, and a fit needs {FEWEST_SIZES}"
        return {"sizes": len(whole)} | nothing | {"judgement": NONE, "reason": reason}
    sizes = whole["batch_size"].to_numpy(dtype=np.float64)
    medians = np.array([np.median(steps) for steps in whole["steps"]])
    found = fit(sizes, medians)
    lo, hi = _interval(sizes, list(whole["steps"]), random)
    doubts = [*_doubts(found, sizes, medians, lo=lo, hi=hi)]
    if left_out:
        doubts.append(f"without batch size {', '.join(map(str, left_out))}: not reached")
    poor = found.mean_error > POOR_ERROR or any("formula" in doubt for doubt in doubts)
    return {
        "sizes": len(whole),
        "smallest_steps": found.smallest_steps,
        "critical_batch": found.critical_batch,
        "lo": lo,
        "hi": hi,
        "mean_error": found.mean_error,
        "judgement": POOR if poor else GOOD,
        "reason": "; ".join(doubts),
    }


def _doubts(found: Fit, sizes: Array, steps: Array, *, lo: float, hi: float) -> list[str]:
    """What a reader of the fit should know, in words."""
    doubts = []
    if found.mean_error > POOR_ERROR:
        doubts.append(f"the fit misses the steps by {found.mean_error:.0%} on average")
    samples = sizes * steps  # what E(B) is proportional to: the formula says that it grows with B
    best = int(np.argmin(samples))
    if samples[0] > U_SHAPE * samples[best]:
        doubts.append(
            f"U-shaped against the formula: batch size {sizes[0]:.0f} needs "
            f"{samples[0] / samples[best]:.1f} times the epochs of {sizes[best]:.0f}"
        )
    if lo < sizes[0] / 2 or hi > 2 * sizes[-1]:
        doubts.append("the interval leaves the batch sizes that were tried")
    return doubts


def _interval(sizes: Array, steps: list[Array], random: np.random.Generator) -> tuple[float, float]:
    """The middle 95 % of B_crit when the seeds of every batch size are drawn again."""
    medians = np.empty((RESAMPLES, len(sizes)))
    for place, own in enumerate(steps):
        medians[:, place] = np.median(random.choice(own, size=(RESAMPLES, len(own))), axis=1)
    critical_sizes, _ = _fit_all(sizes, np.log(medians))
    low, high = np.quantile(critical_sizes, [0.025, 0.975])
    return float(low), float(high)


def _fit_all(sizes: Array, log_steps: Array) -> tuple[Array, Array]:
    """(B_crit, S_min) of each row of log steps.

    Given B_crit, log S_min is the mean of what is left; so one number is searched, over a grid so
    fine that its step of 1.5 % is below any seed's spread, and then on a parabola between its
    neighbours.
    """
    grid = np.linspace(math.log(sizes[0] / _SPAN), math.log(sizes[-1] * _SPAN), _PLACES)
    shapes = np.log1p(np.exp(grid)[:, None] / sizes)  # places, sizes
    shapes_off = shapes - shapes.mean(axis=1, keepdims=True)
    wanted_off = log_steps - log_steps.mean(axis=1, keepdims=True)
    misses = (
        (wanted_off**2).sum(axis=1)[:, None]
        - 2 * wanted_off @ shapes_off.T
        + (shapes_off**2).sum(axis=1)
    )
    best = np.clip(misses.argmin(axis=1), 1, _PLACES - 2)
    rows = np.arange(len(misses))
    left, middle, right = (misses[rows, best + move] for move in (-1, 0, 1))
    bend = left - 2 * middle + right
    shift = np.where(bend > 0, 0.5 * (left - right) / np.where(bend > 0, bend, 1.0), 0.0)
    place = grid[best] + np.clip(shift, -1, 1) * (grid[1] - grid[0])
    critical_sizes = np.exp(place)
    shape = np.log1p(critical_sizes[:, None] / sizes)
    return critical_sizes, np.exp((log_steps - shape).mean(axis=1))
