"""Two separate runs compared: Welch's (1947) interval on log seconds, an entry a cell.

Different runs have no blocks in common, so nothing pairs up: the two means have their own spreads,
and the degrees of freedom are Welch and Satterthwaite's. Words, margin and adjustment are those of
the paired verdicts (`rule`).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scripts.judge import rule as decide
from scripts.judge.moderate import Array, Summary
from scripts.judge.rule import Words

SLOWER, FASTER = decide.SLOWER, decide.FASTER


def summary(mean: Array, variance: Array, freedom: Array, blocks: Array) -> Summary:
    """A mean of log seconds with its variance; unknown where there are fewer than FEWEST_BLOCKS."""
    enough = blocks >= decide.FEWEST_BLOCKS
    error, freedom = (np.where(enough, x, np.nan) for x in (np.sqrt(variance), freedom))
    return Summary(mean, error, freedom, blocks, np.zeros_like(blocks))


def difference(own: Summary, base: Summary) -> Summary:
    """The mean log ratio (own / base), its error and degrees of freedom."""
    variances = [own.error**2, base.error**2]
    return Summary(
        mean=own.mean - base.mean,
        error=np.sqrt(np.sum(variances, axis=0)),
        freedom=satterthwaite(variances, [own.freedom, base.freedom]),
        blocks=np.minimum(own.blocks, base.blocks),
        lost=own.lost + base.lost,
    )


def satterthwaite(variances: Sequence[Array], freedoms: Sequence[Array]) -> Array:
    """The degrees of freedom of a sum of independent estimates; of exact ones, all together."""
    total = np.sum(variances, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = [own**2 / freedom for own, freedom in zip(variances, freedoms, strict=True)]
        answer = total**2 / np.sum(squares, axis=0)
    return np.asarray(np.where(total == 0, np.sum(freedoms, axis=0), answer))


def judge(found: Summary, *, margin: npt.ArrayLike, level: float, strict: bool = False) -> Words:
    """`slower`, `faster`, `too close` or `undecided`, adjusted over all the cells given."""
    words, p = decide.judge(found, margin=margin)
    return decide.settle(words, decide.adjusted(p, strict=strict), level=level)
