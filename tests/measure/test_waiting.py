"""Waiting for a worker: only time in which we waited counts, not that in which we were stopped."""

import math
import queue
from types import SimpleNamespace
from typing import Any

import pytest

from bench.grid import Side
from bench.measure import process
from bench.measure.death import CUT, STOPPED, Death
from bench.measure.measurements import Key
from bench.measure.search import measure_all
from tests.bench_fakes import PLAN, FakeWorkers, campaign, measured

LIMIT = 3.0
DONE = "an answer"


class Answers:
    """A queue on a clock of its own. `stops`: by how much longer the n-th wait takes.

    `after`: the seconds of waiting after which the answer is there, once we run.
    """

    def __init__(self, after: float = math.inf, stops: dict[int, float] | None = None) -> None:
        self.after, self.stops = after, stops or {}
        self.now = self.waited = 0.0
        self.waits = 0

    def get(self, timeout: float) -> str:
        assert 0 < timeout <= process.SLICE_SECONDS
        self.waits += 1
        self.now += timeout + self.stops.get(self.waits, 0.0)
        if self.waited + timeout >= self.after and self.waits not in self.stops:
            return DONE
        self.waited += timeout
        raise queue.Empty


def wait(answers: Answers, monkeypatch: pytest.MonkeyPatch, *, end: float = math.inf) -> Any:
    clock = SimpleNamespace(monotonic=lambda: answers.now)
    monkeypatch.setattr(process, "time", clock)
    return process.wait_for_line(answers, LIMIT, end)  # type: ignore[arg-type]


@pytest.mark.parametrize("after", [0.0, 0.5, 2.9])
def test_an_answer_in_time_is_taken(monkeypatch: pytest.MonkeyPatch, after: float) -> None:
    assert wait(Answers(after), monkeypatch) == DONE


def test_without_an_answer_a_worker_is_hung_after_its_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = Answers()
    assert wait(answers, monkeypatch) == Death("hung", "no answer for 3 s; the process was ended")
    assert answers.now == LIMIT


@pytest.mark.parametrize("stops", [{1: 600.0}, {3: 600.0}, {1: 5.0, 2: 1e6, 4: 30.0}])
def test_what_was_answered_while_we_were_stopped_is_taken(
    monkeypatch: pytest.MonkeyPatch, stops: dict[int, float]
) -> None:
    """The answer lies in the pipe: whoever reads it gets it a moment after we go on."""
    assert wait(Answers(0.0, stops), monkeypatch) == DONE


def test_a_worker_that_does_not_answer_after_a_stop_either_is_no_fact_of_its_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = Answers(math.inf, {2: 600.0})
    death = wait(answers, monkeypatch)
    assert (death.kind, death.detail[:19]) == (STOPPED, "no answer for 3 s; ")
    assert answers.waits == LIMIT / process.SLICE_SECONDS + 1


def test_a_slow_host_is_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(math.inf, dict.fromkeys(range(1, 9), 0.5))
    assert wait(answers, monkeypatch).kind == "hung"
    assert answers.now == pytest.approx(LIMIT, abs=2.0)


def test_time_that_was_given_is_over_whoever_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wait(Answers(), monkeypatch, end=2.0).kind == CUT
    assert wait(Answers(math.inf, {1: 600.0}), monkeypatch, end=2.0).kind == CUT


@pytest.mark.usefixtures("quiet_host")
def test_a_worker_that_did_not_answer_while_we_were_stopped_is_started_again(tmp_path: Any) -> None:
    said: list[Any] = [Death(STOPPED, "no answer")]

    def rule(job: Any, size: int) -> Any:
        return said.pop() if said else measured(job, size)

    workers = FakeWorkers(rule)
    run = campaign(tmp_path, workers)
    measure_all(run, [PLAN])
    assert run.measurements.absent == {}
    assert len(run.measurements.measured[Key("mlp", Side("cpu"), 8)]) == run.settings.blocks
