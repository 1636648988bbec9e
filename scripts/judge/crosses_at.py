"""Where a curve crosses, as a number with an interval, beside the bracket that verdicts give.

The cells' log ratios are joined by a cubic spline in log2 of the batch size, and the half widths of
their intervals by straight lines between their logs. The number is where the spline is 0, the
interval every batch size at which 0 lies within the half width (a t interval turned round, as
Fieller's is). Both exist only for a curve that crosses once, in either direction.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import CubicSpline

from scripts.judge.moderate import Array
from scripts.judge.rule import FEWEST_BLOCKS, NOT_MEASURED, SUSPECT

FEWEST_SIZES = 3
"""Two batch sizes make a straight line, whose interval is too narrow."""
STEPS_PER_DOUBLING = 64
NUMBERS = ["crosses_at", "crosses_from", "crosses_to"]

ONCE = ""
NOT_AT_ALL = "does not cross"
OFTEN = "crosses more than once"
FEW = "too few batch sizes"


def crossing_numbers(verdicts: pd.DataFrame, curve: npt.NDArray[np.int64]) -> pd.DataFrame:
    """A row a curve: NUMBERS (batch sizes) and crosses_note (why there are none; empty: there are).

    `verdicts` are rows of `verdicts.verdicts` in order of batch size, `curve` the number of each
    row's curve. The ends are NaN where the grid ends first, or where too few blocks make a point
    only.
    """
    numbers = np.full((curve.max(initial=-1) + 1, 3), np.nan)
    notes = np.full(len(numbers), FEW, dtype=object)
    for sizes, curves, mean, half in _alike(verdicts, curve):
        numbers[curves], notes[curves] = cross(np.log2(sizes), mean, half)
    return pd.DataFrame(numbers.round(1), columns=NUMBERS).assign(crosses_note=notes)


def cross(log_sizes: Array, mean: Array, half: Array) -> tuple[Array, npt.NDArray[np.object_]]:
    """Numbers (curves, 3) and notes of curves over the same batch sizes; `mean`, `half`: (curves,
    sizes).
    """
    steps = max(int(np.ptp(log_sizes) * STEPS_PER_DOUBLING), 1)
    fine = np.linspace(log_sizes[0], log_sizes[-1], steps + 1)
    curves = CubicSpline(log_sizes, mean, axis=1)(fine)
    changes = np.diff(curves >= 0, axis=1)
    points, count = np.diff(mean >= 0, axis=1).sum(axis=1), changes.sum(axis=1)
    notes = np.select(
        [(points == 0) & (count == 0), (points == 1) & (count == 1)], [NOT_AT_ALL, ONCE], OFTEN
    ).astype(object)
    numbers = np.full((len(mean), 3), np.nan)
    rows = np.flatnonzero(notes == ONCE)
    if len(rows):
        at = _zero(fine, curves[rows], changes[rows].argmax(axis=1))
        numbers[rows] = np.column_stack([at, *_interval(fine, log_sizes, curves[rows], half[rows])])
    return np.exp2(numbers), notes


def _interval(fine: Array, log_sizes: Array, curves: Array, half: Array) -> tuple[Array, Array]:
    """Between which of the fine batch sizes the interval holds 0; NaN where the grid ends first."""
    place = np.clip(np.searchsorted(log_sizes, fine, side="right") - 1, 0, len(log_sizes) - 2)
    share = (fine - log_sizes[place]) / np.diff(log_sizes)[place]
    logs = np.log(np.maximum(half, 1e-12))
    width = np.exp(logs[:, place] * (1 - share) + logs[:, place + 1] * share)
    falling = curves * np.where(curves[:, :1] >= 0, 1.0, -1.0)
    above, below = falling - width, falling + width
    first = (above <= 0).argmax(axis=1)
    last = len(fine) - 1 - (below >= 0)[:, ::-1].argmax(axis=1)
    known = np.isfinite(width).all(axis=1)
    return (
        np.where(known & (first > 0), _zero(fine, above, first - 1), np.nan),
        np.where(known & (last < len(fine) - 1), _zero(fine, below, last), np.nan),
    )


def _zero(fine: Array, values: Array, place: npt.NDArray[np.int64]) -> Array:
    """Where the straight line through the values at `place` and the next place is 0, row by row."""
    place = np.clip(place, 0, len(fine) - 2)
    rows = np.arange(len(values))
    low, high = values[rows, place], values[rows, place + 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(fine[place] + (fine[1] - fine[0]) * low / (low - high))


def _alike(
    verdicts: pd.DataFrame, curve: npt.NDArray[np.int64]
) -> list[tuple[Array, npt.NDArray[np.int64], Array, Array]]:
    """The curves that have the same batch sizes, together: sizes, curves, log ratios, halves."""
    mean, lo, hi = (np.log(verdicts[name].to_numpy(np.float64)) for name in ("ratio", "lo", "hi"))
    enough = verdicts["blocks"].to_numpy() >= FEWEST_BLOCKS
    half = np.where(enough, (hi - lo) / 2, np.nan)
    told = ~verdicts["verdict"].isin([NOT_MEASURED, SUSPECT]).to_numpy() & np.isfinite(mean)
    places = np.flatnonzero(told)
    sizes = verdicts["batch_size"].to_numpy()
    order = places[np.argsort(curve[places], kind="stable")]
    starts = np.flatnonzero(np.diff(curve[order], prepend=-1))
    by_sizes: dict[tuple[float, ...], list[npt.NDArray[np.int64]]] = {}
    for own in np.split(order, starts[1:]):
        if len(own) >= FEWEST_SIZES:
            by_sizes.setdefault(tuple(sizes[own].tolist()), []).append(own)
    return [
        (np.array(key, dtype=np.float64), curve[[own[0] for own in rows]], mean[rows], half[rows])
        for key, rows in ((key, np.stack(rows)) for key, rows in by_sizes.items())
    ]
