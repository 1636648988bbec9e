"""How often the interval of a crossover's number holds the true crossover, and how wide it is."""

import numpy as np
import pandas as pd

from scripts.judge.crosses_at import ONCE, cross
from scripts.judge.moderate import Array
from scripts.judge.rule import interval
from tests.evidence.simulation.clock import NOISES, Plan, simulated
from tests.evidence.simulation.rules import ALPHA, moderated

SIZES: Array = np.array([3.0, 5.0, 7.0, 9.0, 11.0])
"""log2 of the default batch sizes, 8 to 2048."""
SHAPES = ("straight", "fixed cost")
CASES = [
    *((noise, 5) for noise in NOISES),
    ("spread 5 %", 3),
    ("spread 5 %", 9),
]


def rates(noise: str, shape: str, *, blocks: int, runs: int, seed: int) -> dict[str, float]:
    """Of curves that cross once inside the grid, half of them the other way round."""
    random = np.random.default_rng(seed)
    where = random.uniform(SIZES[1] - 1, SIZES[-2] + 1, (runs, 4, 1))
    slope = random.uniform(np.log(1.15), np.log(1.6), (runs, 4, 1))
    turned = random.choice([-1.0, 1.0], (runs, 4, 1))
    truth = turned * slope * (where - SIZES)
    if shape == "fixed cost":  # log of (a + b B) / (c + d B)
        truth = turned * slope * np.log2((2**where + 0.1 * 2**SIZES) / (1.1 * 2**SIZES))
    plan = Plan(blocks=blocks)
    made = simulated(random, NOISES[noise], truth=truth.reshape(runs, -1), runs=runs, plan=plan)
    summary = moderated(made).summary
    low, high = interval(summary, level=ALPHA)
    halves = ((high - low) / 2).reshape(-1, len(SIZES))
    numbers, notes = cross(SIZES, summary.mean.reshape(halves.shape), halves)
    once = notes == ONCE
    lower, upper = np.nan_to_num(numbers[once, 1]), np.nan_to_num(numbers[once, 2], nan=np.inf)
    true = 2 ** where.reshape(-1)[once]
    return {
        "given": float(once.mean()),
        "covers": float(((lower <= true) & (true <= upper)).mean()),
        "doublings": float(np.nanmedian(np.log2(numbers[once, 2] / numbers[once, 1]))),
        "off_by_doublings": float(np.median(np.abs(np.log2(numbers[once, 0] / true)))),
    }


def table(*, runs: int, seed: int) -> pd.DataFrame:
    """A row a noise, number of blocks and shape of the curve."""
    return pd.DataFrame(
        {"noise": noise, "K": blocks, "curve": shape, "curves": 4 * runs}
        | rates(noise, shape, blocks=blocks, runs=runs, seed=seed)
        for noise, blocks in CASES
        for shape in SHAPES
    )
