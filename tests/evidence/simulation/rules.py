"""Verdict rules to compare: this project's, and three that people use.

Each takes log seconds of shape (cells, blocks, 2, rounds), arm 1 against arm 0, and gives an
Outcome. This project's are calls of `decide`, the code that judges real results.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import stats

from scripts.judge import rule as decide
from scripts.judge.rule import FASTER, SLOWER, UNDECIDED, Array, Words
from tests.evidence.simulation.fake_clock import log_ratios

ALPHA = 0.05
LOOKS = (5, 9, 15)


@dataclass(frozen=True)
class Outcome:
    """Words and intervals (NaN where a rule has none), an entry a cell."""

    words: Words
    lo: Array
    hi: Array


Judge = Callable[[Array, Array], Outcome]
"""(log seconds, margin of each cell) -> Outcome; rules without a margin leave it alone."""


@dataclass(frozen=True)
class Rule:
    """A way to judge and the blocks it is given; A/A cells have those of the first look."""

    judge: Judge
    blocks: int
    first_look: int


def by_blocks(seconds: Array, margin: Array, *, family: int = 1, looks: int = 1) -> Outcome:
    """This project's rule; cells are judged in grids of `family` cells."""
    level = ALPHA / looks
    summary = decide.summarise(log_ratios(seconds))
    words, p = decide.judge(summary, margin=margin)
    p_holm = decide.holm(p.reshape(-1, family)).reshape(p.shape)
    lo, hi = decide.interval(summary, level=level)
    return Outcome(decide.settle(words, p_holm, level=level), lo, hi)


def until_decided(seconds: Array, margin: Array, *, family: int = 1) -> Outcome:
    """This project's rule with looks at 5, 9 and 15 blocks, a third of alpha at each."""
    answer = by_blocks(seconds[:, : LOOKS[0]], margin, family=family, looks=len(LOOKS))
    for blocks in LOOKS[1:]:
        later = by_blocks(seconds[:, :blocks], margin, family=family, looks=len(LOOKS))
        going_on = answer.words == UNDECIDED
        answer = Outcome(
            words=np.where(going_on, later.words, answer.words),
            lo=np.where(going_on, later.lo, answer.lo),
            hi=np.where(going_on, later.hi, answer.hi),
        )
    return answer


def pooled_t(seconds: Array, _margin: Array) -> Outcome:
    """Welch's t test on all rounds, as if rounds of one process were independent."""
    zero, one = _pooled(seconds)
    test = stats.ttest_ind(one, zero, axis=-1, equal_var=False)
    bounds = test.confidence_interval(1 - ALPHA)
    words = _two_sided(np.asarray(test.pvalue), np.asarray(test.statistic))
    return Outcome(words, np.asarray(bounds.low), np.asarray(bounds.high))


def mann_whitney(seconds: Array, _margin: Array) -> Outcome:
    """Mann-Whitney's test on all rounds."""
    zero, one = _pooled(seconds)
    test = stats.mannwhitneyu(one, zero, axis=-1, method="asymptotic")
    direction = test.statistic - one.shape[-1] * zero.shape[-1] / 2
    return _without_interval(_two_sided(np.asarray(test.pvalue), np.asarray(direction)))


def smallest(seconds: Array, _margin: Array) -> Outcome:
    """The smallest of all rounds differs by 5 % or more."""
    zero, one = (arm.min(axis=-1) for arm in _pooled(seconds))
    ratio = one - zero
    word = np.where(ratio > 0, SLOWER, FASTER)
    return _without_interval(np.where(np.abs(ratio) >= np.log(1.05), word, UNDECIDED))


RULES: Mapping[str, Rule] = {
    "blocks, K = 3": Rule(by_blocks, 3, 3),
    "blocks, K = 5": Rule(by_blocks, 5, 5),
    "blocks, K = 9": Rule(by_blocks, 9, 9),
    "blocks, K = 15": Rule(by_blocks, 15, 15),
    "blocks until decided, looks at 5, 9, 15": Rule(until_decided, LOOKS[-1], LOOKS[0]),
    "blocks, K = 5, Holm over 20 alike": Rule(partial(by_blocks, family=20), 5, 5),
    "blocks, K = 9, Holm over 20 alike": Rule(partial(by_blocks, family=20), 9, 9),
    "rounds pooled, t test, K = 5": Rule(pooled_t, 5, 5),
    "rounds pooled, Mann-Whitney, K = 5": Rule(mann_whitney, 5, 5),
    "minimum differs by 5 %, K = 5": Rule(smallest, 5, 5),
}


def _pooled(seconds: Array) -> tuple[Array, Array]:
    cells = len(seconds)
    return seconds[:, :, 0].reshape(cells, -1), seconds[:, :, 1].reshape(cells, -1)


def _two_sided(p: Array, direction: Array) -> Words:
    return np.where(p <= ALPHA, np.where(direction > 0, SLOWER, FASTER), UNDECIDED)


def _without_interval(words: Words) -> Outcome:
    nothing = np.full(words.shape, np.nan)
    return Outcome(words, nothing, nothing)
