"""Blocks of fresh processes: who runs when, and what becomes of every answer."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.answer import Unmeasured
from bench.grid import Side
from bench.job import Job
from bench.measure import blocks as measure
from bench.measure.death import Death
from bench.measure.host.gpu_watch import GpuWatch
from bench.measure.journal import JournalError, read_journal
from bench.measure.measurements import Answered, Block, JournalLine, Key, Measurements, whole
from bench.measure.search import measure_all
from tests.bench_fakes import PLAN, FakeWorkers, Rule, Say, absent, campaign, measured

CPU_8 = Key("mlp", Side("cpu"), 8)
CUDA_8 = Key("mlp", Side("cuda"), 8)


pytestmark = pytest.mark.usefixtures("quiet_host")


def test_a_block_is_one_fresh_process_per_device(tmp_path: Path) -> None:
    workers = FakeWorkers()
    measure_all(campaign(tmp_path, workers), [PLAN])
    assert [job.device for job in workers.jobs] == ["cpu", "cuda", "cuda", "cpu", "cpu", "cuda"]
    assert all(sorted(job.batch_sizes) == [8, 64] for job in workers.jobs)


def test_both_devices_of_a_block_take_the_batch_sizes_in_the_same_order(tmp_path: Path) -> None:
    workers = FakeWorkers()
    measure_all(campaign(tmp_path, workers), [PLAN])
    orders = [job.batch_sizes for job in workers.jobs]
    assert orders[0::2] == orders[1::2]


def test_the_watch_over_the_gpu_is_told_whose_worker_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block's GPU is judged by its use while the CPU side runs."""
    seen: list[tuple[str, bool]] = []
    watches: list[GpuWatch] = []

    def watch(*given: Any) -> GpuWatch:
        watches.append(GpuWatch(*given))
        return watches[-1]

    def answer(job: Job, batch_size: int) -> Say:
        seen.append((job.device, watches[-1].cpu_since is not None))
        return measured(job, batch_size)

    monkeypatch.setattr(measure, "GpuWatch", watch)
    card = {"device": "cuda", "uuid": None}
    run = replace(campaign(tmp_path, FakeWorkers(answer)), accelerators=(card,))
    run.run_block(PLAN, 0)
    assert set(seen) == {("cpu", True), ("cuda", False)}
    assert watches[-1].cpu_since is None
    assert watches[-1].accelerators == (card,)
    assert run.measurements.blocks[0].gpu_note


def test_every_answer_is_in_the_journal_and_in_the_measurements(tmp_path: Path) -> None:
    run = campaign(tmp_path, FakeWorkers())
    measure_all(run, [PLAN])
    _, lines = read_journal(run.journal.path, JournalLine)
    assert sum(isinstance(line, Answered) for line in lines) == 2 * 2 * 3
    assert sum(isinstance(line, Block) for line in lines) == 3
    read = Measurements()
    for line in lines:
        read.take(line)
    assert read == run.measurements
    assert list(read.measured[CPU_8]) == [0, 1, 2]


def test_an_answer_is_in_the_journal_before_anybody_hears_of_it(tmp_path: Path) -> None:
    run = campaign(tmp_path, FakeWorkers())
    seen: list[int] = []

    def report(*_where: Any) -> None:
        seen.append(len(read_journal(run.journal.path, JournalLine)[1]))

    run.report = report
    measure_all(run, [replace_sizes((8,))])
    assert seen == [1, 2, 4, 5, 7, 8]  # a block's own line follows its two answers


def replace_sizes(sizes: tuple[int, ...]) -> Any:
    return PLAN._replace(batch_sizes=dict.fromkeys(PLAN.batch_sizes, sizes))


def test_what_a_device_cannot_do_is_asked_of_it_once(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        return absent(size, "unsupported") if job.device == "cuda" else measured(job, size)

    workers = FakeWorkers(rule)
    run = campaign(tmp_path, workers)
    measure_all(run, [PLAN])
    assert [job.device for job in workers.jobs] == ["cpu", "cuda", "cpu", "cpu"]
    assert run.measurements.absent[CUDA_8].reason == "unsupported"


def test_an_answer_before_the_first_batch_size_is_about_all_of_them(tmp_path: Path) -> None:
    def worker(job: Job) -> Iterator[Unmeasured]:
        yield absent(None, "no device")

    run = replace(campaign(tmp_path, FakeWorkers()), worker=worker)
    measure_all(run, [PLAN])
    reasons = {one.reason for one in run.measurements.absent.values()}
    assert reasons == {"no device"}
    assert len(run.measurements.absent) == 4


def test_after_a_failure_a_new_process_takes_the_other_batch_sizes(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        return absent(size, "failed") if size == 64 else measured(job, size)

    run = campaign(tmp_path, FakeWorkers(rule))
    measure_all(run, [PLAN])
    assert run.measurements.absent[CPU_8._replace(batch_size=64)].reason == "failed"
    assert len(run.measurements.measured[CPU_8]) == 3


def dies(times: int, kind: str = "died") -> Rule:
    left = [times]

    def rule(job: Job, size: int) -> Say:
        if size == 64 and left[0]:
            left[0] -= 1
            return Death(kind, "signal 9 (SIGKILL)")
        return measured(job, size)

    return rule


def test_a_process_that_was_killed_once_is_started_again(tmp_path: Path) -> None:
    run = campaign(tmp_path, FakeWorkers(dies(1)))
    measure_all(run, [PLAN])
    assert not run.measurements.absent
    assert all(len(blocks) == 3 for blocks in run.measurements.measured.values())


def test_a_batch_size_that_kills_its_process_twice_has_failed(tmp_path: Path) -> None:
    run = campaign(tmp_path, FakeWorkers(dies(99)))
    measure_all(run, [PLAN])
    line = run.measurements.absent[CPU_8._replace(batch_size=64)]
    assert (line.reason, line.detail) == ("failed", "signal 9 (SIGKILL)")
    assert len(run.measurements.measured[CPU_8]) == 3


def test_a_process_that_hangs_is_a_timeout_at_once(tmp_path: Path) -> None:
    workers = FakeWorkers(dies(1, kind="hung"))
    run = campaign(tmp_path, workers)
    measure_all(run, [PLAN])
    (line,) = run.measurements.absent.values()
    assert (line.reason, line.batch_size) == ("timeout", 64)


def test_a_process_that_answers_nothing_does_not_keep_the_run_for_ever(tmp_path: Path) -> None:
    run = replace(campaign(tmp_path, FakeWorkers()), worker=lambda job: iter(()))
    measure_all(run, [PLAN])
    assert {one.reason for one in run.measurements.absent.values()} == {"failed"}


def test_a_missing_device_starts_no_process(tmp_path: Path) -> None:
    workers = FakeWorkers()
    gone = {"cuda": {"reason": "no device", "detail": "torch sees none"}}
    measure_all(campaign(tmp_path, workers, missing_devices=gone), [PLAN])
    assert {job.device for job in workers.jobs} == {"cpu"}


def test_a_resumed_run_measures_what_is_missing_and_nothing_twice(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        return KeyboardInterrupt() if len(first.jobs) == 4 else measured(job, size)

    first = FakeWorkers(rule)
    cut = campaign(tmp_path, first)
    with pytest.raises(KeyboardInterrupt):
        measure_all(cut, [PLAN])
    measurements = Measurements()
    for line in read_journal(cut.journal.path, JournalLine)[1]:
        measurements.take(line)
    second = FakeWorkers()
    measure_all(campaign(tmp_path, second, measurements=measurements), [PLAN])
    done = sum(len(job.batch_sizes) for job in first.jobs[:3])
    assert done + sum(len(job.batch_sizes) for job in second.jobs) == 2 * 2 * 3
    assert all(set(blocks) == {0, 1, 2} for blocks in measurements.measured.values())


def test_a_process_that_the_system_killed_for_memory_is_oom_and_larger_sizes_are_implied(
    tmp_path: Path,
) -> None:
    def rule(job: Job, size: int) -> Say:
        return Death("oom", "signal 9") if size >= 64 else measured(job, size)

    workers = FakeWorkers(rule)
    run = campaign(tmp_path, workers)
    sizes = (8, 64, 128, 256)
    measure_all(run, [PLAN._replace(batch_sizes={Side("cpu"): sizes})])
    absences = {key.batch_size: line for key, line in run.measurements.absent.items()}
    reasons = {size: line.reason for size, line in absences.items()}
    assert set(reasons) == {64, 128, 256}
    assert reasons[64] == "oom"
    for size in (size for size in reasons if reasons[size] == "implied"):
        smaller = [other for other in reasons if other < size and reasons[other] == "oom"]
        details = [f"out of memory at batch size {other} already" for other in smaller]
        assert absences[size].detail in details
    assert "implied" in reasons.values()
    assert len(run.measurements.measured[CPU_8]) == 3


def test_a_journal_that_cannot_be_written_ends_the_measuring(tmp_path: Path) -> None:
    run = campaign(tmp_path, FakeWorkers())
    calls = iter(range(100))

    def sync(_descriptor: int) -> None:
        if next(calls) == 3:
            raise OSError(28, "No space left on device")

    run.journal.sync = sync
    with pytest.raises(JournalError, match="No space left on device"):
        measure_all(run, [PLAN])
    _, lines = read_journal(run.journal.path, JournalLine)
    assert [type(line) for line in lines] == [Answered] * 3 + [Block]
    assert lines[-1].torn
    assert whole(lines) == []
    kept = [one for blocks in run.measurements.measured.values() for one in blocks.values()]
    assert kept == [line.answer for line in lines if isinstance(line, Answered)]
