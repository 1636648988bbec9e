"""Did two sides do the same work? Their losses tell."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bench.grid import Cell, Side
from bench.job import Job
from bench.record.outcome import REDUCED_TOLERANCES, TOLERANCES, Timed, loss_mismatch
from bench.sides.names import equal_arithmetic
from scripts.read.sides import ALIKE, ROUNDED, tolerance
from tests.bench_fakes import PLAN, Say, measured
from tests.record.test_outcome import JOB, after, outcome, timed

pytestmark = pytest.mark.usefixtures("quiet_host")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, None),
        ({"loss": 0.52}, None),
        ({"loss": 0.7}, "loss 0.7 against 0.5 of cpu, 10.0% are allowed"),
        ({"first_loss": 2.301}, None),
        ({"first_loss": 2.4}, "first_loss 2.4 against 2.3 of cpu, 0.1% are allowed"),
        ({"loss": None}, "loss is finite on one side only"),
        ({"loss": 0.9, "evaluated_after_epochs": 1}, None),
    ],
)
def test_sides_did_the_same_work_when_their_losses_agree(
    fields: dict[str, Any], words: str | None
) -> None:
    one, other = timed(JOB, 8, **fields), timed(JOB, 8)
    expected = words and f"block 0: {words}"
    assert loss_mismatch({0: one}, {0: other}, TOLERANCES, whom="cpu") == expected
    assert loss_mismatch({1: one}, {0: other}, TOLERANCES, whom="cpu") is None


def test_a_loss_mismatch_makes_the_cell_suspect_that_is_compared(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        return measured(job, size, loss=0.5 if job.device == "cpu" else 5.0)

    measurements = after(tmp_path, rule)
    cuda, cpu = (outcome(Cell("mlp", 8, 1, device), measurements) for device in ("cuda", "cpu"))
    assert isinstance(cuda, Timed)
    assert isinstance(cpu, Timed)
    assert cuda.suspect == ["loss mismatch: block 0: loss 5 against 0.5 of cpu, 10.0% are allowed"]
    assert cpu.suspect == []


def losses(folder: Path, **factors: float) -> dict[str, list[str]]:
    """The marks of sides whose losses are so many times the plain one's."""
    names = ("cpu", *(name.replace("_", "+") for name in factors))
    by_precision = {name.partition("_")[2]: factor for name, factor in factors.items()}

    def rule(job: Job, size: int) -> Say:
        factor = by_precision.get(job.precision if job.precision != "ieee" else "", 1.0)
        return measured(job, size, first_loss=2.3 * factor, loss=0.5 * factor)

    sides: dict[Side, tuple[int, ...]] = {Side(name): (8,) for name in names}
    plan = PLAN._replace(batch_sizes=sides)
    found = after(folder, rule, plan)
    rows = [outcome(Cell("mlp", 8, 1, name), found, sides=names) for name in names]
    return {name: row.suspect for name, row in zip(names, rows, strict=True) if row.suspect}  # type: ignore[union-attr]


@pytest.mark.parametrize("factor", [1.01, 0.985])
def test_a_side_in_bf16_may_differ_by_what_bf16_loses(tmp_path: Path, factor: float) -> None:
    assert losses(tmp_path, cuda_bf16=factor) == {}


def test_a_side_in_bf16_that_did_other_work_is_suspect(tmp_path: Path) -> None:
    assert losses(tmp_path, cuda_bf16=1.05) == {
        "cuda+bf16": [
            "loss mismatch: block 0: first_loss 2.415 against 2.3 of cpu, 2.0% are allowed"
        ]
    }


def test_a_remedy_is_compared_with_its_own_plain_side(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        return measured(job, size, loss=0.5 if job.device == "cpu" else 5.0)

    sides: dict[Side, tuple[int, ...]] = {
        Side(name): (8,) for name in ("cpu", "cuda", "cuda+fused")
    }
    found = after(tmp_path, rule, PLAN._replace(batch_sizes=sides))
    rows = [outcome(Cell("mlp", 8, 1, side.name), found) for side in sides]
    assert [bool(row.suspect) for row in rows if isinstance(row, Timed)] == [False, True, False]


def test_both_halves_allow_the_same() -> None:
    assert ALIKE._asdict() == TOLERANCES
    assert ROUNDED._asdict() == REDUCED_TOLERANCES
    sides = ("cpu", "cuda+bf16", "cuda+tf32", "cuda+tf32+fused", "cpu+threads=1")
    for one, other in product(sides, sides):
        allowed = TOLERANCES if equal_arithmetic(one, other) else REDUCED_TOLERANCES
        assert tolerance(one, other)._asdict() == allowed
