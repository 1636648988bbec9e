"""Parts of a step on a fake clock, and that the instrumented loop trains as the loop does."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from bench.job import DIAGNOSIS, TASKS, Job
from bench.loop import COURSE, LEAN, Loop
from bench.train.clock import DeviceClock
from bench.train.course_loader import course_loaders
from bench.train.course_loop import on_device
from bench.train.epochs import TooSlowError
from bench.train.trainer import Trainer, fresh_training
from bench.why.diagnose import diagnose, host_and_device, pass_samples, single_step
from bench.why.parts import (
    PARTS,
    Laps,
    Pass,
    evaluation_seconds,
    instrumented_pass,
    undisturbed_pass,
)
from bench.why.queued import Queued
from models import WORKLOADS, Split

JOB = Job("mlp", "cpu", 0, (8,), 2, 64, 0, "sgd", "foreach", 0.1, 60.0, task=TASKS[DIAGNOSIS])
FORWARD, BACKWARD = 0.25, 0.5


@dataclass
class FakeDevice:
    """A host clock and a queue: forward passes take host time, backward passes device time."""

    seconds: float = 0.0
    queued: float = 0.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> int:
        return round(self.seconds * 1e9)

    def synchronise(self) -> None:
        self.waits.append(self.queued)
        self.seconds += self.queued
        self.queued = 0.0

    def clock(self) -> DeviceClock:
        return DeviceClock(self.synchronise, now=self.now)


def fake_trainer(job: Job = JOB, *, samples: int = 64) -> tuple[Trainer, FakeDevice]:
    """A trainer of a tiny network: forward takes the host's time, backward is queued."""
    device = FakeDevice()

    class Network(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            device.seconds += FORWARD
            output = super().forward(x)
            if output.requires_grad:
                output.register_hook(self.queue)  # type: ignore[no-untyped-call]
            return output

        def queue(self, _gradient: Tensor) -> None:
            device.queued += BACKWARD

    torch.manual_seed(0)
    split = Split((torch.randn(samples, 3),), torch.arange(samples) % 10)
    loader, evaluated = course_loaders(split, split, job.loop)
    trainer = Trainer(
        job=replace(job, samples=samples),
        workload=replace(WORKLOADS["mlp"], build=lambda: Network(3, 10)),
        device=torch.device("cpu"),
        clock=device.clock(),
        train=split,
        held_out=split,
        initial_state=Network(3, 10).state_dict(),
        cold_start={"context_seconds": 0.0, "transfer_seconds": 0.0},
        loader=loader,
        evaluated=evaluated,
    )
    return trainer, device


def test_each_part_has_its_own_seconds_the_queue_waited_for() -> None:
    trainer, _ = fake_trainer()
    parts = instrumented_pass(trainer, *fresh_training(trainer), Pass(0, 64, 8))
    assert parts == pytest.approx(dict.fromkeys(PARTS, 0.0) | {"forward": 0.25, "backward": 0.5})


def test_work_still_queued_before_a_pass_belongs_to_no_part() -> None:
    trainer, device = fake_trainer()
    device.queued = 100.0
    parts = instrumented_pass(trainer, *fresh_training(trainer), Pass(0, 64, 8))
    assert sum(parts.values()) == pytest.approx(FORWARD + BACKWARD)


def test_what_copies_take_is_a_part_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, device = fake_trainer()

    def copied(*args: Any, **named: Any) -> Any:
        device.queued += 0.125
        return on_device(*args, **named)

    monkeypatch.setattr("bench.why.parts.on_device", copied)
    parts = instrumented_pass(trainer, *fresh_training(trainer), Pass(0, 64, 8))
    assert parts["copy"] == pytest.approx(0.125)
    assert parts["optimizer"] == pytest.approx(0.0)


def test_an_undisturbed_pass_waits_at_its_ends_alone() -> None:
    trainer, device = fake_trainer()
    seconds = undisturbed_pass(trainer, *fresh_training(trainer), Pass(0, 64, 8))
    assert seconds == pytest.approx(FORWARD + BACKWARD)
    assert device.waits == [0.0, 8 * BACKWARD]


@pytest.mark.parametrize("loop", [LEAN, COURSE, Loop(loader="dataloader"), Loop(loader="slices")])
def test_the_instrumented_loop_trains_as_the_loop_does(loop: Loop) -> None:
    trainer, _ = fake_trainer(replace(JOB, loop=loop))
    looked, plain = fresh_training(trainer), fresh_training(trainer)
    instrumented_pass(trainer, *looked, Pass(1, 48, 8))
    undisturbed_pass(trainer, *plain, Pass(1, 48, 8))
    for mine, other in zip(looked[0].parameters(), plain[0].parameters(), strict=True):
        assert torch.equal(mine, other)
    assert not torch.equal(next(plain[0].parameters()), trainer.initial_state["weight"])


def test_a_loop_without_evaluation_spends_nothing_on_it() -> None:
    trainer, _ = fake_trainer()
    assert evaluation_seconds(trainer, fresh_training(trainer)[0], batch_size=8) == 0.0


def test_an_evaluation_is_shared_out_over_the_steps_of_its_epoch() -> None:
    trainer, _ = fake_trainer(replace(JOB, loop=Loop(evaluate="every-epoch")))
    seen = diagnose(trainer, 8)
    # 64 training and 64 held-out samples, 8 at a time, for 8 steps.
    assert seen.parts["evaluation_seconds"] == pytest.approx(16 * FORWARD / 8)
    assert seen.step_seconds == pytest.approx(FORWARD + BACKWARD + 2 * FORWARD)


def test_parts_and_undisturbed_step_are_set_side_by_side() -> None:
    trainer, _ = fake_trainer()
    seen = diagnose(trainer, 8)
    assert sum(seen.parts.values()) == pytest.approx(seen.step_seconds)
    assert seen.instrumented_step_seconds == pytest.approx(FORWARD + BACKWARD)
    assert seen.steps == 8


def test_the_host_is_timed_until_the_step_returns_and_the_device_until_it_is_done() -> None:
    trainer, _ = fake_trainer()
    seen = diagnose(trainer, 8)
    assert seen.host_enqueue_seconds == pytest.approx(FORWARD)
    assert seen.alone_seconds == pytest.approx(FORWARD + BACKWARD)


def test_an_accelerators_shares_are_known_only_where_its_queue_was_seen_to_hold_the_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer, _ = fake_trainer()
    other = replace(trainer, device=torch.device("meta"))
    step = single_step(trainer, *fresh_training(trainer), 8)
    nothing = {"host_enqueue_seconds": None, "device_busy_seconds": None}
    assert host_and_device(other, step, host_seconds=0.25) == nothing
    monkeypatch.setattr("bench.why.diagnose.queue_step", lambda *_, **__: Queued(0.5))
    assert host_and_device(other, step, host_seconds=0.25) == {
        "host_enqueue_seconds": 0.25,
        "device_busy_seconds": 0.5,
    }


def test_a_pass_is_made_of_whole_minibatches_of_one_epoch() -> None:
    trainer, _ = fake_trainer(samples=70)
    assert pass_samples(trainer, 8, warm=1.0) == 24
    assert pass_samples(trainer, 8, warm=1e-6) == 64
    assert pass_samples(trainer, 64, warm=1.0) == 64


def test_a_diagnosis_that_cannot_end_in_time_is_not_begun() -> None:
    trainer, _ = fake_trainer(replace(JOB, cell_timeout_seconds=1.0))
    with pytest.raises(TooSlowError, match="a diagnosis at least 20"):
        diagnose(trainer, 8)


def test_a_lap_adds_to_its_part() -> None:
    device = FakeDevice()
    laps = Laps(device.clock())
    for part, seconds in (("load", 1.0), ("forward", 2.0), ("load", 3.0)):
        device.seconds += seconds
        laps.take(part)
    expected: dict[str, Any] = dict.fromkeys(PARTS, 0.0) | {"load": 4.0, "forward": 2.0}
    assert laps.seconds == pytest.approx(expected)
