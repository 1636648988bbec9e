"""Workers side by side: answers in the order they come, deaths made good, everything ended."""

import os
import signal
import sys
import threading
from collections.abc import Callable

import psutil
import pytest
from msgspec.structs import replace

from bench.learning.pool import Pool, Worker
from bench.learning.runs import LearnJob, Race
from bench.signals import ended_by_signals


def job(seed: int) -> LearnJob:
    return LearnJob(
        workload="mlp",
        batch_size=8,
        optimizer="sgd",
        optimizer_implementation="foreach",
        learning_rates=(0.1,),
        seed=seed,
        target=0.9,
        cap_steps=10,
        patience=2.0,
    )


def script_worker(script: str) -> Callable[[], Worker]:
    """A worker that runs this Python in place of training; `job` is each job's JSON."""
    code = f"import json, os, sys\nfor line in sys.stdin:\n    job = json.loads(line)\n    {script}"
    return lambda: Worker((sys.executable, "-c", code))


ECHO = (
    "print(json.dumps({'kind': 'race', 'runs': [{name: job[name] for name in "
    "('workload', 'batch_size', 'optimizer', 'seed')} | {'learning_rate': 0.1}]}), flush=True)"
)


def run_all(pool: Pool, jobs: list[LearnJob]) -> dict[int, Race]:
    left, answers = list(jobs), {}

    def take(done: LearnJob, answer: Race) -> None:
        left.remove(done)
        answers[done.seed] = answer

    pool.run(lambda: list(left), take)
    return answers


def test_every_job_is_answered_once_by_persistent_workers() -> None:
    pool = Pool(2, script_worker(ECHO))
    answers = run_all(pool, [job(seed) for seed in range(7)])
    assert sorted(answers) == list(range(7))
    assert all([run.seed for run in race.runs] == [seed] for seed, race in answers.items())


def test_two_jobs_are_trained_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=30)

    class Meeting(Worker):
        def ask(self, job: LearnJob) -> Race:
            meeting.wait()  # passes only when both are asked
            return Race([])

    assert len(run_all(Pool(2, Meeting), [job(0), job(1)])) == 2


def test_jobs_that_an_answer_brings_about_are_trained_too() -> None:
    done: list[int] = []
    Pool(2, script_worker(ECHO)).run(
        lambda: [job(len(done))] if len(done) < 4 else [],
        lambda own, _answer: done.append(own.seed),
    )
    assert done == [0, 1, 2, 3]


def test_a_worker_that_dies_over_a_job_is_replaced_and_says_so_at_the_second_death() -> None:
    script = f"os._exit(9) if job['seed'] == 1 else {ECHO}"
    answers = run_all(Pool(1, script_worker(script)), [job(seed) for seed in range(3)])
    assert [answers[seed].runs[0].ended for seed in range(3)] == ["", "failed", ""]
    assert "exit 9" in answers[1].runs[0].detail


def test_what_is_no_answer_is_a_failure_not_a_crash() -> None:
    answers = run_all(Pool(1, script_worker("print('hello', flush=True)")), [job(0)])
    [run] = answers[0].runs
    assert (run.ended, run.learning_rate, run.seed) == ("failed", 0.1, 0)
    assert "no answer" in run.detail


def test_an_interruption_ends_the_workers() -> None:
    pool = Pool(2, script_worker("import time; time.sleep(600)"))
    started: list[int] = []

    def next_jobs() -> list[LearnJob]:
        return [job(0), job(1)]

    def interrupt() -> None:
        while len(started) < 2:
            started[:] = [w.process.pid for w in pool.workers if w.process is not None]
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with ended_by_signals(), pytest.raises(KeyboardInterrupt):
        pool.run(next_jobs, lambda *_: None)
    thread.join()
    assert len(started) == 2
    assert not any(_alive(pid) for pid in started)


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_a_real_worker_trains_job_after_job_and_a_wrong_job_is_its_answer() -> None:
    answers = run_all(Pool(1), [job(0), replace(job(2), optimizer="lion"), job(1)])
    for seed in (0, 1):
        [run] = answers[seed].runs
        assert (run.seed, run.steps[-1], run.ended) == (seed, 10, "cap")
        assert answers[seed].numerics
    assert answers[2].runs[0].ended == "failed"
    assert "lion" in answers[2].runs[0].detail
