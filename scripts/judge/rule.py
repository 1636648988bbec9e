"""The verdict rule itself, on arrays: no frames and no files, so that a simulator can call it.

Per cell and block, d = log(seconds / seconds of the base); `moderate` makes a mean and its error of
it, L is the margin. Three one-sided t tests against the margin give the words: `slower`
(theta > L), `faster` (theta < -L), `too close` (|theta| < L and below 10 %, two tests at once:
Schuirmann 1987). A cell's p value is min(2 p_slower, 2 p_faster, p_close): p <= alpha says exactly
what the intervals say (lo > L, hi < -L, or the 1 - 2 alpha interval inside +-L). For every theta
the chance that p <= u comes with a wrong word is at most u, because the words exclude each other.
So one adjustment over the cells of a run covers all words together: Benjamini and Hochberg's (1995)
bounds the share of wrong words among those given, Holm's (1979) the chance of any.
"""

import numpy as np
import numpy.typing as npt
from scipy import special

from scripts.judge.moderate import Array, Summary

SLOWER = "slower"
FASTER = "faster"
CLOSE = "too close"
UNDECIDED = "undecided"
NOT_MEASURED = "not measured"
SUSPECT = "suspect"
DECIDED = (SLOWER, FASTER, CLOSE)

FEWEST_BLOCKS = 3
"""With two blocks, processes that are 15 % slower one time in five make 5 % wrong verdicts."""
MOST_BLOCKS = 1000
"""More blocks than this are never asked for: the ratio then lies on the margin."""

SMALLEST_DELTA = 0.05
"""A difference of less than 5 % is not called a difference, however quiet the machine."""
GATE = 0.18
"""The margin is widened only where the A/A cells differ at this level.

Simulated: at 10 % offsets that last a run make 0.7 % wrong words; at 20 % fewer true differences
are found than is asked for. At this level both gates of results/simulation.md are reached.
"""
MOST_CLOSE = float(np.log(1.1))
"""However wide the margin, a difference of 10 % is never called too close."""

BENJAMINI_HOCHBERG, HOLM = "Benjamini-Hochberg", "Holm"
"""How p values of many cells are adjusted; Holm's is the strict way."""

Words = npt.NDArray[np.str_]


def interval(summary: Summary, *, level: npt.ArrayLike) -> tuple[Array, Array]:
    """The t interval of each cell, coverage 1 - level; NaN where there is no error."""
    half = -special.stdtrit(summary.freedom, np.asarray(level) / 2) * summary.error
    return summary.mean - half, summary.mean + half


def margin_of(again: Summary) -> float:
    """L = log(1 + delta) of a run, from its A/A cells: each a plain summary of (again / first).

    delta is 5 %, more where the cells differ by more than their own blocks explain: an F test, its
    degrees of freedom halved because cells share processes. tau is then what one process differs
    from the next beyond what its blocks show, and delta = expm1(3 tau).
    """
    known = np.isfinite(again.error)
    count, squares = int(known.sum()), again.mean[known] ** 2
    own = again.error[known] ** 2
    if count == 0:
        return float(np.log1p(SMALLEST_DELTA))
    within, freedom = own.mean(), again.freedom[known].sum() / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        p = special.fdtrc(count / 2, freedom, squares.mean() / within)
    excess = max(squares.mean() - within, 0.0) if p < GATE else 0.0
    return max(float(np.log1p(SMALLEST_DELTA)), 3 * float(np.sqrt(excess)))


def judge(summary: Summary, *, margin: npt.ArrayLike) -> tuple[Words, Array]:
    """The word that the data favour and the cell's p value; p is NaN where nothing can be tested.

    Zero spread is taken at its word: p is 0 unless the mean lies exactly on the margin.
    """
    limit = np.broadcast_to(np.asarray(margin, dtype=np.float64), summary.mean.shape)
    near = np.minimum(limit, MOST_CLOSE)
    freedom = np.where(summary.blocks >= FEWEST_BLOCKS, summary.freedom, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        slower, faster, small, large = (
            special.stdtr(freedom, distance / summary.error)
            for distance in (
                limit - summary.mean, limit + summary.mean,
                summary.mean - near, -summary.mean - near,
            )
        )  # fmt: skip
    return favoured(slower, faster, np.maximum(small, large))


def favoured(slower: Array, faster: Array, close: Array) -> tuple[Words, Array]:
    """The word of the smallest of three one-sided p values, and the cell's p value."""
    each = np.stack([2 * slower, 2 * faster, close])
    words = np.array(DECIDED)[np.argmin(np.where(np.isnan(each), np.inf, each), axis=0)]
    return words, np.minimum(each.min(axis=0), 1.0)


def adjusted(p: Array, *, strict: bool = False) -> Array:
    """Adjusted p values over the last axis; NaN takes no part and stays NaN.

    Benjamini and Hochberg's, or Holm's when `strict`: the same as statsmodels' `multipletests`
    (a test compares them), for many runs at once.
    """
    order = np.argsort(p, axis=-1)
    ordered = np.take_along_axis(p, order, axis=-1)
    tested = np.isfinite(ordered)
    count, rank = tested.sum(axis=-1, keepdims=True), np.arange(p.shape[-1])
    if strict:
        raised = np.where(tested, ordered * (count - rank), 0.0)
        raised = np.maximum.accumulate(raised, axis=-1)
    else:
        raised = np.where(tested, ordered * count / (rank + 1), np.inf)
        raised = np.minimum.accumulate(raised[..., ::-1], axis=-1)[..., ::-1]
    answer = np.empty_like(p)
    raised = np.where(tested, np.minimum(raised, 1.0), np.nan)
    np.put_along_axis(answer, order, raised, axis=-1)
    return answer


def settle(words: Words, p: Array, *, level: float) -> Words:
    """The favoured word where its p value allows it, otherwise `undecided`."""
    return np.where(p <= level, words, UNDECIDED)


def blocks_needed(summary: Summary, *, margin: npt.ArrayLike, level: npt.ArrayLike) -> Array:
    """About how many blocks would decide each cell, if its mean and spread stay as they are.

    The smallest K with t s / sqrt(K) <= | |m| - L |, t with the degrees of freedom that the blocks
    to come add. Two-sided when m lies outside the margin, one-sided (equivalence) inside. NaN when
    s is unknown or K would exceed MOST_BLOCKS.
    """
    limit = np.asarray(margin, dtype=np.float64)
    size = np.abs(summary.mean)
    gap = np.where(size > limit, size - limit, np.minimum(limit, MOST_CLOSE) - size)
    tail = np.where(size > limit, np.asarray(level) / 2, np.asarray(level))
    spread = summary.error * np.sqrt(summary.blocks)

    def decides(blocks: Array) -> npt.NDArray[np.bool_]:
        quantile = -special.stdtrit(summary.freedom + blocks - summary.blocks, tail)
        return np.asarray(quantile * spread <= gap * np.sqrt(blocks))

    low = np.full(gap.shape, float(FEWEST_BLOCKS - 1))
    high = np.full(gap.shape, float(MOST_BLOCKS))
    with np.errstate(invalid="ignore"):
        known = (gap > 0) & decides(high)
        while (high - low > 1).any():
            middle = np.floor((low + high) / 2)
            enough = decides(middle)
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(known, high, np.nan)
