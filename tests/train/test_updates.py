"""What an update takes by itself: every optimiser's, on a network that nobody trains on."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from bench.grid import OPTIMIZER_NAMES
from bench.train import updates
from bench.train.clock import DeviceClock
from bench.train.trainer import Trainer
from tests.train.test_epochs import fake_trainer


@pytest.fixture
def trainer() -> Trainer:
    own, _time = fake_trainer()
    return replace(own, clock=DeviceClock(lambda: None))


def test_every_optimiser_has_its_seconds_and_no_weight_changes(trainer: Trainer) -> None:
    before = {name: value.clone() for name, value in trainer.initial_state.items()}
    seconds = updates.update_seconds(trainer)
    assert seconds is not None
    assert set(seconds) == set(OPTIMIZER_NAMES)
    assert all(value > 0 for value in seconds.values())
    assert all(torch.equal(before[name], value) for name, value in trainer.initial_state.items())


def test_updates_are_timed_together_on_the_devices_clock(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Single ones show the clock: as many as take TIMED_SECONDS are one figure."""
    timed: list[int] = []

    class Clock(DeviceClock):
        def time(self, work: Any) -> Any:
            before = len(steps)
            super().time(work)
            timed.append(len(steps) - before)
            return type("Timing", (), {"wall_seconds": 1e-3 * timed[-1]})

    steps: list[str] = []

    class Optimizer:
        def step(self) -> None:
            steps.append("step")

    monkeypatch.setattr(updates, "make_optimizer", lambda *_args, **_options: Optimizer())
    found = updates.update_seconds(replace(trainer, clock=Clock(lambda: None)))
    assert timed == [1, 20] * len(OPTIMIZER_NAMES)
    assert found == pytest.approx(dict.fromkeys(OPTIMIZER_NAMES, 1e-3))


def test_several_processes_and_an_optimiser_of_ones_own_tell_none(trainer: Trainer) -> None:
    for changed in ({"devices": 2}, {"optimizer": "own"}):
        other = replace(trainer, job=replace(trainer.job, **changed))
        assert updates.update_seconds(other) is None


def test_where_memory_does_not_hold_the_states_there_are_none(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(updates, "make_optimizer", full)
    assert updates.update_seconds(trainer) is None
