"""A worker process: how it is started, how it dies, and that it ends when it must."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.answer import Answer, Done, Measured, Started
from bench.job import Job, to_line
from bench.measure import death as death_module
from bench.measure import process
from bench.measure.child import PARENT_GONE
from bench.measure.death import CUT, Death, last_words, oom_kills
from bench.measure.process import ROOT, read_answer, run_worker, worker_environment
from tests.stubs.hold import HOLD

JOB = Job(
    workload="mlp",
    device="cpu",
    threads=0,
    batch_sizes=(64, 128),
    epochs=2,
    samples=128,
    seed=0,
    optimizer="sgd",
    optimizer_implementation="foreach",
    learning_rate=0.1,
    cell_timeout_seconds=60.0,
)
SILENT = (sys.executable, "-S", "-c", "import sys; sys.stdin.read()")
"""A worker that answers nothing."""
WAITING = (
    *(sys.executable, "-S", "-c"),
    """import sys; print('{"kind": "started"}', flush=True); sys.stdin.read()""",
    "a worker",
)
"""A worker that has started and answers no more."""


@pytest.mark.slow
@pytest.mark.parametrize("threads", [0, 1])
def test_a_real_worker_uses_the_threads_that_it_is_given_or_torchs_own_number(
    monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    job = replace(JOB, threads=threads, batch_sizes=(128,), epochs=1)
    own = subprocess.run(
        [sys.executable, "-c", "import torch; print(torch.get_num_threads())"],
        capture_output=True,
        text=True,
        check=True,
        env=worker_environment(JOB.device, JOB.threads),
    )
    answers: list[Any] = list(run_worker(job))
    assert list(map(type, answers)) == [Started, Measured]
    assert answers[1].process.threads == (threads or int(own.stdout))


@pytest.mark.parametrize(("threads", "said"), [(0, None), (3, "3")])
def test_a_workers_environment_has_a_number_of_threads_only_where_one_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, threads: int, said: str | None
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    environment = worker_environment("cpu", threads)
    assert environment.get("OMP_NUM_THREADS") == environment.get("MKL_NUM_THREADS") == said


def test_a_worker_that_does_not_answer_is_ended_and_called_hung() -> None:
    (death,) = run_worker(JOB, SILENT, start_seconds=0.2)
    assert isinstance(death, Death)
    assert death.kind == "hung"


def test_a_worker_whose_time_is_over_is_ended_and_nothing_is_said_of_its_device() -> None:
    (death,) = run_worker(replace(JOB, process_seconds=0.2), SILENT)
    assert isinstance(death, Death)
    assert death.kind == CUT


def workers_below(process_id: int) -> list[psutil.Process]:
    children = psutil.Process(process_id).children(recursive=True)
    return [child for child in children if "worker" in " ".join(child.cmdline())]


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to be")


def test_whoever_stops_listening_leaves_no_process_behind() -> None:
    stream = run_worker(JOB, WAITING)
    next(stream)
    (worker,) = workers_below(os.getpid())
    stream.close()  # type: ignore[attr-defined]  # it is a generator
    assert not worker.is_running()


LISTENER = """
import sys
from bench.job import Job
from bench.measure.process import run_worker
job = Job.from_line({line!r})
for answer in run_worker(job, (sys.executable, "-m", "tests.stubs.worker")):
    print(answer, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_worker_ends_when_its_parent_was_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", LISTENER.format(line=to_line(JOB))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env=dict(os.environ) | {HOLD: f"{tmp_path / 'no journal'}|0"},
    )
    try:
        assert parent.stdout is not None
        parent.stdout.readline()  # it has started and listens
        (worker,) = workers_below(parent.pid)
    finally:
        parent.kill()
        parent.communicate()
    try:
        wait_for(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    finally:
        with suppress(psutil.NoSuchProcess):
            worker.kill()


@pytest.mark.parametrize("line", ["", "nonsense\n", "[1]\n", '"x"\n', "{}\n", "[" * 100_000])
def test_what_is_no_answer_is_not_taken_for_one(line: str) -> None:
    assert read_answer(line, Answer) is None


def test_an_answer_is_read() -> None:
    assert read_answer(to_line(Done()), Answer) == Done()


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
@pytest.mark.parametrize(("number", "words"), [(15, "signal 15 (SIGTERM)"), (40, "signal 40")])
def test_last_words_name_the_signal_and_are_the_end_of_what_was_said(
    number: int, words: str
) -> None:
    said = r"b'x\n' * 99_999 + b'\x1b[31mlast\x07\n'"
    text = f"import os; os.write(2, {said}); os.kill(os.getpid(), {number})"
    with tempfile.TemporaryFile() as stderr:
        command = [sys.executable, "-S", "-c", text]
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=stderr, text=True)
        with worker:
            assert last_words(worker, stderr) == f"the process ended with {words}: last?"


@pytest.mark.parametrize(("kills", "kind"), [([5, 6], "oom"), ([6, 6], "died")])
def test_a_killed_worker_is_a_death_with_its_signal_and_told_from_one_for_want_of_memory(
    monkeypatch: pytest.MonkeyPatch, kills: list[int], kind: str
) -> None:
    counts = iter(kills)
    for module in (process, death_module):
        monkeypatch.setattr(module, "oom_kills", lambda: next(counts))
    stream = run_worker(JOB, WAITING)
    assert next(stream) == Started()
    (worker,) = workers_below(os.getpid())
    worker.kill()
    (death,) = stream
    assert isinstance(death, Death)
    assert (death.kind, "signal 9" in death.detail) == (kind, True)


def test_linux_counts_the_kills_for_want_of_memory(tmp_path: Path) -> None:
    file = tmp_path / "vmstat"
    file.write_text("nr_free_pages 12\noom_kill 7\n")
    assert oom_kills(file) == 7
    file.write_text("nr_free_pages 12\n")
    assert oom_kills(file) is None
    assert oom_kills(tmp_path / "gone") is None


FORKS = """
import sys, time
from multiprocessing import get_context
from bench.measure.child import lines_until_input_ends
lines_until_input_ends().get()
time.sleep(0.2)  # by then a thread waits for the parent
child = get_context("fork").Process(target=int)
child.start()
child.join(20)
print(child.exitcode, flush=True)
child.kill()
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_process_that_listens_can_have_children_and_ends_with_its_parent() -> None:
    listener = subprocess.Popen(
        [sys.executable, "-c", FORKS],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with listener:
        assert listener.stdin is not None
        assert listener.stdout is not None
        try:
            listener.stdin.write("job\n")
            listener.stdin.flush()
            assert listener.stdout.readline() == "0\n"
            listener.stdin.close()
            assert listener.wait(20) == PARENT_GONE
        finally:
            listener.kill()
