"""The worker of the campaign slows what is timed, by a share of its own time, and nothing else."""

from itertools import count

import pytest

from bench.job import Job
from bench.train import epochs
from bench.train.clock import DeviceClock
from bench.train.trainer import open_trainer
from tests.evidence import slowed_worker
from tests.evidence.slowed_worker import SlowedOptimizer, slow_timed_epochs

JOB = Job("mlp", "cpu", 1, (32,), 2, 64, 0, "sgd", "foreach", 0.1, 60.0)
TIMED_SECONDS = 0.25


def test_each_step_of_the_timed_epochs_is_longer_by_the_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spins: list[float] = []
    monkeypatch.setattr(slowed_worker, "spin", spins.append)
    monkeypatch.setattr(epochs, "_train", epochs._train)  # set back after the test
    trainer, reading = open_trainer(JOB), count()
    # Whatever is timed takes so long: an epoch of two steps as well.
    trainer.clock = DeviceClock(
        lambda: None, now=lambda: round(next(reading) * TIMED_SECONDS * 1e9)
    )
    slow_timed_epochs(0.2)
    record = epochs.measure(trainer, 32)
    assert spins == pytest.approx([0.2 * TIMED_SECONDS / 2] * 2 * len(record.epoch_seconds))
    spins.clear()
    epochs.warm_up(trainer, 32)
    assert spins == []


def test_a_spin_lasts_as_long_as_it_is_told() -> None:
    seconds = iter([10.0, 10.5, 10.9, 11.0, 99.0])
    slowed_worker.spin(1.0, now=lambda: next(seconds))
    assert next(seconds) == 99.0


def test_a_step_is_the_optimisers_and_then_the_spin(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    class Plain:
        def zero_grad(self, set_to_none: bool) -> None:
            done.append(set_to_none)

        def step(self) -> None:
            done.append("step")

    monkeypatch.setattr(slowed_worker, "spin", done.append)
    slowed = SlowedOptimizer(Plain(), 0.5)
    slowed.zero_grad(set_to_none=False)
    slowed.step()
    assert done == [False, "step", 0.5]
