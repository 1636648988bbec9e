"""What of the grid is measured: on fake machines whose crossover is known."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.grid import Side, WorkloadPlan
from bench.job import Job
from bench.measure.measurements import Key, Undecided
from bench.measure.search import (
    block_signs,
    find_crossovers,
    measure_all,
    measure_until_decided,
    planned_looks,
)
from bench.record.state import TimingRun
from tests.bench_fakes import PLAN, SETTINGS, FakeWorkers, Say, absent, campaign, measured
from tests.evidence.search_saving import FakeMachine, answers, crossovers_found

pytestmark = pytest.mark.usefixtures("quiet_host")


def blocks_of(run: object, side: str, size: int) -> list[int]:
    measurements = run.measurements  # type: ignore[attr-defined]
    return list(measurements.measured.get(Key("mlp", Side(side), size), {}))


def test_until_decided_measures_further_blocks_of_the_cells_that_need_them(tmp_path: Path) -> None:
    looks: list[int] = []

    def look(after: int) -> list[Undecided]:
        looks.append(after)
        return [Undecided("mlp", 8, "cuda", "cpu", "undecided")] if after == 3 else []

    run = campaign(tmp_path, FakeWorkers())
    measure_until_decided(run, [PLAN], look)
    assert looks == [3, 5, 9]
    assert blocks_of(run, "cuda", 8) == blocks_of(run, "cpu", 8) == [0, 1, 2, 3, 4]
    assert blocks_of(run, "cuda", 64) == blocks_of(run, "cpu", 64) == [0, 1, 2]


def test_a_worker_trains_no_more_than_the_measured_epochs(tmp_path: Path) -> None:
    workers = FakeWorkers()
    run = campaign(tmp_path, workers)
    run.settings = replace(SETTINGS, epochs=(1, 100), measured_epochs=2)
    measure_all(run, [PLAN._replace(epochs=100)])
    assert {job.epochs for job in workers.jobs} == {2}


def test_the_search_looks_at_derived_totals_too(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        gpu = job.device == "cuda"
        cold = {"context_seconds": 30.0 if gpu else 0.0}
        return measured(job, size, epoch_seconds=[1.0 if gpu else 2.0] * job.epochs, **cold)

    run = campaign(tmp_path, FakeWorkers(rule))
    run.settings = replace(SETTINGS, epochs=(1, 100), measured_epochs=2)
    run.run_block(PLAN._replace(epochs=100), 0)
    warm, one, hundred = block_signs(run, PLAN)
    assert (warm, one, hundred) == (
        {8: False, 64: False},
        {8: True, 64: True},
        {8: False, 64: False},
    )


@pytest.mark.parametrize(
    ("blocks", "looks"),
    [(3, (3, 5, 9, 15)), (5, (5, 9, 15)), (7, (7, 9, 15)), (9, (9, 15)), (20, (20,))],
)
def test_every_look_is_planned_and_has_its_share_of_alpha(
    blocks: int, looks: tuple[int, ...]
) -> None:
    assert planned_looks(blocks) == looks
    asked = replace(SETTINGS, blocks=blocks, until_decided=True)
    run = TimingRun(asked, Path("x.json"), resume=False, overwrite=False, command="")
    assert run.looks == looks
    run.settings = replace(asked, until_decided=False)
    assert run.looks == (blocks,)


def test_until_decided_ends_at_fifteen_blocks(tmp_path: Path) -> None:
    run = campaign(tmp_path, FakeWorkers())
    cell = Undecided("mlp", 8, "cuda", "cpu", "undecided")
    measure_until_decided(run, [PLAN], lambda after: [cell])
    assert blocks_of(run, "cuda", 8) == list(range(15))


def test_further_blocks_have_no_repeats(tmp_path: Path) -> None:
    sides: dict[Side, tuple[int, ...]] = {}
    for device in ("cpu", "cuda"):
        sides[Side(device)] = (8, 64)
        sides[Side(device, again=True)] = (64,)
    run = campaign(tmp_path, FakeWorkers())
    cell = Undecided("mlp", 8, "cuda", "cpu", "undecided")
    plan = WorkloadPlan("mlp", sides, 2)
    measure_until_decided(run, [plan], lambda after: [cell] if after == 3 else [])
    again = Key("mlp", Side("cuda", again=True), 64)
    assert list(run.measurements.measured[again]) == [0, 1, 2]
    assert blocks_of(run, "cuda", 8) == [0, 1, 2, 3, 4]
    assert blocks_of(run, "cuda", 64) == [0, 1, 2]


def test_a_batch_size_that_cannot_be_measured_does_not_stop_the_search(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        if size == 64:
            return absent(size, "oom")
        return measured(job, size, epoch_seconds=[3.0 if job.device == "cuda" else 1.0] * 2)

    run = campaign(tmp_path, FakeWorkers(rule))
    find_crossovers(run, [PLAN], lambda after: [])
    assert blocks_of(run, "cuda", 8) == [0, 1, 2]


@pytest.mark.parametrize("crossing", [3000, 180])
def test_the_search_names_the_same_crossovers_as_the_whole_grid_in_less_time(
    crossing: float,
) -> None:
    rise = FakeMachine.cpu_per_sample - FakeMachine.gpu_per_sample
    fixed = FakeMachine.cpu_fixed + crossing * rise
    whole, searched = FakeMachine(fixed), FakeMachine(fixed)
    expected = crossovers_found(whole, search=False)
    found = crossovers_found(searched, search=True)
    warm = expected.loc["warm"]
    assert answers(found) == answers(expected)
    assert warm["lower"].iloc[0] < crossing < warm["upper"].iloc[0]
    assert searched.spent < whole.spent
