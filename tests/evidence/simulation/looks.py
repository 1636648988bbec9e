"""`--until-decided` as it ships: which cells get more blocks, and what the last report says.

Cells that are undecided or beside a crossover are measured again at each planned look; the report
at the end judges all cells of the run together, by the blocks that each has then.
"""

from itertools import pairwise

import numpy as np
import pandas as pd

from bench.measure.search import LOOKS
from scripts.judge.rule import CLOSE, UNDECIDED, Words
from tests.evidence.simulation.cells import wrong_words
from tests.evidence.simulation.clock import NOISES, Plan, Runs, simulated
from tests.evidence.simulation.rules import ALPHA, moderated


def judged(made: Runs) -> tuple[Words, Words, np.ndarray]:
    """Words at the first look and in the report at the end, and the blocks of each cell."""
    cells = made.cells.copy()
    cells[..., LOOKS[0] :] = np.nan
    first = words = _words(made, cells)
    for done, until in pairwise(LOOKS):
        again = words == UNDECIDED
        cells[..., done:until] = np.where(again[..., None], made.cells[..., done:until], np.nan)
        words = _words(made, cells)
    return first, words, np.isfinite(cells).sum(axis=-1)


def _words(made: Runs, cells: np.ndarray) -> Words:
    level = ALPHA / len(LOOKS)
    return moderated(Runs(made.plan, cells, made.again), level=level).words


def rates(noise: str, ratio: float, *, runs: int, seed: int) -> dict[str, float]:
    """What the looks find and cost, and what of the first look's words the last report keeps."""
    random = np.random.default_rng(seed)
    plan = Plan(blocks=LOOKS[-1])
    made = simulated(random, NOISES[noise], truth=np.log(ratio), runs=runs, plan=plan)
    first, last, blocks = judged(made)
    said = first != UNDECIDED
    return {
        "first_look": float(said.mean()),
        "at_the_end": float((last != UNDECIDED).mean()),
        "wrong": float(wrong_words(last, np.log(ratio)).mean()),
        "taken_back": float((said & (last != first)).sum() / max(said.sum(), 1)),
        "turned": float((said & (last != first) & (last != UNDECIDED) & (last != CLOSE)).mean()),
        "blocks_per_cell": float(blocks.mean()),
    }


def table(*, runs: int, seed: int) -> pd.DataFrame:
    """A row a noise and true ratio."""
    return pd.DataFrame(
        {"noise": noise, "ratio": ratio, "runs": runs, **rates(noise, ratio, runs=runs, seed=seed)}
        for noise in ("spread 2 %", "spread 5 %", "spread 10 %", "switching host")
        for ratio in (1.0, 1.1, 1.3)
    )
