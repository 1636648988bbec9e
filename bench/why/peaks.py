"""What a device can do at its best: a matrix product, a copy, a copy from the host, one operation.

The roof that a step's FLOP/s and bytes/s are held against. Measured on this machine, not looked up:
published figures are of other clocks, other memories and often of the wrong card.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn

from bench.train.clock import DeviceClock
from bench.train.lean_loop import train_step
from bench.train.trainer import Trainer
from bench.why.operations import count_operations

MATRIX_SIZES = (128, 256, 512, 1024, 2048, 4096, 8192)
COPIED_BYTES = (2**20, 2**23, 2**26, 2**28)
LONGEST_SECONDS = 0.25
REPEATS = 5
TINY_STEPS = 20


def peaks(trainer: Trainer, _batch_size: int) -> dict[str, Any]:
    """The device's best rates; null for what it cannot do."""
    device, clock = trainer.device, trainer.clock
    return {
        "matmul_flops_per_second": _tried(lambda: matmul_rate(device, clock)),
        "copy_bytes_per_second": _tried(lambda: copy_rate(device, device, clock)),
        "host_copy_bytes_per_second": _tried(lambda: copy_rate(torch.device("cpu"), device, clock)),
        "operation_seconds": _tried(lambda: operation_seconds(device, clock)),
    }


def _tried(measure: Callable[[], float]) -> float | None:
    try:
        return measure()
    except (RuntimeError, NotImplementedError):
        return None


def matmul_rate(device: torch.device, clock: DeviceClock) -> float:
    """FLOP/s of the fastest square matrix product in fp32, as precise as the run computes."""
    best = 0.0
    for size in MATRIX_SIZES:
        matrix = torch.ones(size, size, device=device)
        seconds = fastest(clock, partial(torch.mm, matrix, matrix))
        best = max(best, 2 * size**3 / seconds)
        if seconds > LONGEST_SECONDS:
            break
    return best


def copy_rate(source: torch.device, target: torch.device, clock: DeviceClock) -> float:
    """Bytes/s of the fastest copy: read and written on one device, once counted between two."""
    best = 0.0
    for size in COPIED_BYTES:
        origin = torch.ones(size // 4, device=source)
        copy = torch.zeros(size // 4, device=target)
        seconds = fastest(clock, partial(copy.copy_, origin))
        best = max(best, (2 if source == target else 1) * size / seconds)
        if seconds > LONGEST_SECONDS:
            break
    return best


def operation_seconds(device: torch.device, clock: DeviceClock) -> float:
    """Seconds an operation of a training step so small that nothing but dispatching it costs.

    Python, autograd and the device's launch are in it, as they are in any other training.
    """
    network = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)).to(device)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, foreach=True)
    inputs = [torch.ones(1, 4, device=device)]
    targets = torch.zeros(1, dtype=torch.int64, device=device)
    step = partial(train_step, network, nn.functional.cross_entropy, optimizer, inputs, targets)

    def row() -> None:
        for _ in range(TINY_STEPS):
            step()

    return fastest(clock, row) / TINY_STEPS / count_operations(step).total


def fastest(clock: DeviceClock, work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few repeats after a warm one; a long one is not repeated."""
    work()
    best = clock.time(work).wall_seconds
    for _ in range(REPEATS - 1):
        if best > LONGEST_SECONDS:
            break
        best = min(best, clock.time(work).wall_seconds)
    return best
