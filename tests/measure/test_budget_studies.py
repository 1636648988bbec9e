"""The studies of a run within a budget: their part of it, and which variants come first."""

from pathlib import Path

import pytest

from bench.job import Job
from bench.variants import PLAIN
from bench.why.studies import variants_plan
from bench.why.within import by_worth
from tests.budget_fakes import STUDIED, Spent, TimedWorkers, blocks_of, second_each, spend

pytestmark = pytest.mark.usefixtures("quiet_host")


def studied(spent: Spent, study: str) -> dict[str, set[int]]:
    """The blocks of each variant that was measured."""
    found: dict[str, set[int]] = {}
    for key, lines in spent.studies.measurements[study].measured.items():
        found.setdefault(key.arm.variant, set()).update(lines)
    return found


def test_studies_have_their_part_of_the_budget(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=600, **STUDIED)
    assert len(blocks_of(spent, "cnn", "cuda")) >= 3
    assert set(studied(spent, "diagnosis")) == {"diagnosis", "peaks"}
    assert studied(spent, "variants") == {
        name: {0, 1, 2} for name in (PLAIN, "compile", "fused-optimizer", "tf32")
    }


def test_with_little_time_the_worthiest_remedy_is_the_one_that_is_measured(tmp_path: Path) -> None:
    # 158 s are left for the variants of two workloads; a block of one of them takes 24: plain,
    # plain again and one variant on two devices.
    asked = STUDIED | {"remedies": ("compile", "bf16", "fused-optimizer")}
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=350, **asked)
    assert studied(spent, "variants") == {PLAIN: {0, 1, 2}, "fused-optimizer": {0, 1, 2}}
    lost = {
        (key.arm.variant, line.reason)
        for key, line in spent.studies.measurements["variants"].absent.items()
        if key.arm.device == "cuda"
    }
    assert lost == {("compile", "budget"), ("bf16", "budget")}


def test_rather_one_workload_has_its_remedy_than_none(tmp_path: Path) -> None:
    asked = STUDIED | {"remedies": ("compile", "bf16", "fused-optimizer")}
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=300, **asked)
    keys = spent.studies.measurements["variants"].measured
    assert {(key.workload, key.arm.variant) for key in keys} == {
        ("mlp", PLAIN),
        ("mlp", "fused-optimizer"),
    }


def test_a_variant_that_takes_longer_than_it_looked_is_left_out_of_later_blocks(
    tmp_path: Path,
) -> None:
    def cost(job: Job, _size: int) -> float:
        return 25.0 if job.compiled else 1.0

    spent = spend(
        tmp_path, TimedWorkers(cost), seconds=380, workloads=("mlp",),
        remedies=("compile", "bf16"),
    )  # fmt: skip
    blocks = studied(spent, "variants")
    assert blocks["bf16"] == blocks[PLAIN] == {0, 1, 2}
    assert blocks["compile"] == {0}


def test_the_ladders_ends_come_before_its_rungs_and_after_the_remedies(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=1, ladder=True, remedies=("bf16",))
    names = by_worth(variants_plan(spent.plans[0], spent.campaign.settings))
    assert names[:4] == ["bf16", "loop-course", "loop-lean", "loop-no-evaluation"]


def test_remedies_come_by_their_worth_however_they_were_asked_for(tmp_path: Path) -> None:
    asked = ("flush-denormals", "bf16", "compile", "fused-optimizer", "one-thread")
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=1, remedies=asked)
    names = by_worth(variants_plan(spent.plans[0], spent.campaign.settings))
    assert names == ["fused-optimizer", "compile", "one-thread", "bf16", "flush-denormals"]
