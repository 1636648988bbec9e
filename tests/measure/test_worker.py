"""Real worker processes: what they answer, and that they end when they must."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.job import Job
from bench.measure import process, worker
from bench.measure.process import (
    CUT,
    ROOT,
    Death,
    oom_kills,
    read_answer,
    run_worker,
    worker_environment,
)

pytestmark = pytest.mark.slow

JOB = Job(
    workload="mlp",
    device="cpu",
    threads=0,
    batch_sizes=(64, 30, 128),
    epochs=2,
    samples=128,
    seed=0,
    optimizer="sgd",
    optimizer_implementation="foreach",
    learning_rate=0.1,
    cell_timeout_seconds=60.0,
)


def answers_of(job: Job, **how: Any) -> list[Any]:
    return list(run_worker(job, **how))


@pytest.fixture(scope="module")
def answers() -> list[Any]:
    return answers_of(JOB)


def test_a_worker_answers_for_every_batch_size_in_the_given_order(answers: list[Any]) -> None:
    assert [answer["kind"] for answer in answers] == ["started"] + ["measured"] * 3
    assert [answer["batch_size"] for answer in answers[1:]] == [64, 30, 128]
    assert [answer["position"] for answer in answers[1:]] == [0, 1, 2]


def test_every_epoch_is_timed_and_short_ones_are_repeated(answers: list[Any]) -> None:
    for answer in answers[1:]:
        assert len(answer["epoch_seconds"]) >= 2
        assert all(seconds > 0 for seconds in answer["epoch_seconds"])
        assert sum(answer["epoch_seconds"]) >= 0.1 or len(answer["epoch_seconds"]) == 200
        assert answer["evaluated_after_epochs"] == 2


def test_a_last_smaller_minibatch_is_trained_on(answers: list[Any]) -> None:
    assert [answer["steps"] for answer in answers[1:]] == [2, 5, 1]


def test_the_cold_start_is_the_processs_first_step_at_every_batch_size(answers: list[Any]) -> None:
    first = answers[1]
    assert first["first_step_seconds"] == first["own_first_step_seconds"]
    assert {answer["first_step_seconds"] for answer in answers[1:]} == {first["first_step_seconds"]}
    assert first["context_seconds"] > 0
    assert first["import_seconds"] > 0


def test_the_record_says_on_which_device_the_parameters_were(answers: list[Any]) -> None:
    assert {answer["trained_on"] for answer in answers[1:]} == {"cpu"}


def test_nobody_asked_for_threads_so_torchs_own_number_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    own = subprocess.run(
        [sys.executable, "-c", "import torch; print(torch.get_num_threads())"],
        capture_output=True,
        text=True,
        check=True,
        env=worker_environment(JOB),
    )
    answers = answers_of(replace(JOB, batch_sizes=(128,), epochs=1))
    assert {answer["threads"] for answer in answers} == {int(own.stdout)}


def test_threads_asked_for_are_threads_used() -> None:
    job = replace(JOB, threads=1, batch_sizes=(128,), epochs=1)
    assert {answer["threads"] for answer in answers_of(job)} == {1}


def test_the_same_seed_gives_the_same_training_in_another_process(answers: list[Any]) -> None:
    again = answers_of(replace(JOB, batch_sizes=(128, 64)))
    losses = {answer["batch_size"]: (answer["first_loss"], answer["loss"]) for answer in again[1:]}
    before = {
        answer["batch_size"]: (answer["first_loss"], answer["loss"]) for answer in answers[1:]
    }
    for batch_size, (first_loss, loss) in losses.items():
        assert first_loss == pytest.approx(before[batch_size][0], rel=1e-5)
        assert loss == pytest.approx(before[batch_size][1], rel=1e-3)


def test_another_seed_gives_another_training(answers: list[Any]) -> None:
    (_, other) = answers_of(replace(JOB, seed=1, batch_sizes=(64,), epochs=1))
    assert other["first_loss"] != pytest.approx(answers[1]["first_loss"], rel=1e-5)


def test_a_cell_that_cannot_end_in_time_is_a_timeout_and_says_what_a_step_takes() -> None:
    job = replace(JOB, workload="lstm-gates", samples=4096, batch_sizes=(1,))
    (_, answer) = answers_of(replace(job, cell_timeout_seconds=0.05))
    assert (answer["kind"], answer["reason"]) == ("absent", "timeout")
    assert "step" in answer["detail"]


def test_a_device_that_torch_does_not_have_is_no_device() -> None:
    (_, answer) = answers_of(replace(JOB, device="mtia"))
    assert (answer["reason"], answer["batch_size"]) == ("no device", None)
    assert "mtia" in answer["detail"]


def test_a_diverged_training_is_timed_and_its_loss_is_null() -> None:
    (_, answer) = answers_of(replace(JOB, learning_rate=1e30, batch_sizes=(8,)))
    assert answer["kind"] == "measured"
    assert answer["loss"] is None


def test_larger_batch_sizes_than_one_that_ran_out_of_memory_are_implied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    tried: list[int] = []

    def work(_arm: object, batch_size: int) -> dict[str, Any]:
        tried.append(batch_size)
        if batch_size >= 64:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")
        return {"steps": 128 // batch_size}

    answers: list[tuple[Any, ...]] = []

    def answer(kind: str, *, batch_size: int, **fields: Any) -> None:
        answers.append((kind, batch_size, fields.get("reason", fields.get("steps"))))

    monkeypatch.setattr("bench.train.trainer.open_trainer", lambda _job: None)
    monkeypatch.setattr("bench.train.numerics.pin_numerics", lambda **_: {})
    monkeypatch.setattr("bench.measure.tasks.work_of", lambda _job: work)
    worker._measure_all(replace(JOB, batch_sizes=(128, 32, 256, 64, 96)), answer, {})
    assert answers == [
        *[("absent", 128, "oom"), ("measured", 32, 4), ("absent", 256, "implied")],
        *[("absent", 64, "oom"), ("absent", 96, "implied")],
    ]
    assert tried == [128, 32, 64]  # at its own size: the batch is never made smaller


def test_a_worker_that_does_not_answer_is_ended_and_called_hung() -> None:
    (death,) = answers_of(JOB, start_seconds=0.2)
    assert isinstance(death, Death)
    assert death.kind == "hung"


def test_a_worker_whose_time_is_over_is_ended_and_nothing_is_said_of_its_device() -> None:
    (death,) = answers_of(replace(JOB, process_seconds=0.2))
    assert isinstance(death, Death)
    assert death.kind == CUT


def workers_below(process_id: int) -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process(process_id).children(recursive=True)
        if "bench.measure.worker" in " ".join(child.cmdline())
    ]


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to be")


def test_a_worker_that_is_killed_is_a_death_with_its_signal() -> None:
    stream = run_worker(replace(JOB, batch_sizes=(1,), samples=4096, epochs=50))
    assert next(stream)["kind"] == "started"  # type: ignore[index]
    (worker,) = workers_below(os.getpid())
    worker.kill()
    death = next(stream)
    assert isinstance(death, Death)
    assert "signal 9" in death.detail


def test_whoever_stops_listening_leaves_no_process_behind() -> None:
    stream = run_worker(replace(JOB, batch_sizes=(1,), samples=4096, epochs=50))
    next(stream)
    (worker,) = workers_below(os.getpid())
    stream.close()  # type: ignore[attr-defined]  # it is a generator
    assert not worker.is_running()


LISTENER = """
from bench.job import Job
from bench.measure.process import run_worker
job = Job.from_line({line!r})
for answer in run_worker(job):
    print(answer, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_worker_ends_when_its_parent_was_killed() -> None:
    line = replace(JOB, batch_sizes=(1,), samples=4096, epochs=50).to_line()
    parent = subprocess.Popen(
        [sys.executable, "-c", LISTENER.format(line=line)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        (worker,) = wait_for(lambda: workers_below(parent.pid))
        assert parent.stdout is not None
        parent.stdout.readline()  # it has started and listens
    finally:
        parent.kill()
        parent.communicate()
    wait_for(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("line", ["", "nonsense\n", "[1]\n", '"x"\n', "{}\n", "[" * 100_000])
def test_what_is_no_answer_is_not_taken_for_one(line: str) -> None:
    assert read_answer(line) is None


def test_an_answer_is_read() -> None:
    assert read_answer('{"kind": "done"}\n') == {"kind": "done"}


def test_a_kill_for_want_of_memory_is_told_from_other_kills(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = iter([5, 6, 6, 6])
    monkeypatch.setattr(process, "oom_kills", lambda: next(counts))
    job = replace(JOB, samples=4096, epochs=100, batch_sizes=(1,))
    for kind in ("oom", "died"):
        answers = run_worker(job)
        assert isinstance(first := next(answers), dict)
        assert first["kind"] == "started"
        children = psutil.Process().children()
        (worker,) = [child for child in children if "bench.measure.worker" in child.cmdline()]
        worker.kill()
        (death,) = answers
        assert isinstance(death, Death)
        assert (death.kind, "signal 9" in death.detail) == (kind, True)


def test_linux_counts_the_kills_for_want_of_memory(tmp_path: Path) -> None:
    file = tmp_path / "vmstat"
    file.write_text("nr_free_pages 12\noom_kill 7\n")
    assert oom_kills(file) == 7
    file.write_text("nr_free_pages 12\n")
    assert oom_kills(file) is None
    assert oom_kills(tmp_path / "gone") is None
