"""Two separate runs compared: Welch's (1947) interval on log seconds, an entry per cell.

Different runs have no blocks in common, so nothing pairs up: the two means have their own spreads,
and the degrees of freedom are Welch and Satterthwaite's. Words, margin and Holm's adjustment are
those of the paired verdicts (`scripts.judge.rule`).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from scripts.judge import rule
from scripts.judge.rule import Array, Summary, Words

SLOWER = "slower"
FASTER = "faster"


@dataclass(frozen=True)
class Difference:
    """Mean log ratio (own / base), its standard error and degrees of freedom, an entry per cell."""

    mean: Array
    error: Array
    freedom: Array

    @classmethod
    def of(cls, own: Summary, base: Summary) -> "Difference":
        """From both sides' log seconds; NaN where a side has fewer than `FEWEST_BLOCKS`."""
        enough = np.minimum(own.blocks, base.blocks) >= rule.FEWEST_BLOCKS
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

    def interval(self, *, level: npt.ArrayLike) -> tuple[Array, Array]:
        """The interval of coverage 1 - level."""
        half = -special.stdtrit(self.freedom, np.asarray(level) / 2) * self.error
        return self.mean - half, self.mean + half


def judge(difference: Difference, *, margin: npt.ArrayLike, level: float) -> Words:
    """`slower`, `faster`, `too close` or `undecided`, Holm-adjusted over all the cells given."""
    words, p = rule.favoured(difference.mean, difference.error, difference.freedom, margin=margin)
    settled = rule.settle(words, rule.holm(p), level=level)
    return np.array([word.removeprefix("gpu ") for word in settled], dtype=np.str_)
