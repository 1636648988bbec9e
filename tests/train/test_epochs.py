"""Timing one batch size in this process: a fake clock that a network's forward passes move."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from bench.job import Job
from bench.train.clock import DeviceClock
from bench.train.epochs import TooSlowError, measure, warm_up
from bench.train.lean_loop import train_epoch
from bench.train.trainer import Trainer, make_permutation, open_trainer
from models import WORKLOADS, Split

LOADING_SECONDS = 5.0
FORWARD_SECONDS = 0.25
JOB = Job("mlp", "cpu", 0, (32,), 2, 64, 0, "sgd", "foreach", 0.1, 60.0)


@dataclass
class FakeTime:
    """Seconds that only forward passes move; the process's first one loads kernels."""

    seconds: float = 0.0
    loaded: bool = False

    def pass_through(self, *_: Any) -> None:
        self.seconds += FORWARD_SECONDS + (0.0 if self.loaded else LOADING_SECONDS)
        self.loaded = True

    def now(self) -> int:
        return round(self.seconds * 1e9)


def fake_trainer(job: Job = JOB) -> tuple[Trainer, FakeTime]:
    """A trainer of a tiny network on random samples, timed by the fake clock."""
    time = FakeTime()

    def build() -> nn.Module:
        network = nn.Linear(3, 10)
        network.register_forward_pre_hook(time.pass_through)
        return network

    torch.manual_seed(0)
    split = Split((torch.randn(job.samples, 3),), torch.arange(job.samples) % 10)
    trainer = Trainer(
        job=job,
        workload=replace(WORKLOADS["mlp"], build=build),
        device=torch.device("cpu"),
        clock=DeviceClock(lambda: None, now=time.now),
        train=split,
        held_out=split,
        initial_state=build().state_dict(),
        cold_start={"context_seconds": 0.0, "transfer_seconds": 0.0},
    )
    return trainer, time


def test_the_first_steps_surplus_is_in_the_cold_start_and_in_no_epoch() -> None:
    trainer, _ = fake_trainer()
    record = measure(trainer, 32)
    assert record.first_step_seconds == pytest.approx(LOADING_SECONDS + FORWARD_SECONDS)
    assert record.warm_step_seconds == pytest.approx(FORWARD_SECONDS)
    assert record.epoch_seconds == pytest.approx([2 * FORWARD_SECONDS] * 2)


def test_a_later_batch_size_keeps_the_processs_cold_start_and_has_its_own_first_step() -> None:
    trainer, _ = fake_trainer()
    measure(trainer, 32)
    later = measure(trainer, 64)
    assert later.first_step_seconds == pytest.approx(LOADING_SECONDS + FORWARD_SECONDS)
    assert later.own_first_step_seconds == pytest.approx(FORWARD_SECONDS)
    assert later.position == 1


def stepwise(monkeypatch: pytest.MonkeyPatch, job: Job, *seconds: float) -> Trainer:
    """A trainer whose forward passes take these seconds, the last ones' from then on."""
    trainer, time = fake_trainer(job)
    left = list(seconds)

    def pass_through(*_: Any) -> None:
        time.seconds += left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr(time, "pass_through", pass_through)
    trainer.workload = replace(trainer.workload, build=lambda: hooked(pass_through))
    monkeypatch.setattr("bench.train.trainer.compile_afresh", lambda network, mode: None)
    monkeypatch.setattr("bench.train.epochs.eagerly", lambda job: nullcontext())
    return trainer


def hooked(hook: Callable[..., None]) -> nn.Module:
    network = nn.Linear(3, 10)
    network.register_forward_pre_hook(hook)
    return network


GRAPHS = replace(JOB, compiled="reduce-overhead", samples=6400, cell_timeout_seconds=300.0)


def test_a_recording_second_step_makes_no_false_timeout_and_is_part_of_the_cold_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CUDA graphs: compile, record, then replay. 200 steps of the recording's 2 s never fit."""
    trainer = stepwise(monkeypatch, GRAPHS, 9.0, 2.0, 0.25, 0.01)
    record = measure(trainer, 32)
    assert record.warm_step_seconds == pytest.approx(0.01)
    assert record.first_step_seconds == pytest.approx(9.0 + (2.0 - 0.01) + (0.25 - 0.01))
    assert record.epoch_seconds == pytest.approx([200 * 0.01] * 2)


def test_an_eager_networks_second_step_is_a_warm_one(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = stepwise(monkeypatch, replace(GRAPHS, compiled=""), 9.0, 0.2, 0.2, 0.01)
    record = measure(trainer, 32)
    assert record.first_step_seconds == pytest.approx(9.0)
    assert record.own_warm_step_seconds == pytest.approx(0.2)


def test_a_process_warms_up_until_a_resting_clock_has_risen_and_no_longer_than_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = [0.02] * 10
    trainer = stepwise(monkeypatch, replace(JOB, samples=64), 1.0, *slow, 0.005)
    first, warm, _ = warm_up(trainer, 32)
    assert (first, warm) == pytest.approx((1.0, 0.005))
    before = trainer.clock.now()
    trainer.measured = 1
    warm_up(trainer, 32)
    assert (trainer.clock.now() - before) / 1e9 == pytest.approx(4 * 0.005)


def test_warming_up_ends_at_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    job = replace(GRAPHS, cell_timeout_seconds=10.0)
    with pytest.raises(TooSlowError, match="the first 2 steps took 14 s"):
        warm_up(stepwise(monkeypatch, job, 5.0, 9.0, 0.1), 32)
    with pytest.raises(TooSlowError, match="the first step took 11 s"):
        warm_up(stepwise(monkeypatch, job, 11.0, 0.1), 32)


def test_warming_up_and_evaluating_change_nothing_of_the_timed_training() -> None:
    trainer, _ = fake_trainer()
    losses = [measure(trainer, size).loss for size in (32, 64, 32)]
    assert losses[0] == losses[2] != losses[1]


def test_evaluation_is_outside_the_clock() -> None:
    trainer, time = fake_trainer()
    record = measure(trainer, 64)
    timed = sum(record.epoch_seconds)
    steps = record.own_first_step_seconds + 2 * record.own_warm_step_seconds
    assert timed == pytest.approx(2 * FORWARD_SECONDS)
    assert time.seconds == pytest.approx(timed + steps + FORWARD_SECONDS)


def test_a_training_that_would_pass_its_limit_stops_after_the_epochs_that_fit() -> None:
    trainer, _ = fake_trainer(replace(JOB, epochs=9, cell_timeout_seconds=6.0, samples=320))
    record = measure(trainer, 32)
    assert record.epoch_seconds == pytest.approx([10 * FORWARD_SECONDS] * 2)
    assert record.evaluated_after_epochs == 2
    assert record.stopped == "epoch 3 would have ended after 7.5 s"


def test_an_epoch_that_cannot_fit_is_not_begun() -> None:
    trainer, _ = fake_trainer(replace(JOB, cell_timeout_seconds=5.5, samples=3200))
    with pytest.raises(TooSlowError, match=r"a step takes 0.25 s, so an epoch of 100 would take"):
        measure(trainer, 32)


def test_training_elsewhere_than_on_the_jobs_device_is_an_error() -> None:
    trainer, _ = fake_trainer(replace(JOB, device="cuda"))
    with pytest.raises(RuntimeError, match="trained on cpu, not on cuda"):
        measure(trainer, 32)


def test_short_epochs_are_repeated_up_to_a_tenth_of_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(globals(), "FORWARD_SECONDS", 0.004)
    trainer, _ = fake_trainer()
    record = measure(trainer, 32)
    assert len(record.epoch_seconds) == 13  # 13 x 8 ms are the first to reach 100 ms
    assert record.evaluated_after_epochs == 2


def test_the_orders_of_samples_depend_on_seed_and_epoch_alone() -> None:
    cpu = torch.device("cpu")
    one = make_permutation(JOB, 1, cpu)
    assert torch.equal(one, make_permutation(replace(JOB, device="cuda"), 1, cpu))
    assert not torch.equal(one, make_permutation(JOB, 2, cpu))
    assert not torch.equal(one, make_permutation(replace(JOB, seed=1), 1, cpu))
    assert torch.equal(one.sort().values, torch.arange(JOB.samples))


def test_an_epoch_trains_on_every_sample_once_the_last_smaller_minibatch_included() -> None:
    seen: list[Tensor] = []

    class Recorder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1, 10))

        def forward(self, x: Tensor) -> Tensor:
            seen.append(x)
            return x * self.weight

    network = Recorder()
    split = Split((torch.arange(10.0).reshape(10, 1),), torch.zeros(10, dtype=torch.int64))
    train_epoch(
        network,
        nn.functional.cross_entropy,
        torch.optim.SGD(network.parameters(), lr=0.1),
        split,
        permutation=torch.randperm(10),
        batch_size=4,
    )
    assert [len(batch) for batch in seen] == [4, 4, 2]
    assert sorted(torch.cat(seen).flatten().tolist()) == list(range(10))


def test_opening_an_arm_starts_from_the_seeds_weights_and_keeps_them_apart() -> None:
    trainer = open_trainer(JOB)
    torch.manual_seed(JOB.seed)
    expected = WORKLOADS["mlp"].build().state_dict()
    measure(trainer, 32)
    assert all(torch.equal(trainer.initial_state[name], value) for name, value in expected.items())
    assert len(trainer.train.targets) == JOB.samples
