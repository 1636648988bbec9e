"""The rule that judges real files, its strict form, and the rule that it replaced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from scripts.judge.moderate import Array, Summary, summarise
from scripts.judge.noise import floor_of
from scripts.judge.rule import SMALLEST_DELTA, Words, adjusted, judge, margin_of, settle
from tests.evidence.simulation.clock import Runs

ALPHA = 0.05


@dataclass(frozen=True)
class Judged:
    """Words and their summary, (runs, cells); margins (L), (runs,)."""

    words: Words
    summary: Summary
    margin: Array


Rule = Callable[[Runs], Judged]


def moderated(runs: Runs, *, strict: bool = False, level: float = ALPHA) -> Judged:
    """The rule as `verdicts` applies it to a file."""
    again = summarise(runs.again)
    margin = np.array(
        [
            margin_of(Summary(*(part[run] for part in vars(again).values())))
            for run in range(len(runs.again))
        ]
    )
    return _settled(summarise(runs.cells, runs.plan.groups), margin, strict=strict, level=level)


def replaced(runs: Runs) -> Judged:
    """The rule until version 0.1: each cell's own variance, a margin of twice the noise floor."""
    floor = np.expm1(floor_of(summarise(runs.again).mean))
    margin = np.log1p(np.maximum(SMALLEST_DELTA, 2 * floor))
    return _settled(summarise(runs.cells), margin, strict=True, level=ALPHA)


RULES: Mapping[str, Rule] = {
    "now": moderated,
    "strict": partial(moderated, strict=True),
    "before": replaced,
}


def _settled(summary: Summary, margin: Array, *, strict: bool, level: float) -> Judged:
    words, p = judge(summary, margin=margin[:, None])
    return Judged(settle(words, adjusted(p, strict=strict), level=level), summary, margin)
