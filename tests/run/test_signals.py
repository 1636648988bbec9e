"""Signals end a run with what it has, and do not end the writing of it."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.signals import ended_by_signals, unheard_signals, until_the_end

NAMES = ["SIGINT", "SIGTERM", "SIGHUP"]


class Config:
    """As much of pytest's as `until_the_end` needs."""

    def __init__(self) -> None:
        self.cleanups: list[Callable[[], None]] = []

    def add_cleanup(self, cleanup: Callable[[], None]) -> None:
        self.cleanups.append(cleanup)


@pytest.fixture(autouse=True)
def _terminal() -> Iterator[None]:
    """A terminal that can be closed, also where the tests themselves run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def send(name: str) -> None:
    os.kill(os.getpid(), getattr(signal, name))


@pytest.mark.parametrize("name", NAMES)
def test_each_signal_is_a_keyboard_interrupt_while_the_run_measures(name: str) -> None:
    with ended_by_signals(), pytest.raises(KeyboardInterrupt):
        send(name)


@pytest.mark.parametrize("name", NAMES)
def test_further_signals_do_not_disturb_what_the_first_one_began(name: str) -> None:
    with ended_by_signals():
        with pytest.raises(KeyboardInterrupt):
            send(name)
        for other in NAMES:
            send(other)


@pytest.mark.parametrize("name", NAMES)
def test_no_signal_is_heard_while_the_result_is_written(name: str) -> None:
    with ended_by_signals():
        with unheard_signals():
            send(name)
        with pytest.raises(KeyboardInterrupt):
            send(name)


def test_what_was_ignored_before_a_terminal_closed_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nohup
    try:
        with ended_by_signals():
            send("SIGHUP")
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_state_that_lasts_until_pytest_ends_is_undone_then() -> None:
    config: Any = Config()
    before = signal.getsignal(signal.SIGTERM)
    until_the_end(config, ended_by_signals())
    until_the_end(config, unheard_signals())
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    for cleanup in reversed(config.cleanups):
        cleanup()
    assert signal.getsignal(signal.SIGTERM) is before
