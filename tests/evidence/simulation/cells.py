"""How often each verdict rule is wrong about single cells whose true ratio is known."""

import numpy as np
import pandas as pd

from scripts.judge.rule import CLOSE, FASTER, SLOWER, UNDECIDED
from tests.evidence.simulation.fake_clock import NOISES, Noise, experiment, margins
from tests.evidence.simulation.rules import RULES, Rule

TEN_PER_CENT = float(np.log(1.1))
RUN_CELLS = 20
"""A run's grid; its cells share a margin."""


def rates(rule: Rule, noise: Noise, *, cells: int, seed: int) -> dict[str, float]:
    """What the rule does to cells whose true ratio is 1, 1.10 and 1 / 1.10."""
    random = np.random.default_rng(seed)
    own = margins(random, noise, runs=cells // RUN_CELLS, blocks=rule.first_look)
    margin = np.repeat(own, RUN_CELLS)
    same, slower, faster = (
        rule.judge(
            experiment(random, noise, truth=truth, cells=len(margin), blocks=rule.blocks), margin
        )
        for truth in (0.0, TEN_PER_CENT, -TEN_PER_CENT)
    )
    wrong = np.isin(same.words, (SLOWER, FASTER))
    close = np.concatenate([slower.words, faster.words]) == CLOSE
    signs = [(slower.words, FASTER), (faster.words, SLOWER)]
    found = [(slower.words, SLOWER), (faster.words, FASTER)]
    covered = (same.lo <= 0) & (same.hi >= 0)
    return {
        "wrong_verdict": float(wrong.mean()),
        "wrong_sign": float(np.mean([words == word for words, word in signs])),
        "coverage": float(covered.mean()) if np.isfinite(same.lo).all() else np.nan,
        "found_at_10_percent": float(np.mean([words == word for words, word in found])),
        "wrong_close": float((close & (np.tile(margin, 2) < TEN_PER_CENT)).mean()),
        "withheld": float((same.words == UNDECIDED).mean()),
        "margin": float(np.expm1(margin).mean()),
    }


def table(*, cells: int, seed: int = 0) -> pd.DataFrame:
    """A row a noise model and rule."""
    return pd.DataFrame(
        {"noise": noise, "rule": rule, "cells": cells}
        | rates(RULES[rule], NOISES[noise], cells=cells, seed=seed)
        for noise in NOISES
        for rule in RULES
    )
