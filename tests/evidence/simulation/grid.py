"""How often a whole grid is wrong: any of its words, or a crossover batch size read from it.

A grid is four workloads at fifteen batch sizes (doublings), Holm-adjusted over its 60 cells. Half
of a process's noise variance is shared by all batch sizes of its workload, as one worker serves
them all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.judge import crossover
from scripts.judge.crossover import Crossing, crossing
from scripts.judge.noise import SMALLEST_DELTA
from scripts.judge.rule import CLOSE, FASTER, SLOWER, Array, Words
from tests.evidence.simulation.fake_clock import experiment, margins, processes
from tests.evidence.simulation.rules import LOOKS, Rule, by_blocks, until_decided

WORKLOADS, SIZES = 4, 15
CELLS = WORKLOADS * SIZES
SPREAD = 0.02

Truth = Callable[[np.random.Generator, int], Array]
"""(random, grids) -> true log ratios of shape (grids, WORKLOADS, SIZES)."""


def crossing_curves(random: np.random.Generator, grids: int) -> Array:
    """Straight in log batch size, 10 to 40 % a doubling, crossing inside the grid or beyond it."""
    slope = random.uniform(np.log(1.1), np.log(1.4), (grids, WORKLOADS, 1))
    where = random.uniform(-1.0, SIZES, (grids, WORKLOADS, 1))
    return np.asarray(slope * (where - np.arange(SIZES)))


def level(_random: np.random.Generator, grids: int, *, ratio: float) -> Array:
    """Every cell has the same true ratio."""
    return np.full((grids, WORKLOADS, SIZES), np.log(ratio))


TRUTHS: Mapping[str, Truth] = {
    "crossing curves": crossing_curves,
    "all cells 1.00": partial(level, ratio=1.0),
    "all just inside the margin": partial(level, ratio=0.9999 + SMALLEST_DELTA),
    "all just outside the margin": partial(level, ratio=1.0001 + SMALLEST_DELTA),
    "all cells 1.10": partial(level, ratio=1.1),
}
RULES: Mapping[str, Rule] = {
    "K = 5": Rule(partial(by_blocks, family=CELLS), 5, 5),
    "K = 9": Rule(partial(by_blocks, family=CELLS), 9, 9),
    "until decided": Rule(partial(until_decided, family=CELLS), LOOKS[-1], LOOKS[0]),
    "K = 5, no Holm": Rule(by_blocks, 5, 5),
    "K = 9, no Holm": Rule(by_blocks, 9, 9),
}


@dataclass(frozen=True)
class Grids:
    """Words, true log ratios and margins, each of shape (grids, WORKLOADS, SIZES)."""

    words: Words
    truth: Array
    margin: Array

    def wrong(self) -> npt.NDArray[np.bool_]:
        """Where a word contradicts what is true about the margin."""
        slower = (self.words == SLOWER) & (self.truth <= self.margin)
        faster = (self.words == FASTER) & (self.truth >= -self.margin)
        close = (self.words == CLOSE) & (np.abs(self.truth) >= self.margin)
        return np.asarray(slower | faster | close)


def judged(rule: Rule, truth: Truth, *, grids: int, seed: int) -> Grids:
    """Grids of cells with these truths; level ones have a margin of 5 %, curves their own."""
    random = np.random.default_rng(seed)
    true = truth(random, grids)
    half = partial(processes, spread=SPREAD / np.sqrt(2))
    seconds = experiment(random, half, truth=true.ravel(), cells=true.size, blocks=rule.blocks)
    shared = random.normal(0.0, SPREAD / np.sqrt(2), (grids * WORKLOADS, rule.blocks, 2, 1))
    seconds += np.repeat(shared, SIZES, axis=0)
    margin = np.full(true.size, np.log1p(SMALLEST_DELTA))
    if truth is crossing_curves:
        noise = partial(processes, spread=SPREAD)
        own = margins(random, noise, runs=grids, blocks=rule.first_look)
        margin = np.repeat(own, CELLS)
    words = rule.judge(seconds, margin).words
    return Grids(words.reshape(true.shape), true, margin.reshape(true.shape))


def right(found: Crossing, where: float) -> bool | None:
    """Whether what a curve says holds for its true crossing `where`; None: it says nothing."""
    if found.kind in (crossover.SEVERAL, crossover.REVERSE):
        return False
    if found.lower is None and found.upper is None:
        return None
    lower = -np.inf if found.lower is None else found.lower
    upper = np.inf if found.upper is None else found.upper
    return bool(lower <= where <= upper)


def curve_rates(answer: Grids) -> dict[str, float]:
    """How often a crossover is wrong, not given, or an interval, and its width in doublings."""
    sizes = [int(2**power) for power in range(SIZES)]
    words = answer.words.reshape(-1, SIZES)
    truth = answer.truth.reshape(-1, SIZES)
    where = 2.0 ** (truth[:, 0] / (truth[:, 0] - truth[:, 1]))
    found = [crossing(sizes, row.tolist()) for row in words]
    said = [right(curve, place) for curve, place in zip(found, where, strict=True)]
    widths = [np.log2(f.upper / f.lower) for f in found if f.lower and f.upper]
    return {
        "crossover_wrong": said.count(False) / len(said),
        "crossover_not_given": said.count(None) / len(said),
        "crossover_interval": len(widths) / len(said),
        "doublings": float(np.median(widths)) if widths else np.nan,
    }


def table(*, grids: int, seed: int = 0) -> pd.DataFrame:
    """A row a truth and rule: wrong words a grid, grids with any, and wrong crossovers."""
    rows = []
    for truth, draw in TRUTHS.items():
        for name, rule in RULES.items():
            answer = judged(rule, draw, grids=grids, seed=seed)
            wrong = answer.wrong().sum(axis=(1, 2))
            rates = {
                "any_wrong": float((wrong > 0).mean()),
                "wrong_words_a_grid": float(wrong.mean()),
                "decided": float(np.isin(answer.words, (SLOWER, FASTER, CLOSE)).mean()),
                "found": float(np.isin(answer.words, (SLOWER, FASTER)).mean()),
            }
            rates |= curve_rates(answer) if draw is crossing_curves else {}
            rows.append({"truth": truth, "rule": name, "grids": grids} | rates)
    return pd.DataFrame(rows)
