"""The instrumented run of one cell: parts of a step, host against device, counts.

Never the run that gives a verdict: a process of its own, asked for with `--diagnose`.
"""

import gc
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import torch
from torch import nn

from bench.answer import Diagnosis
from bench.grid import steps_per_epoch
from bench.train.epochs import TooSlowError, minibatch, warm_up
from bench.train.lean_loop import train_step
from bench.train.trainer import Trainer, fresh_training, make_permutation
from bench.why.operations import count_flops, count_operations, count_synchronisations
from bench.why.parts import PARTS, Pass, evaluation_seconds, instrumented_pass, undisturbed_pass
from bench.why.queued import alone_seconds, queue_step
from models.lstm_gates import LSTMGates
from models.rnn_steps import RNNSteps

PASS_SECONDS = 0.2
PASSES = 7
FEWEST_STEPS = 3
ALONE = 9
# Passes of at least FEWEST_STEPS steps twice, single steps, counts: fewer than this many steps.
FEWEST_STEPS_IN_ALL = 20
BLOCKER_SIZES = (256, 512, 1024, 2048, 4096)
BLOCKER_LAUNCHES = 16


def diagnose(trainer: Trainer, batch_size: int) -> Diagnosis:
    """Returns what a diagnosis says of one batch size: seconds and counts per step.

    Raises TooSlowError when the cell's time limit is too short for it.
    """
    gc.collect()
    first, warm, _ = warm_up(trainer, batch_size)
    cold_start = trainer.note_first_step(first, warm)
    limit = trainer.job.cell_timeout_seconds
    if warm * FEWEST_STEPS_IN_ALL > limit:
        raise TooSlowError(
            f"a step takes {warm:.3g} s, a diagnosis at least {FEWEST_STEPS_IN_ALL} of them"
        )
    network, optimizer = fresh_training(trainer)
    times = time_parts(trainer, network, optimizer, batch_size=batch_size, warm=warm)
    step = single_step(trainer, network, optimizer, batch_size)
    repeats = max(3, min(ALONE, int(limit / 20 / warm)))
    host, alone = alone_seconds(trainer.clock, step, repeats)
    return Diagnosis(
        **times,
        **host_and_device(trainer, step, host_seconds=host),
        alone_seconds=alone,
        **counts(trainer, network, step),
        steps=steps_per_epoch(trainer.job.samples, batch_size),
        **cold_start,
    )


def time_parts(
    trainer: Trainer,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    batch_size: int,
    warm: float,
) -> dict[str, Any]:
    """Times instrumented and undisturbed passes in turn; returns the medians of both.

    The evaluation of an epoch is timed apart and shared out over its steps, in both alike.
    """
    samples = pass_samples(trainer, batch_size, warm)
    spent = 0.0
    looked: list[dict[str, float]] = []
    plain: list[float] = []
    while len(plain) < PASSES and (not plain or spent < trainer.job.cell_timeout_seconds / 2):
        which = Pass(len(plain), samples, batch_size)
        # The order of the two alternates: a machine that slows down does so for both.
        for instrumented in (True, False) if len(plain) % 2 else (False, True):
            if instrumented:
                looked.append(instrumented_pass(trainer, network, optimizer, which))
                spent += sum(looked[-1].values()) * which.steps
            else:
                plain.append(undisturbed_pass(trainer, network, optimizer, which))
                spent += plain[-1] * which.steps
    evaluation = evaluation_seconds(trainer, network, batch_size=batch_size)
    evaluation /= steps_per_epoch(trainer.job.samples, batch_size)
    parts = {part: median(one[part] for one in looked) for part in PARTS}
    parts["evaluation"] = evaluation
    return {
        "parts": {f"{part}_seconds": seconds for part, seconds in parts.items()},
        "step_seconds": median(plain) + evaluation,
        "instrumented_step_seconds": median(sum(one.values()) for one in looked) + evaluation,
    }


def pass_samples(trainer: Trainer, batch_size: int, warm: float) -> int:
    """Returns the samples of PASS_SECONDS of training, in whole minibatches of one epoch."""
    wanted = max(FEWEST_STEPS, round(PASS_SECONDS / warm))
    return min(wanted, trainer.job.samples // batch_size) * batch_size


def single_step(
    trainer: Trainer, network: nn.Module, optimizer: torch.optim.Optimizer, batch_size: int
) -> Callable[[], object]:
    """Returns one training step on one minibatch that lies on the device."""
    places = make_permutation(trainer.job, 0, trainer.train.targets.device)[:batch_size]
    inputs, targets = minibatch(trainer, places)
    return partial(train_step, network, trainer.workload.loss, optimizer, inputs, targets)


def host_and_device(
    trainer: Trainer, step: Callable[[], object], *, host_seconds: float
) -> dict[str, Any]:
    """Returns what of a step is the host's and what the device's own; null where unknown."""
    if trainer.device.type == "cpu":  # nothing is queued: all of it is the host's
        return {"host_enqueue_seconds": host_seconds, "device_busy_seconds": None}
    blockers = matrix_products(trainer.device)
    queued = queue_step(trainer.clock, step, host_seconds=host_seconds, blockers=blockers)
    return {
        "host_enqueue_seconds": None if queued is None else host_seconds,
        "device_busy_seconds": None if queued is None else queued.device_seconds,
    }


def matrix_products(device: torch.device) -> list[Callable[[], object]]:
    """Returns works of growing length, each of a few launches: they leave the queue to the step."""

    def multiply(size: int) -> None:
        matrix = torch.ones(size, size, device=device)
        for _ in range(BLOCKER_LAUNCHES):
            torch.mm(matrix, matrix)

    return [partial(multiply, size) for size in BLOCKER_SIZES]


def counts(trainer: Trainer, network: nn.Module, step: Callable[[], object]) -> dict[str, Any]:
    """Counts the operations, bytes, FLOPs, host reads and synchronisations of one step."""
    counted = count_operations(step)
    flops = count_flops(step)
    recurrent = any(
        isinstance(part, nn.RNNBase | LSTMGates | RNNSteps) for part in network.modules()
    )
    recurrent = recurrent and trainer.train.inputs[0].dim() > 1
    return {
        "operations": counted.total,
        "moved_bytes": counted.moved_bytes,
        "flops": flops.counted,
        "uncounted_operations": list(flops.uncounted),
        "host_reads": counted.host_reads,
        "synchronisations": count_synchronisations(step, trainer.device),
        "sequence_length": trainer.train.inputs[0].shape[1] if recurrent else None,
        "sequence_kernels": counted.sequence_kernels,
    }
