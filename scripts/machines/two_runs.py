"""Two separate runs compared: Welch's (1947) interval on log seconds, an entry a cell.

Different runs have no blocks in common, so nothing pairs up: the two means have their own spreads,
and the degrees of freedom are Welch and Satterthwaite's. Words, margin and Holm's adjustment are
those of the paired verdicts (`decide`).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from scripts.judge import rule as decide
from scripts.judge.rule import Array, Summary, Words

SLOWER = "slower"
FASTER = "faster"
_WORDS = {decide.SLOWER: SLOWER, decide.FASTER: FASTER}


@dataclass(frozen=True)
class Difference:
    """Mean log ratio (own / base), its standard error and degrees of freedom, an entry a cell."""

    mean: Array
    error: Array
    freedom: Array

    @classmethod
    def of(cls, own: Summary, base: Summary) -> "Difference":
        """From both sides' log seconds; NaN where a side has fewer than `FEWEST_BLOCKS`."""
        enough = np.minimum(own.blocks, base.blocks) >= decide.FEWEST_BLOCKS
        squares = [np.where(enough, side.error**2, np.nan) for side in (own, base)]
        parts = [
            square**2 / (side.blocks - 1) for square, side in zip(squares, (own, base), strict=True)
        ]
        with np.errstate(invalid="ignore", divide="ignore"):
            freedom = sum(squares) ** 2 / sum(parts)
        pooled = own.blocks + base.blocks - 2  # neither side spreads at all
        return cls(
            mean=own.mean - base.mean,
            error=np.sqrt(sum(squares)),
            freedom=np.where(enough & np.isnan(freedom), pooled, freedom),
        )

    def interval(self, *, level: float) -> tuple[Array, Array]:
        """The interval of coverage 1 - level."""
        half = -special.stdtrit(self.freedom, level / 2) * self.error
        return self.mean - half, self.mean + half


def judge(difference: Difference, *, margin: npt.ArrayLike, level: float) -> Words:
    """`slower`, `faster`, `too close` or `undecided`, Holm-adjusted over all the cells given."""
    limit = np.broadcast_to(np.asarray(margin, dtype=np.float64), difference.mean.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        above = (difference.mean - limit) / difference.error
        below = (difference.mean + limit) / difference.error
    slower = 2 * special.stdtr(difference.freedom, -above)
    faster = 2 * special.stdtr(difference.freedom, below)
    close = np.maximum(
        special.stdtr(difference.freedom, above), special.stdtr(difference.freedom, -below)
    )
    each = np.stack([slower, faster, close])
    words = np.array([SLOWER, FASTER, decide.CLOSE])
    favoured = words[np.argmin(np.where(np.isnan(each), np.inf, each), axis=0)]
    return decide.settle(favoured, decide.holm(np.minimum(each.min(axis=0), 1.0)), level=level)
