"""Rules that people use: all epochs taken for independent, though they come from few processes."""

import numpy as np
import pandas as pd
from scipy import stats

BLOCKS, ROUNDS, EPOCH_NOISE = 5, 9, 0.02


def table(*, pairs: int, seed: int) -> pd.DataFrame:
    """The share of pairs of identical cells that each rule calls different, by process spread."""
    rows = []
    for spread in (0.0, 0.01, 0.02, 0.05):
        random = np.random.default_rng(seed)
        processes = random.normal(0.0, spread, (2, pairs, BLOCKS, 1))
        epochs = processes + random.normal(0.0, EPOCH_NOISE, (2, pairs, BLOCKS, ROUNDS))
        one, other = epochs.reshape(2, pairs, -1)
        t = stats.ttest_ind(one, other, axis=-1, equal_var=False).pvalue
        u = stats.mannwhitneyu(one, other, axis=-1, method="asymptotic").pvalue
        least = np.abs(one.min(axis=-1) - other.min(axis=-1)) >= np.log(1.05)
        rows.append(
            {"process_spread": spread, "pairs": pairs, "t_test": float((t <= 0.05).mean()),
             "mann_whitney": float((u <= 0.05).mean()), "minimum_differs_by_5_%": least.mean()}
        )  # fmt: skip
    return pd.DataFrame(rows)
