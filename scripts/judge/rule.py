"""The verdict rule itself, on arrays: no frames and no files, so that a simulator can call it.

Per cell and block, d = log(GPU seconds / CPU seconds); m, s and K are its mean, standard deviation
and number of blocks, L the margin. Three one-sided t tests against the margin give the words:
`gpu slower` (theta > L), `gpu faster` (theta < -L), `too close` (|theta| < L, two tests at once:
Schuirmann 1987). A cell's p value is min(2 p_slower, 2 p_faster, p_close): p <= alpha says exactly
what the intervals say (lo > L, hi < -L, or the 1 - 2 alpha interval inside +-L). For every theta
the chance that p <= u comes with a wrong word is at most u, because the words exclude each other,
so one Holm (1979) adjustment over the cells of a grid covers all words together.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

SLOWER = "gpu slower"
FASTER = "gpu faster"
CLOSE = "too close"
UNDECIDED = "undecided"
NOT_MEASURED = "not measured"
SUSPECT = "suspect"
DECIDED = (SLOWER, FASTER, CLOSE)

FEWEST_BLOCKS = 3
"""With two blocks, processes that are 15 % slower one time in five make 5 % wrong verdicts."""
MOST_BLOCKS = 1000
"""More blocks than this are never asked for: the ratio then lies on the margin."""

Array = npt.NDArray[np.float64]
Words = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Summary:
    """Mean, standard deviation (NaN for one block) and number of blocks, an entry a cell."""

    mean: Array
    spread: Array
    blocks: Array

    @property
    def error(self) -> Array:
        """Standard error of the mean."""
        return self.spread / np.sqrt(self.blocks)


def summarise(log_ratios: npt.ArrayLike) -> Summary:
    """Summary over the last axis (the blocks); NaN is a block that this cell lacks."""
    values = np.asarray(log_ratios, dtype=np.float64)
    there = np.isfinite(values)
    blocks = there.sum(axis=-1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, values, 0.0).sum(axis=-1) / blocks
        squares = np.where(there, values - mean[..., None], 0.0) ** 2
        spread = np.sqrt(squares.sum(axis=-1) / np.where(blocks > 1, blocks - 1, np.nan))
    return Summary(mean=mean, spread=spread, blocks=blocks)


def interval(summary: Summary, *, level: float) -> tuple[Array, Array]:
    """The t interval m -/+ t(K-1, 1-level/2) s / sqrt(K) of one cell, coverage 1 - level."""
    half = _quantile(summary.blocks, level / 2) * summary.error
    return summary.mean - half, summary.mean + half


def judge(summary: Summary, *, margin: npt.ArrayLike) -> tuple[Words, Array]:
    """The word that the data favour and the cell's p value; p is NaN where nothing can be tested.

    Zero spread is taken at its word: p is 0 unless the mean lies exactly on the margin.
    """
    freedom = np.where(summary.blocks >= FEWEST_BLOCKS, summary.blocks - 1, np.nan)
    return favoured(summary.mean, summary.error, freedom, margin=margin)


def favoured(
    mean: Array, error: Array, freedom: Array, *, margin: npt.ArrayLike
) -> tuple[Words, Array]:
    """The same of any mean with a standard error and degrees of freedom."""
    limit = np.broadcast_to(np.asarray(margin, dtype=np.float64), mean.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        above = (mean - limit) / error
        below = (mean + limit) / error
    slower = 2 * special.stdtr(freedom, -above)
    faster = 2 * special.stdtr(freedom, below)
    close = np.maximum(special.stdtr(freedom, above), special.stdtr(freedom, -below))
    each = np.stack([slower, faster, close])
    words = np.array(DECIDED)[np.argmin(np.where(np.isnan(each), np.inf, each), axis=0)]
    return words, np.minimum(each.min(axis=0), 1.0)


def holm(p: Array) -> Array:
    """Holm's (1979) adjusted p values over the last axis; NaN takes no part and stays NaN.

    The same as statsmodels' `multipletests(p, method="holm")` (a test compares them), for many
    grids at once.
    """
    order = np.argsort(p, axis=-1)
    ordered = np.take_along_axis(p, order, axis=-1)
    tested = np.isfinite(ordered)
    left = tested.sum(axis=-1, keepdims=True) - np.arange(p.shape[-1])
    raised = np.maximum.accumulate(np.where(tested, ordered * left, 0.0), axis=-1)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.where(tested, np.minimum(raised, 1.0), np.nan), axis=-1)
    return adjusted


def settle(words: Words, p: Array, *, level: float) -> Words:
    """The favoured word where its p value allows it, otherwise `undecided`."""
    return np.where(p <= level, words, UNDECIDED)


def blocks_needed(summary: Summary, *, margin: npt.ArrayLike, level: npt.ArrayLike) -> Array:
    """About how many blocks would decide each cell, if its mean and spread stay as they are.

    The smallest K with t(K-1) s / sqrt(K) <= | |m| - L |: the specification's
    (t s / (|m| - L))^2, with t for the new K instead of today's. The quantile is two-sided when m
    lies outside the margin and one-sided (equivalence) inside. NaN when s is unknown or K would
    exceed MOST_BLOCKS.
    """
    gap = np.abs(summary.mean) - np.asarray(margin, dtype=np.float64)
    tail = np.where(gap > 0, np.asarray(level) / 2, np.asarray(level))
    needed = np.full(gap.shape, np.nan)
    candidates = np.arange(FEWEST_BLOCKS, MOST_BLOCKS + 1, dtype=np.float64)
    for value in np.unique(tail):
        factor = _quantile(candidates, float(value)) / np.sqrt(candidates)
        with np.errstate(invalid="ignore", divide="ignore"):
            reached = np.abs(gap) / summary.spread
        first = np.searchsorted(-factor, -reached)
        known = (tail == value) & np.isfinite(reached) & (first < len(candidates))
        needed[known] = candidates[first[known]]
    return needed


def _quantile(blocks: Array, tail: float) -> Array:
    counts, place = np.unique(blocks, return_inverse=True)
    freedom = np.where(counts > 1, counts - 1, np.nan)
    return np.asarray(-special.stdtrit(freedom, tail), dtype=np.float64)[place]
