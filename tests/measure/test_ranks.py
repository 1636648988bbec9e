"""The processes of a worker end together: whoever dies first, and by whichever way."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import psutil
import pytest

from bench.answer import Started, Unmeasured
from bench.measure.death import Death
from bench.measure.process import run_worker
from tests.measure.test_process import JOB

FIRST = """
import sys, time
from bench.answer import Started
from bench.job import Job
from bench.measure.child import lines_until_input_ends
from bench.measure.ranks import Voice, start_ranks
job = Job.from_line(sys.stdin.readline())
lines_until_input_ends()
voice = Voice(sys.stdout)
start_ranks(job, voice, [sys.executable, "-c", sys.argv[1]])
voice.say(Started())
time.sleep(600)
"""
"""A first process that waits for the others for ever."""
OTHER = """
import os, signal, sys, time
from bench.answer import Started, Unmeasured
from bench.job import Job
from bench.measure.child import lines_until_input_ends
from bench.measure.ranks import Voice
job = Job.from_line(sys.stdin.readline())
lines_until_input_ends()
voice = Voice(sys.stdout)
voice.say(Started())
"""
SEVERAL = replace(JOB, devices=3)


def command(then: str) -> Sequence[str]:
    """A worker whose other processes start and then do something."""
    return (sys.executable, "-c", FIRST, OTHER + then)


def test_a_process_that_dies_ends_the_others_with_its_last_words() -> None:
    then = "if job.rank == 2: os.kill(os.getpid(), signal.SIGKILL)\ntime.sleep(600)"
    *started, death = run_worker(SEVERAL, command(then))
    assert started == [Started()]
    assert isinstance(death, Death)
    assert death.kind == "died"
    assert death.detail.endswith("process 3 of 3 ended: signal 9 (SIGKILL)")


def test_what_one_process_cannot_do_is_the_answer_for_all() -> None:
    then = "voice.say(Unmeasured(64, 'oom', f'{job.device} {job.rank}')); time.sleep(600)"
    assert list(run_worker(replace(JOB, devices=2), command(then))) == [
        Started(),
        Unmeasured(64, "oom", "cpu 1"),
    ]


def test_what_took_too_long_the_first_process_says_itself() -> None:
    then = "voice.say(Unmeasured(64, 'timeout', '')); voice.end(Unmeasured(128, 'failed', 'x'))"
    answers = list(run_worker(replace(JOB, devices=2), command(then)))
    assert answers == [Started(), Unmeasured(128, "failed", "x")]


def test_what_the_others_computed_counts_as_the_runs_own() -> None:
    """Or a block would look as if other programs had loaded the machine."""
    then = "while time.process_time() < 2.0: pass\nvoice.say(Unmeasured(None, 'oom', ''))"
    before = sum(psutil.Process().cpu_times()[2:4])
    list(run_worker(replace(JOB, devices=2), command(then)))
    assert sum(psutil.Process().cpu_times()[2:4]) - before > 2.0


@pytest.mark.parametrize("how", ["nobody listens", "the first one is killed"])
def test_no_process_is_left_behind(how: str) -> None:
    earlier = psutil.Process().children()
    answers = run_worker(SEVERAL, command("time.sleep(600)"))
    assert next(answers) == Started()
    (first,) = [one for one in psutil.Process().children() if one not in earlier]
    while len(everyone := first.children(recursive=True)) < 2:  # they are still being started
        time.sleep(0.01)
    if how == "nobody listens":
        answers.close()  # type: ignore[attr-defined]  # a generator
    else:
        first.kill()
        (death,) = answers
        assert isinstance(death, Death)
    assert psutil.wait_procs(everyone, timeout=60)[1] == []
