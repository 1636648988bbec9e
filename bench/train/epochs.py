"""Timing one batch size: warm-up, every epoch on a synchronised clock, evaluation outside it."""

import gc
import math
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from bench.answer import Epochs
from bench.grid import MOST_EPOCHS, steps_per_epoch
from bench.train.course_loop import on_device
from bench.train.device import device_peak_bytes, host_peak_bytes, reset_peak_memory
from bench.train.group import mean_of_all
from bench.train.lean_loop import train_step
from bench.train.modes import eagerly
from bench.train.own_loader import Batch
from bench.train.pauses import TimedEpochs
from bench.train.trainer import (
    Trainer,
    epoch_work,
    first_minibatch,
    fresh_training,
    make_permutation,
)
from bench.train.updates import update_seconds
from bench.train.usage import Usage
from models import WORKLOADS, Split, Workload

WARM_STEPS = 3
WARM_UP_SECONDS = 0.5
"""Fewer than WARM_STEPS have to do for steps so long that they would take more than this."""
MOST_WARM_STEPS = 5000
CLOCKS_SECONDS = 0.3
"""A process's first batch size warms up for so long: by then a resting device's clock has risen."""
LEAST_TIMED_SECONDS = 0.1
ALIKE = 1e-3
"""Losses of training and of predicting that differ by less are the same."""
EVALUATION_BATCH = 256
EVALUATION_SAMPLES = 512
"""Held-out samples (the first) that tell whether two devices did the same work."""


class TooSlowError(Exception):
    """A cell would not end inside its time limit; the message says what was seen."""


def warm_up(trainer: Trainer, batch_size: int) -> tuple[float, float, float]:
    """Returns (first step, warm step, first minibatch's loss), in seconds, on a throw-away network.

    Each step is timed by itself; the process's very first one carries the kernels' loading. A
    compiled network gets up to speed over several steps (its second one may record a graph): what
    those before its warm step took beyond it is added to the first.
    """
    network, optimizer = fresh_training(trainer)
    places, loss_function = first_minibatch(trainer, batch_size)
    losses: list[Tensor] = []

    def step() -> None:
        inputs, targets = minibatch(trainer, places)
        loss = train_step(network, loss_function, optimizer, inputs, targets)
        losses[1:] = [loss]

    first = trainer.clock.time(step).wall_seconds + trainer.compiling_seconds
    warm: list[float] = []
    while _warming(trainer, first, warm):
        spent = first + sum(warm)
        if spent > trainer.job.cell_timeout_seconds:
            steps = "step" if not warm else f"{1 + len(warm)} steps"
            raise TooSlowError(f"the first {steps} took {spent:.3g} s")
        warm.append(trainer.clock.time(step).wall_seconds)
    settling = warm[: WARM_STEPS - 1] if trainer.job.compiled else []
    settled = warm[len(settling) :]
    usual = median(settled[-max(WARM_STEPS, len(settled) // 2) :])
    first += sum(max(0.0, seconds - usual) for seconds in settling)
    first_loss = mean_of_all(losses[0]) if trainer.job.devices > 1 else losses[0]
    return first, usual, first_loss.item()


def _warming(trainer: Trainer, first: float, warm: list[float]) -> bool:
    """Whether a further step is to be taken before anything is timed."""
    if trainer.measured == 0 and sum(warm) < CLOCKS_SECONDS and len(warm) < MOST_WARM_STEPS:
        return True
    if trainer.job.compiled:
        return len(warm) < WARM_STEPS
    return not warm or (len(warm) < WARM_STEPS and first + sum(warm) < WARM_UP_SECONDS)


def minibatch(trainer: Trainer, places: Tensor) -> Batch:
    """Returns the training samples at these places, on the device."""
    inputs = [tensor[places] for tensor in trainer.train.inputs]
    return on_device((inputs, trainer.train.targets[places]), trainer.device, pinned=False)


def measure(trainer: Trainer, batch_size: int) -> Epochs:
    """Trains at one batch size from the initial weights, times every epoch; returns the figures.

    Stops early, saying so in `stopped`, when a further epoch would pass the time limit; raises
    TooSlowError when none fits.
    """
    gc.collect()
    trainer.compiled = None
    reset_peak_memory(trainer.device)
    first, warm, first_loss = warm_up(trainer, batch_size)
    first_loss, loosely = untrained_loss(trainer, batch_size, first_loss)
    cold_start = trainer.note_first_step(first, warm)
    steps = steps_per_epoch(trainer.job.samples, batch_size)
    if (expected := warm * steps) > trainer.job.cell_timeout_seconds:
        raise TooSlowError(
            f"a step takes {warm:.3g} s, so an epoch of {steps} would take {expected:.3g} s"
        )
    record = _train(trainer, batch_size, expected=expected)
    trainer.measured += 1
    last = batch_size == trainer.job.batch_sizes[-1]  # what it leaves in memory disturbs no other
    return Epochs(
        **cold_start,
        own_first_step_seconds=first,
        own_warm_step_seconds=warm,
        first_loss=finite(first_loss),
        loosely=loosely,
        steps=steps,
        position=trainer.measured - 1,
        update_seconds=update_seconds(trainer) if last else None,
        **record,
    )


def untrained_loss(trainer: Trainer, batch_size: int, trained: float) -> tuple[float, bool]:
    """Returns the first minibatch's loss as devices can be compared by, and whether only loosely.

    A network that predicts otherwise than it trains, by dropout or batch normalisation, draws other
    numbers on each device: its loss is that of predicting. Built-in ones do not.
    """
    if trainer.job.workload in WORKLOADS:
        return trained, False
    network, _ = fresh_training(trainer)
    places = make_permutation(trainer.job, 0, trainer.train.targets.device)[:batch_size]
    inputs, targets = minibatch(trainer, places)
    with torch.no_grad(), predicting(network), eagerly(trainer.job):
        plain: float = trainer.workload.loss(network(*inputs), targets).item()
    alike = abs(plain - trained) <= ALIKE * max(abs(plain), abs(trained))
    return (trained, False) if alike else (plain, True)


def _train(trainer: Trainer, batch_size: int, *, expected: float) -> dict[str, Any]:
    network, optimizer = fresh_training(trainer)
    epochs = TimedEpochs(expected, compiled=bool(trainer.job.compiled))
    usage, stopped = Usage(), None

    def time_epoch() -> None:
        number = epochs.trained
        work = epoch_work(trainer, network, optimizer, batch_size=batch_size, number=number)
        with usage:
            epochs.take(trainer.clock.time(work))

    while epochs.trained < trainer.job.epochs:
        end = epochs.spent() + epochs.last()
        if end > trainer.job.cell_timeout_seconds:
            stopped = f"epoch {epochs.trained + 1} would have ended after {end:.3g} s"
            break
        time_epoch()
    evaluated_after = epochs.trained
    loss, score = _evaluate_held_out(trainer, network)
    while epochs.spent() < LEAST_TIMED_SECONDS and len(epochs.sound) < MOST_EPOCHS:
        time_epoch()
    while not stopped and len(epochs.sound) < trainer.job.epochs:  # some were paused
        time_epoch()
    check_device(trainer, network)
    events = [timing.event_seconds for timing in epochs.sound]
    steps = epochs.trained * steps_per_epoch(trainer.job.samples, batch_size)
    return {
        "stopped": stopped,
        "loss": finite(loss),
        "score": finite(score),
        "evaluated_after_epochs": evaluated_after,
        "epoch_seconds": [timing.wall_seconds for timing in epochs.sound],
        "paused_epoch_seconds": [timing.wall_seconds for timing in epochs.paused],
        "event_seconds": None if None in events else events,
        "trained_on": str(next(network.parameters()).device),
        "host_peak_bytes": host_peak_bytes(),
        "device_peak_bytes": device_peak_bytes(trainer.device),
        **usage.per_step(steps),
    }


def check_device(trainer: Trainer, network: nn.Module) -> None:
    """Raises RuntimeError when the parameters were not on the device that the job names."""
    place = next(network.parameters()).device.type
    if place != trainer.job.device.partition(":")[0]:
        raise RuntimeError(f"trained on {place}, not on {trainer.job.device}")


def _evaluate_held_out(trainer: Trainer, network: nn.Module) -> tuple[float, float]:
    held_out, most = trainer.held_out, EVALUATION_SAMPLES
    split = Split(tuple(tensor[:most] for tensor in held_out.inputs), held_out.targets[:most])
    with eagerly(trainer.job):
        return evaluate(trainer.workload, network, split, batch_size=EVALUATION_BATCH)


def evaluate(
    workload: Workload, network: nn.Module, split: Split, *, batch_size: int
) -> tuple[float, float]:
    """Returns the mean loss and score on a split, outside any clock.

    The network is as it predicts: no dropout, the statistics of training for normalisation.
    """
    losses, scores = 0.0, []
    with torch.no_grad(), predicting(network):
        for start in range(0, len(split.targets), batch_size):
            rows = slice(start, start + batch_size)
            targets = split.targets[rows]
            output = network(*[tensor[rows] for tensor in split.inputs])
            losses += workload.loss(output, targets).item() * len(targets)
            scores.append(workload.scores(output, targets).cpu())
    return losses / len(split.targets), torch.cat(scores).mean().item()


@contextmanager
def predicting(network: nn.Module) -> Iterator[None]:
    """Has a network predict instead of train, by the implementations that are timed.

    Torch's transformer would switch to another one.
    """
    fast, training = torch.backends.mha.get_fastpath_enabled(), network.training
    torch.backends.mha.set_fastpath_enabled(False)
    network.eval()
    try:
        yield
    finally:
        network.train(training)
        torch.backends.mha.set_fastpath_enabled(fast)


def finite(value: float) -> float | None:
    """Returns the number, or None for what JSON cannot hold: a training that diverged."""
    return value if math.isfinite(value) else None
