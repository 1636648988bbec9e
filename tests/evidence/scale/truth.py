"""Verdicts against the truth: how many are wrong, and how many differences were found."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scripts.judge.rule import CLOSE, FASTER, NOT_MEASURED, SLOWER, UNDECIDED
from tests.evidence.scale.corpus import truths

PLACE = ["machine", "workload", "batch_size", "epochs"]
CLASSES = {
    "1": 0.0, "up to 1.05": 1.05, "1.05 to 1.1": 1.1, "1.1 to 1.25": 1.25, "1.25 to 2": 2.0,
    "above 2": np.inf,
}  # fmt: skip
"""Classes of the true ratio, or of 1 over it, by their upper ends."""


def beside_truth(verdicts: pd.DataFrame, count: int) -> pd.DataFrame:
    """The verdicts of the corpus's first machines with `truth`, a log ratio, and what is wrong.

    A verdict is wrong when what it claims is not so: slower (faster) by more than the margin, or
    within the margin. Its sign is wrong when the other device is the faster one.
    """
    known = pd.concat([truths(number) for number in range(count)], ignore_index=True)
    table = verdicts.fillna({"epochs": -1}).astype({"epochs": np.int64})
    table = table.merge(known, on=PLACE, how="left", validate="one_to_one")
    truth, limit = np.log(table["true_ratio"]), np.log1p(table["margin"])
    word = table["verdict"]
    wrong = (word == SLOWER) & (truth <= limit) | (word == FASTER) & (truth >= -limit)
    wrong |= (word == CLOSE) & (truth.abs() >= limit)
    sign = (word == SLOWER) & (truth < 0) | (word == FASTER) & (truth > 0)
    found = (word == SLOWER) & (truth > 0) | (word == FASTER) & (truth < 0)
    return table.assign(truth=truth, wrong=wrong, wrong_sign=sign, found=found)


def by_truth(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A row a class of true ratios, and one of all cells together."""
    ratio = np.exp(table["truth"].abs()).to_numpy()
    ratio = np.where(np.isclose(ratio, 1.0, atol=1e-12), 0.0, ratio)
    place = np.searchsorted(list(CLASSES.values()), ratio)
    for number, name in enumerate(CLASSES):
        yield _counts(name, table[place == number])
    yield _counts("together", table)


def _counts(name: str, cells: pd.DataFrame) -> dict[str, Any]:
    word = cells["verdict"]
    return {
        "true ratio": name,
        "compared": len(cells),
        "found": int(cells["found"].sum()),
        "too close": int((word == CLOSE).sum()),
        "undecided": int((word == UNDECIDED).sum()),
        "not measured": int((word == NOT_MEASURED).sum()),
        "wrong": int(cells["wrong"].sum()),
        "wrong sign": int(cells["wrong_sign"].sum()),
    }
