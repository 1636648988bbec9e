"""One process's share of a block: the cold start, then every batch size on a synchronised clock."""

import gc
import math
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from bench.clock import DeviceClock, Timing
from bench.device import (
    device_peak_bytes,
    host_peak_bytes,
    make_clock,
    open_device,
    reset_peak_memory,
)
from bench.job import Job
from bench.train import steps_an_epoch, train_epoch, train_step
from models import WORKLOADS, Split, Workload, load_dataset, timed_split
from models.optimizers import make_optimizer

WARM_STEPS = 3
WARM_UP_SECONDS = 2.0
LEAST_TIMED_SECONDS = 0.1
MOST_EPOCHS = 200
EVALUATION_BATCH = 500


class TooSlowError(Exception):
    """A cell would not end inside its time limit; the message says what was seen."""


@dataclass
class ColdStart:
    """Seconds until training runs warm; the first step is the process's very first one."""

    context_seconds: float
    transfer_seconds: float
    first_step_seconds: float | None = None
    warm_step_seconds: float | None = None


@dataclass
class Arm:
    """A workload on a device in this process: data resident, initial weights kept on the CPU."""

    job: Job
    workload: Workload
    device: torch.device
    clock: DeviceClock
    train: Split
    held_out: Split
    initial_state: dict[str, Tensor]
    cold_start: ColdStart
    measured: int = field(default=0)


def pin_numerics() -> None:
    """One precision for every layer and device, and no denormals (they slow the CPU 40-fold)."""
    torch.backends.fp32_precision = "ieee"  # type: ignore[attr-defined]  # absent from the stubs
    torch.set_flush_denormal(True)


def to_device(split: Split, device: torch.device) -> Split:
    """The split's tensors on the device."""
    inputs = tuple(tensor.to(device) for tensor in split.inputs)
    return Split(inputs=inputs, targets=split.targets.to(device))


def open_arm(job: Job) -> Arm:
    """Everything before the first step: data, initial weights, device context, transfer.

    Data and weights are made on the CPU from the seed, so that every device starts from the same.
    """
    workload = WORKLOADS[job.workload]
    dataset = load_dataset(workload.dataset)
    host_train = timed_split(dataset.train, job.samples)
    torch.manual_seed(job.seed)
    host_network = workload.build()
    initial_state = {name: value.clone() for name, value in host_network.state_dict().items()}
    host_clock = DeviceClock(lambda: None)
    opened: list[Any] = []

    def create_context() -> None:
        device = open_device(job.device)
        torch.ones(1, device=device)
        torch.get_device_module(device).synchronize()
        opened.append(device)

    context = host_clock.time(create_context)
    device: torch.device = opened[0]
    clock = make_clock(device)

    def transfer() -> None:
        host_network.to(device)
        opened.append(to_device(host_train, device))

    transfer_timing = clock.time(transfer)
    return Arm(
        job=job,
        workload=workload,
        device=device,
        clock=clock,
        train=opened[1],
        held_out=to_device(dataset.held_out, device),
        initial_state=initial_state,
        cold_start=ColdStart(context.wall_seconds, transfer_timing.wall_seconds),
    )


def fresh_training(arm: Arm) -> tuple[nn.Module, torch.optim.Optimizer]:
    """A network with the arm's initial weights on its device, and a new optimiser."""
    network = arm.workload.build()
    network.load_state_dict(arm.initial_state)
    network.to(arm.device)
    optimizer = make_optimizer(
        network.parameters(),
        name=arm.job.optimizer,
        implementation=arm.job.optimizer_implementation,
        learning_rate=arm.job.learning_rate,
    )
    return network, optimizer


def make_permutation(job: Job, epoch: int, device: torch.device) -> Tensor:
    """The order of an epoch's samples: from seed and epoch on the CPU, so equal on every device."""
    generator = torch.Generator().manual_seed(job.seed * MOST_EPOCHS + epoch)
    return torch.randperm(job.samples, generator=generator).to(device)


def warm_up(arm: Arm, batch_size: int) -> tuple[float, float, float]:
    """(first step, warm step, loss of the first minibatch): seconds, on a throw-away network.

    Each step is timed alone. The process's very first one carries the kernels' loading.
    """
    network, optimizer = fresh_training(arm)
    permutation = make_permutation(arm.job, 0, arm.device)[:batch_size]
    losses: list[Tensor] = []

    def step() -> None:
        inputs = [tensor[permutation] for tensor in arm.train.inputs]
        targets = arm.train.targets[permutation]
        losses.append(train_step(network, arm.workload.loss, optimizer, inputs, targets))

    first = arm.clock.time(step).wall_seconds
    warm: list[float] = []
    while not warm or (len(warm) < WARM_STEPS and first + sum(warm) < WARM_UP_SECONDS):
        if first > arm.job.cell_timeout_seconds:
            raise TooSlowError(f"the first step took {first:.3g} s")
        warm.append(arm.clock.time(step).wall_seconds)
    return first, median(warm), losses[0].item()


def measure(arm: Arm, batch_size: int) -> dict[str, Any]:
    """Trains at one batch size from the initial weights and times every epoch.

    Returns the fields of a round, without those of the process. Stops early, saying so in
    `stopped`, when a further epoch would pass the time limit; raises TooSlowError when none fits.
    """
    gc.collect()
    reset_peak_memory(arm.device)
    first, warm, first_loss = warm_up(arm, batch_size)
    cold = arm.cold_start
    if cold.first_step_seconds is None:
        cold.first_step_seconds, cold.warm_step_seconds = first, warm
    steps = steps_an_epoch(arm.job.samples, batch_size)
    if warm * steps > arm.job.cell_timeout_seconds:
        raise TooSlowError(f"a step takes {warm:.3g} s, so an epoch of {steps} would take "
                      f"{warm * steps:.3g} s")  # fmt: skip
    record = _train(arm, batch_size)
    arm.measured += 1
    return {
        "context_seconds": cold.context_seconds,
        "transfer_seconds": cold.transfer_seconds,
        "first_step_seconds": cold.first_step_seconds,
        "warm_step_seconds": cold.warm_step_seconds,
        "own_first_step_seconds": first,
        "own_warm_step_seconds": warm,
        "first_loss": finite(first_loss),
        "steps": steps,
        "position": arm.measured - 1,
        **record,
    }


def _train(arm: Arm, batch_size: int) -> dict[str, Any]:
    network, optimizer = fresh_training(arm)
    limit = arm.job.cell_timeout_seconds
    timings: list[Timing] = []
    result: dict[str, Any] = {"stopped": None}

    def epoch() -> None:
        train_epoch(
            network,
            arm.workload.loss,
            optimizer,
            arm.train,
            permutation=make_permutation(arm.job, len(timings), arm.device),
            batch_size=batch_size,
        )

    def spent() -> float:
        return sum(timing.wall_seconds for timing in timings)

    gc.collect()
    while len(timings) < arm.job.epochs:
        expected = spent() + (timings[-1].wall_seconds if timings else 0.0)
        if expected > limit:
            result["stopped"] = f"epoch {len(timings) + 1} would have ended after {expected:.3g} s"
            break
        timings.append(arm.clock.time(epoch))
    result |= evaluate(arm, network) | {"evaluated_after_epochs": len(timings)}
    while spent() < LEAST_TIMED_SECONDS and len(timings) < MOST_EPOCHS:
        timings.append(arm.clock.time(epoch))
    events = [timing.event_seconds for timing in timings]
    return result | {
        "epoch_seconds": [timing.wall_seconds for timing in timings],
        "event_seconds": None if None in events else events,
        "trained_on": str(next(network.parameters()).device),
        "host_peak_bytes": host_peak_bytes(),
        "device_peak_bytes": device_peak_bytes(arm.device),
    }


def evaluate(arm: Arm, network: nn.Module) -> dict[str, float | None]:
    """Mean loss and score on the held-out data, outside the clock; None when not finite.

    The network stays in training mode: none has dropout or normalisation over the batch, and
    `eval()` would switch torch's transformer to another implementation than the one timed.
    """
    losses, scores, samples = 0.0, [], 0
    with torch.no_grad():
        for start in range(0, len(arm.held_out.targets), EVALUATION_BATCH):
            rows = slice(start, start + EVALUATION_BATCH)
            targets = arm.held_out.targets[rows]
            output = network(*[tensor[rows] for tensor in arm.held_out.inputs])
            losses += arm.workload.loss(output, targets).item() * len(targets)
            scores.append(arm.workload.score(output, targets).float().cpu())
            samples += len(targets)
    return {"loss": finite(losses / samples), "score": finite(torch.cat(scores).mean().item())}


def finite(value: float) -> float | None:
    """The number, or None for what JSON cannot hold: a training that diverged."""
    return value if math.isfinite(value) else None
