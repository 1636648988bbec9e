"""How often the rule calls cells whose true ratio is known, and how often it calls them wrongly."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.judge.rule import CLOSE, FASTER, SLOWER, UNDECIDED, Words
from tests.evidence.simulation.clock import NOISES, Plan, simulated
from tests.evidence.simulation.rules import RULES

RATIOS = {
    "spread 2 %": (1.1, 1.2),
    "spread 5 %": (1.1, 1.2, 1.3),
    "spread 10 %": (1.2, 1.3, 1.5),
    "spread 20 %": (1.5, 2.0),
}
"""True ratios that are tried besides 1; MOST of them under the other noises."""
MOST = (1.2, 2.0)
SHORT = "default grid, K = 3"
PLANS = {
    "default grid": Plan(),
    SHORT: Plan(blocks=3),
    "default grid, K = 9": Plan(blocks=9),
    "one workload": Plan(workloads=1),
}


def rates(
    noise: str, ratio: float, plan: Plan, rules: tuple[str, ...], *, runs: int, seed: int
) -> Iterator[dict[str, object]]:
    """For each rule, which shares of cells with this true ratio get which word."""
    random = np.random.default_rng(seed)
    made = simulated(random, NOISES[noise], truth=np.log(ratio), runs=runs, plan=plan)
    for name in rules:
        judged = RULES[name](made)
        wrong = wrong_words(judged.words, np.log(ratio))
        yield {
            "rule": name,
            "found": _share(judged.words, SLOWER if ratio > 1 else FASTER if ratio < 1 else CLOSE),
            "wrong": float(wrong.mean()),
            "wrong_sign": _share(judged.words, FASTER) if ratio > 1 else np.nan,
            "any_wrong": float(wrong.any(axis=1).mean()),
            "undecided": _share(judged.words, UNDECIDED),
            "margin": float(np.expm1(np.median(judged.margin))),
        }


def wrong_words(words: Words, truth: float) -> npt.NDArray[np.bool_]:
    """Where a word contradicts the truth: a side that is not there, or `too close` beyond 10 %."""
    slower = (words == SLOWER) & (truth <= 0)
    faster = (words == FASTER) & (truth >= 0)
    close = (words == CLOSE) & (abs(truth) >= np.log(1.1))
    return np.asarray(slower | faster | close)


def table(*, runs: int, seed: int) -> pd.DataFrame:
    """A row a plan, noise, true ratio and rule."""
    rows = []
    for name, plan in PLANS.items():
        for noise in NOISES:
            ratios = RATIOS.get(noise, MOST) if name in ("default grid", SHORT) else ()
            for ratio in (1.0, *ratios):
                about = {"plan": name, "noise": noise, "ratio": ratio, "runs": runs}
                found = rates(noise, ratio, plan, tuple(RULES), runs=runs, seed=seed)
                rows += [about | row for row in found]
    return pd.DataFrame(rows)


def mixed(*, runs: int, seed: int) -> pd.DataFrame:
    """The share of words that are wrong in runs of which half of the cells differ by 1.3x.

    The other half lies just inside the margin, where words are wrong as often as they can be.
    """
    rows = []
    truth = np.resize([np.log(1.3), -np.log(1.3), np.log(1.0499), np.log(1.0499)], 20)
    for noise in ("spread 5 %", "spread 10 %"):
        random = np.random.default_rng(seed)
        made = simulated(random, NOISES[noise], truth=truth, runs=runs, plan=Plan())
        for name in ("now", "strict"):
            words = RULES[name](made).words
            slower, faster = words == SLOWER, words == FASTER
            wrong = (slower & (truth < np.log(1.05))) | (faster & (truth > -np.log(1.05)))
            said = words != UNDECIDED
            share = wrong.sum(axis=1) / np.maximum(said.sum(axis=1), 1)
            rows.append(
                {"noise": noise, "rule": name, "runs": runs, "wrong_share": float(share.mean()),
                 "any_wrong": float(wrong.any(axis=1).mean()), "said": float(said.mean())}
            )  # fmt: skip
    return pd.DataFrame(rows)


def _share(words: Words, word: str) -> float:
    return float((words == word).mean())
