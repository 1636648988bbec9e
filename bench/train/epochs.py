"""Timing one batch size: warm-up, every epoch on a synchronised clock, evaluation outside it."""

import gc
import math
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from bench.grid import MOST_EPOCHS, steps_per_epoch
from bench.train.clock import Timing
from bench.train.course_loop import Batch, on_device
from bench.train.device import device_peak_bytes, host_peak_bytes, reset_peak_memory
from bench.train.lean_loop import train_step
from bench.train.modes import eagerly
from bench.train.trainer import Arm, epoch_work, fresh_training, make_permutation

WARM_STEPS = 3
WARM_UP_SECONDS = 0.5
"""Fewer than WARM_STEPS have to do for steps so long that they would take more than this."""
MOST_WARM_STEPS = 5000
CLOCKS_SECONDS = 0.3
"""A process's first batch size warms up for so long: by then a resting device's clock has risen."""
LEAST_TIMED_SECONDS = 0.1
EVALUATION_BATCH = 256
EVALUATION_SAMPLES = 512
"""Held-out samples (the first) that tell whether two devices did the same work."""


class TooSlowError(Exception):
    """A cell would not end inside its time limit; the message says what was seen."""


def warm_up(arm: Arm, batch_size: int) -> tuple[float, float, float]:
    """(first step, warm step, loss of the first minibatch): seconds, on a throw-away network.

    Each step is timed alone. The process's very first one carries the kernels' loading. A compiled
    network gets up to speed over several steps (its second one may record a graph): its warm step
    is the third one after the first, or later, and what those before took beyond it is added to
    the first.
    """
    network, optimizer = fresh_training(arm)
    permutation = make_permutation(arm.job, 0, arm.train.targets.device)[:batch_size]
    losses: list[Tensor] = []

    def step() -> None:
        inputs, targets = minibatch(arm, permutation)
        loss = train_step(network, arm.workload.loss, optimizer, inputs, targets)
        losses[1:] = [loss]

    first = arm.clock.time(step).wall_seconds + arm.compiling_seconds
    warm: list[float] = []
    while _warming(arm, first, warm):
        spent = first + sum(warm)
        if spent > arm.job.cell_timeout_seconds:
            steps = "step" if not warm else f"{1 + len(warm)} steps"
            raise TooSlowError(f"the first {steps} took {spent:.3g} s")
        warm.append(arm.clock.time(step).wall_seconds)
    settling = warm[: WARM_STEPS - 1] if arm.job.compiled else []
    settled = warm[len(settling) :]
    usual = median(settled[-max(WARM_STEPS, len(settled) // 2) :])
    first += sum(max(0.0, seconds - usual) for seconds in settling)
    return first, usual, losses[0].item()


def _warming(arm: Arm, first: float, warm: list[float]) -> bool:
    """Whether a further step is to be taken before anything is timed."""
    if arm.measured == 0 and sum(warm) < CLOCKS_SECONDS and len(warm) < MOST_WARM_STEPS:
        return True
    if arm.job.compiled:
        return len(warm) < WARM_STEPS
    return not warm or (len(warm) < WARM_STEPS and first + sum(warm) < WARM_UP_SECONDS)


def minibatch(arm: Arm, places: Tensor) -> Batch:
    """The training samples at these places, on the device."""
    inputs = [tensor[places] for tensor in arm.train.inputs]
    return on_device((inputs, arm.train.targets[places]), arm.device, pinned=False)


def measure(arm: Arm, batch_size: int) -> dict[str, Any]:
    """Trains at one batch size from the initial weights and times every epoch.

    Returns the fields of a round, without those of the process. Stops early, saying so in
    `stopped`, when a further epoch would pass the time limit; raises TooSlowError when none fits.
    """
    gc.collect()
    arm.compiled = None
    reset_peak_memory(arm.device)
    first, warm, first_loss = warm_up(arm, batch_size)
    cold = arm.note_first_step(first, warm)
    steps = steps_per_epoch(arm.job.samples, batch_size)
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

    def spent() -> float:
        return sum(timing.wall_seconds for timing in timings)

    def time_epoch() -> None:
        number = len(timings)
        work = epoch_work(arm, network, optimizer, batch_size=batch_size, number=number)
        timings.append(arm.clock.time(work))

    while len(timings) < arm.job.epochs:
        expected = spent() + (timings[-1].wall_seconds if timings else 0.0)
        if expected > limit:
            result["stopped"] = f"epoch {len(timings) + 1} would have ended after {expected:.3g} s"
            break
        time_epoch()
    with eagerly(arm.job):
        result |= evaluate(arm, network) | {"evaluated_after_epochs": len(timings)}
    while spent() < LEAST_TIMED_SECONDS and len(timings) < MOST_EPOCHS:
        time_epoch()
    check_device(arm, network)
    events = [timing.event_seconds for timing in timings]
    return result | {
        "epoch_seconds": [timing.wall_seconds for timing in timings],
        "event_seconds": None if None in events else events,
        "trained_on": str(next(network.parameters()).device),
        "host_peak_bytes": host_peak_bytes(),
        "device_peak_bytes": device_peak_bytes(arm.device),
    }


def check_device(arm: Arm, network: nn.Module) -> None:
    """Raises RuntimeError when the parameters were not on the device that the job names."""
    place = next(network.parameters()).device.type
    if place != arm.job.device.partition(":")[0]:
        raise RuntimeError(f"trained on {place}, not on {arm.job.device}")


def evaluate(arm: Arm, network: nn.Module) -> dict[str, float | None]:
    """Mean loss and score on held-out data, outside the clock; None when not finite.

    The network stays in training mode: none has dropout or normalisation over the batch, and
    `eval()` would switch torch's transformer to another implementation than the one timed.
    """
    losses, scores, samples = 0.0, [], 0
    with torch.no_grad():
        for start in range(0, min(len(arm.held_out.targets), EVALUATION_SAMPLES), EVALUATION_BATCH):
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
