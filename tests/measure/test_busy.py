"""What a busy machine is told of before anything is measured, on a clock that is moved by hand."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from bench.measure.host import busy
from bench.measure.host.busy import Load, programs, wait_for_quiet
from tests.bench_fakes import QUIET

BUSY = "other processes used 83% of the CPU"


class Loads:
    """Says one thing after the other, the last one for ever."""

    cores = 2.0

    def __init__(self, *said: str) -> None:
        self.said = list(said)

    def words(self) -> str:
        return self.said.pop(0) if len(self.said) > 1 else self.said[0]


def waited(load: Any, seconds: float, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], float]:
    """What was said, and for how long was waited."""
    monkeypatch.setattr(busy, "programs", lambda *_, **__: ["python3 80%", "make 3%"])
    clock, said = [0.0], list[str]()

    def pause(length: float) -> None:
        clock[0] += length

    wait_for_quiet(load, said.append, seconds=seconds, pause=pause, now=lambda: clock[0])
    return said, clock[0]


def test_on_a_quiet_machine_nothing_is_said_and_nothing_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert waited(Loads(""), 60.0, monkeypatch) == ([], 0.0)


def test_a_busy_machine_is_said_to_be_with_its_programs_until_it_is_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said, seconds = waited(Loads(BUSY, BUSY, ""), 60.0, monkeypatch)
    assert said == [
        f"this machine is busy: {BUSY} (python3 80%, make 3%)",
        "waiting up to 60 s for quiet; --busy-ok starts at once",
        "quiet after 4 s",
    ]
    assert seconds == 4.0


def test_a_machine_that_stays_busy_is_waited_for_so_long_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said, seconds = waited(Loads(BUSY), 5.0, monkeypatch)
    assert seconds == 5.0
    assert said[-1].endswith("what is measured beside other programs is marked suspect")


def test_with_no_time_to_wait_it_is_said_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    said, seconds = waited(Loads(BUSY), 0.0, monkeypatch)
    assert (len(said), seconds) == (2, 0.0)
    assert said[0].startswith("this machine is busy")


def test_a_load_is_that_since_it_was_last_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    states: Iterator[Any] = iter(
        [
            replace(QUIET, clock_seconds=10.0, busy_seconds=10.0, own_seconds=1.0),
            replace(QUIET, clock_seconds=20.0, busy_seconds=11.0, own_seconds=2.0),
        ]
    )
    monkeypatch.setattr(busy, "read_host", lambda: next(states))
    load = Load(last=QUIET, cores=2.0)
    assert load.words() == "other processes used 45% of the CPU"
    assert load.words() == ""


def test_programs_are_named_by_their_share_ours_and_the_idle_ones_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter([0.0, 1.0])

    def every(_names: object) -> list[Any]:
        spent = next(seconds)
        own = [
            (os.getpid(), "ours", 9.0),
            (2, "make\x1b", 1.0),
            (3, "make\x1b", 0.5),
            (4, "idle", 0.0),
        ]
        times = [
            (n, name, SimpleNamespace(user=share * spent, system=0.0)) for n, name, share in own
        ]
        told = [SimpleNamespace(pid=n, info={"name": a, "cpu_times": t}) for n, a, t in times]
        return [*told, SimpleNamespace(pid=5, info={"name": "hidden", "cpu_times": None})]

    clock = iter([0.0, 1.0])
    monkeypatch.setattr(psutil, "process_iter", every)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    assert programs(2.0, pause=lambda _: None) == ["make? 75%"]


def test_a_system_that_tells_of_no_programs_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_names: object) -> None:
        raise PermissionError

    monkeypatch.setattr(psutil, "process_iter", denied)
    assert programs(2.0, pause=lambda _: None) == []
