"""What a run within a budget adds: the diagnosis' part of it, and which sides come first."""

from pathlib import Path

import pytest

from bench.job import Job
from bench.why.studies import added_plans
from bench.why.within import by_worth
from tests.measure.budget.fakes import STUDIED, Spent, TimedWorkers, blocks_of, second_each, spend

pytestmark = pytest.mark.usefixtures("quiet_host")

ASKED = STUDIED | {"remedies": ("compile", "bf16", "fused")}
START = 15
"""The first block after those that a run with a budget may have."""


def added(spent: Spent, *workloads: str) -> dict[str, set[int]]:
    """The blocks of each side that remedies and ladder added."""
    found: dict[str, set[int]] = {}
    for key, lines in spent.campaign.measurements.measured.items():
        if key.workload in workloads and not key.side.task and "+" in key.side.name:
            found.setdefault(key.side.name, set()).update(block - START for block in lines)
    return found


def test_what_was_asked_for_has_its_part_of_the_budget(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=600, **STUDIED)
    assert len(blocks_of(spent, "cnn", "cuda")) >= 3
    tasks = {key.side.task for key in spent.campaign.measurements.measured}
    assert tasks == {"", "diagnosis", "dispatch", "peaks"}
    found = added(spent, "mlp", "cnn")
    assert set(found) == {"cpu+fused", "cuda+fused", "cpu+compile", "cuda+compile", "cuda+tf32"}
    assert all(blocks == {0, 1, 2} for blocks in found.values())
    assert set(blocks_of(spent, "mlp", "cpu")) >= {START, START + 1, START + 2}


def test_with_little_time_the_worthiest_remedies_are_measured(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=350, **ASKED)
    found = added(spent, "mlp")
    assert {"cuda+fused", "cpu+fused"} <= set(found)
    assert {"cpu+bf16", "cuda+bf16"}.isdisjoint(found)
    assert set(map(tuple, found.values())) == {(0, 1, 2)}


def test_rather_one_workload_has_its_remedy_than_none(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=150, **ASKED)
    assert added(spent, "mlp")
    assert not added(spent, "cnn")


def test_a_side_that_takes_longer_than_it_looked_is_left_out_of_later_blocks(
    tmp_path: Path,
) -> None:
    def cost(job: Job, _size: int) -> float:
        return 25.0 if job.compiled else 1.0

    spent = spend(
        tmp_path, TimedWorkers(cost), seconds=350, workloads=("mlp",),
        remedies=("compile", "bf16"),
    )  # fmt: skip
    found = added(spent, "mlp")
    assert found["cpu+bf16"] == found["cuda+bf16"] == {0, 1, 2}
    assert found["cpu+compile"] == {0}


def test_the_ladders_ends_come_before_its_rungs_and_after_the_remedies(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=1, ladder=True, remedies=("bf16",))
    (plan, *_) = added_plans(spent.plans, spent.campaign.settings)
    names = [side.name for side in by_worth(spent.campaign, plan)]
    assert names[:4] == ["cuda+bf16", "cpu+bf16", "cpu+loop=course", "cpu+loop=decoding"]
