"""Workers that get ready together: who waits, who is used, and that none is left over."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from bench.answer import Measured, Started
from bench.job import Job
from bench.measure import ahead as ahead_module
from bench.measure import process
from bench.measure.ahead import Ahead
from bench.measure.death import CUT, Death
from bench.measure.process import Said, run_worker
from tests.measure.test_process import JOB, workers_below

STUB = (sys.executable, "-m", "tests.stubs.worker")
ONE = replace(JOB, threads=1)
TWO = replace(JOB, threads=2)
SEVERAL = replace(JOB, devices=2)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The threads of every worker that is started, in order."""
    threads, spawn = list[str](), process.spawn

    def noting(command: object, environment: dict[str, str], *rest: object) -> object:
        threads.append(environment["OMP_NUM_THREADS"])
        return spawn(command, environment, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "spawn", noting)
    yield threads
    assert not workers_below(os.getpid())


def kinds(ahead: Ahead, job: Job) -> list[type]:
    return [type(answer) for answer in ahead.run(job)]


def test_as_many_as_there_are_cores_get_ready_and_each_one_takes_its_job(
    started: list[str],
) -> None:
    ahead, counts = Ahead(2.0, STUB), []
    with ahead.plan([ONE, TWO, ONE, TWO]):
        for job in (ONE, TWO, ONE, TWO):
            (said, *answers) = ahead.run(job)
            assert said == Started()
            assert [a.process.threads for a in answers if isinstance(a, Measured)] == [
                job.threads
            ] * 2
            counts.append((len(started), len(ahead.waiting)))
    assert counts == [(2, 1), (2, 0), (4, 1), (4, 0)]
    assert started == ["1", "2", "1", "2"]


@pytest.mark.parametrize(
    ("cores", "planned"), [(1.0, [ONE, TWO]), (1.9, [ONE, TWO]), (8.0, [ONE]), (8.0, [])]
)
def test_a_single_one_starts_in_its_turn(
    started: list[str], cores: float, planned: list[Job]
) -> None:
    ahead = Ahead(cores, STUB)
    with ahead.plan(planned):
        assert kinds(ahead, ONE) == [Started, Measured, Measured]
        assert not ahead.waiting
    assert started == ["1"]


def test_who_waits_does_nothing_until_its_turn_and_ends_when_none_comes() -> None:
    ahead = Ahead(8.0, STUB)
    with ahead.plan([ONE, TWO, ONE]):
        assert Measured in kinds(ahead, ONE)
        assert len(ahead.waiting) == len(workers_below(os.getpid())) == 2
        assert all(worker.answers.empty() for _, worker in ahead.waiting)
    assert not ahead.waiting


def test_a_plan_within_a_plan_is_part_of_it(started: list[str]) -> None:
    ahead = Ahead(2.0, STUB)
    with ahead.plan([ONE, TWO, TWO]):
        for job in (ONE, TWO, TWO):
            with ahead.plan([job, job]):
                assert Measured in kinds(ahead, job)
    assert started == ["1", "2", "2"]


def test_the_waiting_end_when_the_block_breaks_off() -> None:
    ahead = Ahead(8.0, STUB)
    with suppress(KeyboardInterrupt), ahead.plan([ONE, TWO]):
        next(ahead.run(ONE))
        assert ahead.waiting
        raise KeyboardInterrupt
    assert not ahead.waiting


def test_one_that_was_not_planned_or_is_several_starts_by_itself(started: list[str]) -> None:
    ahead = Ahead(8.0, STUB)
    with ahead.plan([SEVERAL, TWO, ONE]):
        assert Measured in kinds(ahead, replace(JOB, threads=3))
        assert Measured in kinds(ahead, replace(SEVERAL, threads=6))
        assert started == ["3", "3"]
        assert not ahead.waiting


def test_who_dies_before_its_turn_is_started_again_in_it(started: list[str]) -> None:
    ahead = Ahead(8.0, STUB)
    with ahead.plan([ONE, TWO]):
        assert Measured in kinds(ahead, ONE)
        ((_, waiting),) = ahead.waiting
        waiting.process.kill()
        waiting.process.wait()
        (death,) = ahead.run(TWO)  # as of any worker: whoever asked starts another one
        assert isinstance(death, Death)
        assert Measured in kinds(ahead, TWO)
    assert started == ["1", "2", "2"]


def test_who_cannot_get_ready_tells_why_in_its_turn() -> None:
    ahead = Ahead(8.0, (sys.executable, "-S", "-c", "raise SystemExit('no torch')"))
    with ahead.plan([ONE, TWO]):
        for job in (ONE, TWO):
            (death,) = ahead.run(job)
            assert death == Death("died", "the process ended with exit 1: no torch")
            assert not ahead.waiting


def test_getting_ready_takes_no_longer_than_the_time_that_there_is() -> None:
    silent = (sys.executable, "-S", "-c", "import sys; sys.stdin.read()", "a worker")
    ahead = Ahead(8.0, silent)
    with ahead.plan([ONE, TWO]):
        (death,) = ahead.run(replace(ONE, process_seconds=0.2))
    assert isinstance(death, Death)
    assert death.kind == CUT


ASKING = """
import functools, torch
from bench.measure.worker import _import_torch
asked = []
def noting(name, ask):
    @functools.wraps(ask)
    def note(*about, **named):
        asked.append(name)
        return ask(*about, **named)
    return note
for place, names in {
    torch.accelerator: ["is_available", "device_count", "current_accelerator"],
    torch.cuda: ["is_available", "device_count", "init", "_lazy_init", "current_device"],
    torch.xpu: ["is_available", "device_count", "init", "_lazy_init", "current_device"],
    torch._C: ["_cuda_getDeviceCount", "_accelerator_getAccelerator", "_xpu_getDeviceCount"],
}.items():
    for name in names:
        if hasattr(place, name):
            setattr(place, name, noting(name, getattr(place, name)))
_import_torch()
first = list(asked)
torch.accelerator.is_available()
print(first, "is_available" in asked)
"""


@pytest.mark.slow
def test_no_device_is_asked_for_while_a_worker_gets_ready() -> None:
    """What a device takes to be found would be missing from its cold start."""
    done = subprocess.run(
        [sys.executable, "-c", ASKING], cwd=process.ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[] True\n"


def test_getting_ready_is_part_of_a_workers_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[float] = []

    def noting(job: Job, *asked: object) -> Iterator[Said]:
        ends.append(asked[-1])  # type: ignore[arg-type]
        return run_worker(job, *asked)  # type: ignore[arg-type]

    moments = iter((1e9, 2e9))
    monkeypatch.setattr(ahead_module, "end_of", lambda _: next(moments))
    monkeypatch.setattr(ahead_module, "run_worker", noting)
    ahead = Ahead(8.0, STUB)
    with ahead.plan([ONE, TWO]):
        assert kinds(ahead, ONE) == kinds(ahead, TWO) == [Started, Measured, Measured]
    assert ends == [1e9, 2e9]
