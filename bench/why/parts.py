"""Where a step's time goes: the same loop with a clock between its parts.

Each part waits for the device before its clock is read, so on a device with a queue the parts
together take longer than the undisturbed step: what looking costs, kept beside it.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from bench.train.clock import NANOSECONDS, DeviceClock
from bench.train.course_loop import batches, is_pinned, on_device
from bench.train.trainer import Trainer, evaluate_everything, loop_of, make_permutation

PARTS = ("load", "copy", "forward", "backward", "optimizer", "evaluation")


@dataclass
class Laps:
    """Adds the seconds since the last lap to a part, the device idle at each reading."""

    clock: DeviceClock
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))

    def __post_init__(self) -> None:
        self.last = self._read()

    def take(self, part: str) -> None:
        """Ends a lap: what went by since the last one belongs to `part`."""
        now = self._read()
        self.seconds[part] += (now - self.last) / NANOSECONDS
        self.last = now

    def _read(self) -> int:
        self.clock.synchronise()
        return self.clock.now()


@dataclass(frozen=True)
class Pass:
    """Some whole minibatches of one epoch, by their number and the samples that they hold."""

    number: int
    samples: int
    batch_size: int

    @property
    def steps(self) -> int:
        """Optimiser steps in the pass."""
        return self.samples // self.batch_size

    def permutation(self, trainer: Trainer) -> Tensor:
        """Returns the places of the pass's samples, where the data lies."""
        order = make_permutation(trainer.job, self.number, trainer.train.targets.device)
        return order[: self.samples]


def instrumented_pass(
    trainer: Trainer, network: nn.Module, optimizer: torch.optim.Optimizer, which: Pass
) -> dict[str, float]:
    """Trains a pass as the loop does and returns each part's seconds per step."""
    loop = trainer.job.loop
    loader = trainer.loader
    pinned = is_pinned(loop, loader)
    laps = Laps(trainer.clock)
    order = which.permutation(trainer)
    size = which.batch_size
    for batch in batches(trainer.train, loop, permutation=order, batch_size=size, loader=loader):
        laps.take("load")
        inputs, targets = on_device(batch, trainer.device, pinned=pinned)
        laps.take("copy")
        optimizer.zero_grad()
        laps.take("optimizer")
        loss = trainer.workload.loss(network(*inputs), targets)
        laps.take("forward")
        loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it
        laps.take("backward")
        optimizer.step()
        laps.take("optimizer")
    laps.take("load")  # what it takes to find that there is no further minibatch
    return {part: seconds / which.steps for part, seconds in laps.seconds.items()}


def undisturbed_pass(
    trainer: Trainer, network: nn.Module, optimizer: torch.optim.Optimizer, which: Pass
) -> float:
    """Trains the same pass with the clock at its ends only and returns its seconds per step."""

    train, loss, data = loop_of(trainer), trainer.workload.loss, trainer.train

    def work() -> None:
        order, size = which.permutation(trainer), which.batch_size
        train(network, loss, optimizer, data, permutation=order, batch_size=size)

    return trainer.clock.time(work).wall_seconds / which.steps


def evaluation_seconds(trainer: Trainer, network: nn.Module, *, batch_size: int) -> float:
    """Returns the seconds of the loop's evaluation after one epoch; 0 where it has none."""
    if trainer.job.loop.evaluate == "never":
        return 0.0
    work = lambda: evaluate_everything(trainer, network, batch_size=batch_size)  # noqa: E731
    return trainer.clock.time(work).wall_seconds
