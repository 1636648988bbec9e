"""The critical batch size: recovered where it is known, doubted where the formula does not hold."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from scripts.target.critical import critical, fit, steps_at

SIZES = np.array([4, 16, 64, 256, 1024, 4000], dtype=np.float64)


def epochs(
    steps: Callable[[float], float], *, noise: float = 0.05, seeds: int = 5, seed: int = 0
) -> pd.DataFrame:
    """Rows of `epochs_to_target` whose seeds scatter around these steps."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            {
                "file": "a.json",
                "machine": "a",
                "workload": "mlp",
                "batch_size": int(size),
                "optimizer": "sgd",
                "target": 0.9,
                "seeds": seeds,
                "reached": seeds,
                "reason": "",
                "steps": steps(size) * np.exp(random.normal(0, noise, seeds)),
            }
            for size in SIZES
        ]
    )


def formula(size: float) -> float:
    return float(steps_at(size, smallest=50, critical=100))


def test_a_known_critical_batch_size_is_recovered_within_a_tenth() -> None:
    row = critical(epochs(formula)).iloc[0]
    assert row["critical_batch"] == pytest.approx(100, rel=0.1)
    assert row["smallest_steps"] == pytest.approx(50, rel=0.1)
    assert row["lo"] < 100 < row["hi"]
    assert row["judgement"] == "good"
    assert row["mean_error"] < 0.05
    assert row["reason"] == ""


def test_without_noise_the_fit_is_exact() -> None:
    found = fit(SIZES, steps_at(SIZES, smallest=50, critical=100))
    assert found.critical_batch == pytest.approx(100, rel=1e-3)
    assert found.smallest_steps == pytest.approx(50, rel=1e-3)
    assert found.mean_error < 1e-3


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rows = [critical(epochs(formula, noise=0.1, seed=seed)).iloc[0] for seed in range(40)]
    covered = [row["lo"] <= 100 <= row["hi"] for row in rows]
    # A bootstrap over five seeds is a little too narrow: 95 % in name, about 85 % in fact.
    assert sum(covered) >= 28
    assert all(row["hi"] / row["lo"] < 3 for row in rows)


def test_steps_that_grow_towards_small_batches_in_epochs_are_called_u_shaped_and_poor() -> None:
    row = critical(epochs(lambda size: formula(size) * (5 if size == 4 else 1))).iloc[0]
    assert row["judgement"] == "poor"
    assert "U-shaped against the formula: batch size 4 needs" in row["reason"]


def test_a_fit_that_misses_is_called_poor_with_its_error() -> None:
    row = critical(epochs(lambda size: formula(size) * (2 if size in (64, 1024) else 1))).iloc[0]
    assert row["judgement"] == "poor"
    assert "the fit misses the steps by" in row["reason"]
    assert row["mean_error"] > 0.15


@pytest.mark.parametrize("shape", [lambda size: 1e6 / size, lambda _size: 50.0])
def test_a_curve_that_never_bends_has_an_interval_beyond_what_was_tried(
    shape: Callable[[float], float],
) -> None:
    row = critical(epochs(shape)).iloc[0]
    assert "the interval leaves the batch sizes that were tried" in row["reason"]


def test_a_batch_size_that_a_seed_did_not_reach_is_left_out_and_named() -> None:
    table = epochs(formula)
    table.loc[table["batch_size"] == 4000, "reached"] = 3
    row = critical(table).iloc[0]
    assert row["sizes"] == 5
    assert row["reason"] == "without batch size 4000: not reached"
    assert row["critical_batch"] == pytest.approx(100, rel=0.15)


def test_three_batch_sizes_have_no_fit() -> None:
    row = critical(epochs(formula).head(3)).iloc[0]
    assert row["judgement"] == "none"
    assert math.isnan(row["critical_batch"])
    assert "3 batch sizes" in row["reason"]
