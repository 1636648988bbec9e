"""What the intervals of a time to the target hold: single runs, and devices side by side."""

import math
from pathlib import Path

import numpy as np
import pytest

from scripts.target.time import _single_run
from tests.target.test_target import at, joined


def test_the_interval_is_where_single_runs_end(tmp_path: Path) -> None:
    """Of another process: that of the mean of a few would hold less than half of them."""
    random = np.random.default_rng(0)
    inside = total = 0
    for _ in range(200):
        logs = random.normal(math.log(3.0), 0.1, 5)
        far = _single_run(logs, 0.0)
        fresh = random.normal(math.log(3.0), 0.1, 50)
        inside += int((abs(fresh - logs.mean()) <= far).sum())
        total += 50
    assert inside / total == pytest.approx(0.95, abs=0.015)
    times, _ = joined(tmp_path, learning={"noise": 0.2}, process_noise=0.0, epoch_noise=0.0)
    row = at(times, 64)
    assert row["hi"] == pytest.approx(row["lo"])  # so many whole epochs do not depend on the seed


def test_both_spreads_are_carried_into_a_contest(tmp_path: Path) -> None:
    def spread(seeds: float, blocks: float) -> float:
        times, _ = joined(
            tmp_path, learning={"noise": seeds}, process_noise=blocks, epoch_noise=0.0
        )
        return float(np.log(at(times, 64)["draws"]).std())

    neither, seeds, blocks, both = (
        spread(*pair) for pair in ((0, 0), (0.3, 0), (0, 0.2), (0.3, 0.2))
    )
    assert neither == pytest.approx(0, abs=1e-9)
    assert 0.02 < seeds < both
    assert 0.02 < blocks < both
