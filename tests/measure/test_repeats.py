"""What of a block is measured again: on a loaded host, and with unsteady workers."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.answer import Epochs
from bench.grid import Cell, Side
from bench.job import Job
from bench.measure import blocks as measure
from bench.measure.host.quiet import HostState
from bench.measure.measurements import Key
from bench.measure.search import measure_all
from bench.record.outcome import Absent, cell_outcome
from tests.bench_fakes import (
    PLAN,
    QUIET,
    SETTINGS,
    FakeWorkers,
    Rule,
    Say,
    absent,
    campaign,
    measured,
)

CPU_8 = Key("mlp", Side("cpu"), 8)
CUDA_64 = Key("mlp", Side("cuda"), 64)

pytestmark = pytest.mark.usefixtures("quiet_host")


def loaded_host(monkeypatch: pytest.MonkeyPatch, *, loaded_blocks: int) -> None:
    """Blocks are read twice; the first few see other processes at work."""
    reads: list[HostState] = []

    def read() -> HostState:
        before = reads[-1] if reads else QUIET
        number = len(reads) // 2
        busy = 1.0 if len(reads) % 2 and number < loaded_blocks else 0.0
        reads.append(
            replace(
                before,
                clock_seconds=before.clock_seconds + 1.0,
                busy_seconds=(before.busy_seconds or 0.0) + busy,
            )
        )
        return reads[-1]

    monkeypatch.setattr(measure, "read_host", read)


def test_a_block_on_a_loaded_host_is_repeated_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_host(monkeypatch, loaded_blocks=1)
    workers = FakeWorkers()
    run = campaign(tmp_path, workers)
    measure_all(run, [PLAN])
    blocks = [(one.block, one.attempt, bool(one.suspect)) for one in run.measurements.blocks]
    assert blocks == [(0, 0, True), (0, 1, False), (1, 0, False), (2, 0, False)]
    assert len(workers.jobs) == 4 * 2


def test_a_host_that_is_always_loaded_does_not_keep_the_run_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_host(monkeypatch, loaded_blocks=999)
    workers = FakeWorkers()
    measure_all(campaign(tmp_path, workers), [PLAN])
    assert len(workers.jobs) <= 2 * (2 * SETTINGS.blocks + SETTINGS.blocks)


def steady_after(tries: int) -> tuple[list[tuple[str, int]], Rule]:
    """Who was asked, and a rule: the CPU changes its speed at batch size 8, but `tries` times."""
    asked: list[tuple[str, int]] = []

    def rule(job: Job, size: int) -> Say:
        asked.append((job.device, size))
        unsteady = (job.device, size) == ("cpu", 8) and asked.count(("cpu", 8)) <= tries
        return measured(
            job, size, epoch_seconds=[1.0, 1.0, *([2.0, 2.0] if unsteady else [1.0] * 2)]
        )

    return asked, rule


def test_the_batch_size_of_an_unsteady_worker_is_repeated_on_every_device(tmp_path: Path) -> None:
    asked, rule = steady_after(1)
    run = campaign(tmp_path, FakeWorkers(rule))
    run.run_block(PLAN, 0)
    assert sorted(asked[:4]) == [("cpu", 8), ("cpu", 64), ("cuda", 8), ("cuda", 64)]
    assert asked[4:] == [("cpu", 8), ("cuda", 8)]
    assert [one.batch_sizes for one in run.measurements.blocks] == [[8, 64], [8]]
    figures = run.measurements.measured[CPU_8][0].figures
    assert isinstance(figures, Epochs)
    assert figures.epoch_seconds == [1.0] * 4


def test_a_worker_that_is_never_steady_does_not_keep_the_run_for_ever(tmp_path: Path) -> None:
    asked, rule = steady_after(999)
    run = campaign(tmp_path, FakeWorkers(rule))
    run.run_block(PLAN, 0)
    assert len(asked) == 4 + 2
    assert run.repeats_left == SETTINGS.blocks - 1


def failing(reason: str, times: int) -> Rule:
    """A rule: cuda has no time at batch size 64 in its first so many tries."""
    tries = iter(range(times))

    def rule(job: Job, size: int) -> Say:
        fails = (job.device, size) == ("cuda", 64) and next(tries, None) is not None
        return absent(size, reason) if fails else measured(job, size)

    return rule


def test_what_could_not_be_measured_on_a_loaded_host_is_not_repeated_with_the_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_host(monkeypatch, loaded_blocks=1)
    workers = FakeWorkers(failing("unsupported", 9))
    campaign(tmp_path, workers).run_block(PLAN, 0)
    assert [sorted(job.batch_sizes) for job in workers.jobs] == [[8, 64], [8, 64], [8, 64], [8]]


def test_what_took_too_long_on_a_loaded_host_is_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_host(monkeypatch, loaded_blocks=1)
    workers = FakeWorkers(failing("timeout", 1))
    run = campaign(tmp_path, workers)
    measure_all(run, [PLAN])
    assert [sorted(job.batch_sizes) for job in workers.jobs] == [[8, 64]] * 8
    assert run.measurements.absent == {}
    assert sorted(run.measurements.measured[CUDA_64]) == [0, 1, 2]


@pytest.mark.parametrize("loaded_blocks", [0, 2])
def test_what_took_too_long_again_has_no_time_and_is_suspect_where_others_ran(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loaded_blocks: int
) -> None:
    loaded_host(monkeypatch, loaded_blocks=loaded_blocks)
    run = campaign(tmp_path, FakeWorkers(failing("timeout", 9)))
    measure_all(run, [PLAN])
    cell = Cell("mlp", 64, 1, "cuda")
    suspect = "; suspect: host loaded: other processes used 50% of the CPU" * (loaded_blocks > 0)
    assert cell_outcome(cell, run.measurements, SETTINGS, {}) == Absent(
        "timeout", f"said torch{suspect}", 0
    )


def test_repeats_are_told_of_with_their_cause_before_they_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_host(monkeypatch, loaded_blocks=1)
    told: list[tuple[int, str]] = []
    counts: list[int] = []
    workers = FakeWorkers(failing("timeout", 1))
    run = campaign(tmp_path, workers)

    run.expect = lambda _workload, answers: counts.append(sum(answers.values()))
    run.say = lambda words: told.append((len(workers.jobs), words))
    run.run_block(PLAN, 0)
    loaded = "host loaded: other processes used 50% of the CPU"
    assert told == [(2, f"mlp, block 1, 4 measurements repeated: {loaded}")]
    assert counts == [0, 4]


def test_answers_that_will_never_come_are_taken_off_the_plan(tmp_path: Path) -> None:
    counts: list[int] = []
    run = campaign(tmp_path, FakeWorkers(failing("oom", 1)))
    run.expect = lambda _workload, answers: counts.append(sum(answers.values()))
    measure_all(run, [PLAN])
    assert counts == [0, -1, -1]


def test_a_repeat_that_waited_is_told_with_its_own_blocks_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_host(monkeypatch, loaded_blocks=1)
    told: list[str] = []
    run = campaign(tmp_path, FakeWorkers())
    run.say = told.append
    suspect = run.try_block(PLAN, 0)
    run.try_block(PLAN, 1)
    run.repeat_block(PLAN, 0, suspect)
    assert [words.endswith("used 50% of the CPU") for words in told] == [True]
