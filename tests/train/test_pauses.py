"""Epochs in which the machine paused are left out and timed again, and nothing else is."""

import time
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import pytest

from bench.train import clock as clocks
from bench.train.clock import DeviceClock, Timing, asleep
from bench.train.epochs import measure
from bench.train.pauses import MOST_PAUSED, TimedEpochs
from tests.train.test_epochs import JOB, fake_trainer


def taken(*seconds: float, expected: float = 1.0, **more: Any) -> TimedEpochs:
    epochs = TimedEpochs(expected, **more)
    for one in seconds:
        epochs.take(Timing(one, None))
    return epochs


@pytest.mark.parametrize(
    ("seconds", "paused"),
    [
        ([1.0, 1.0], []),
        ([1.0, 9.0], []),
        ([1.0, 20.0], [20.0]),
        ([20.0, 1.0], [20.0]),
        ([1.0, 1.0, 1.1, 20.0, 1.0], [20.0]),
        ([1.0, 20.0, 30.0, 1.0], [20.0, 30.0]),
        ([20.0], []),
        ([20.0, 20.0], []),
        ([1.0, *[20.0] * (MOST_PAUSED + 2)], [20.0] * MOST_PAUSED),
    ],
)
def test_an_epoch_ten_times_as_long_as_its_process_usually_takes_is_paused(
    seconds: list[float], paused: list[float]
) -> None:
    epochs = taken(*seconds)
    assert [one.wall_seconds for one in epochs.paused] == paused
    assert epochs.trained == len(seconds)


def test_a_loop_that_always_takes_longer_than_its_warm_steps_is_not_paused() -> None:
    assert taken(30.0, 31.0, 30.0).paused == []


def test_a_compiled_network_that_is_compiled_anew_pays_for_it() -> None:
    assert taken(20.0, 1.0, 1.0, compiled=True).paused == []


def test_an_epoch_in_which_the_machine_slept_is_paused_however_long_it_took() -> None:
    epochs = TimedEpochs(1.0)
    epochs.take(Timing(1.0, None, slept_seconds=3600.0))
    epochs.take(Timing(1.0, None, slept_seconds=1e-4))
    assert [one.slept_seconds for one in epochs.paused] == [3600.0]
    assert epochs.spent() == 1.0


def test_the_clock_tells_for_how_long_the_machine_slept() -> None:
    slept = chain([5 * 10**9, 65 * 10**9], repeat(0))
    timing = DeviceClock(lambda: None, slept=lambda: next(slept)).time(lambda: None)
    assert timing.slept_seconds == 60.0


def test_a_system_that_does_not_tell_has_never_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asleep() >= -1_000_000
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    assert clocks.asleep() == 0


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_a_cell_whose_epoch_was_paused_has_as_many_epochs_as_were_asked_for(
    monkeypatch: pytest.MonkeyPatch, epoch: int
) -> None:
    job = replace(JOB, epochs=3)
    plain = measure(fake_trainer(job)[0], 32)

    class Slept(TimedEpochs):
        def take(self, timing: Timing) -> None:
            slept = 60.0 if self.trained == epoch else 0.0
            super().take(replace(timing, slept_seconds=slept))

    monkeypatch.setattr("bench.train.epochs.TimedEpochs", Slept)
    record = measure(fake_trainer(job)[0], 32)
    assert record.epoch_seconds == pytest.approx(plain.epoch_seconds)
    assert len(record.paused_epoch_seconds) == 1
    assert record.stopped is None
    # A further epoch was trained when both had been evaluated: devices stay comparable.
    assert (record.evaluated_after_epochs, record.loss) == (3, plain.loss)
