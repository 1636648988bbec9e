"""What a device can do at its best: a matrix product, a copy, a copy from the host, one operation.

The roof that a step's FLOP/s and bytes/s are held against. Measured on this machine, not looked up:
published figures are of other clocks, other memories and often of the wrong card.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import torch
from torch import nn

from bench.answer import Peaks
from bench.train.clock import DeviceClock
from bench.train.lean_loop import train_step
from bench.train.trainer import Trainer
from bench.why.operations import count_operations

MATRIX_SIZES = (128, 256, 512, 1024, 2048, 4096, 8192)
COPIED_BYTES = (2**20, 2**23, 2**26, 2**28)
LONGEST_SECONDS = 0.25
REPEATS = 5
TINY_STEPS = 20

Work = Callable[[], object]


def peaks(trainer: Trainer, _batch_size: int) -> Peaks:
    """Returns the device's best rates; null for what it cannot do."""
    device, clock, host = trainer.device, trainer.clock, torch.device("cpu")
    dtype = torch.bfloat16 if trainer.job.precision == "bf16" else torch.float32
    return Peaks(
        matmul_flops_per_second=_tried(lambda: best_rate(clock, products(device, dtype))),
        copy_bytes_per_second=_tried(lambda: best_rate(clock, copies(device, device))),
        host_copy_bytes_per_second=_tried(lambda: best_rate(clock, copies(host, device))),
        operation_seconds=_tried(lambda: operation_seconds(device, clock)),
    )


def _tried(measure: Callable[[], float]) -> float | None:
    try:
        return measure()
    except (RuntimeError, NotImplementedError):
        return None


def best_rate(clock: DeviceClock, works: Iterable[tuple[int, Work]]) -> float:
    """Returns the best rate of (amount, work) of growing size, up to one that takes long."""
    best = 0.0
    for amount, work in works:
        seconds = fastest(clock, work)
        best = max(best, amount / seconds)
        if seconds > LONGEST_SECONDS:
            break
    return best


def products(device: torch.device, dtype: torch.dtype) -> Iterator[tuple[int, Work]]:
    """Yields FLOPs and square matrix products, as precise as the side computes."""
    for size in MATRIX_SIZES:
        matrix = torch.ones(size, size, device=device, dtype=dtype)
        yield 2 * size**3, partial(torch.mm, matrix, matrix)


def copies(source: torch.device, target: torch.device) -> Iterator[tuple[int, Work]]:
    """Yields bytes and copies: read and written on one device, counted once between two."""
    for size in COPIED_BYTES:
        origin = torch.ones(size // 4, device=source)
        copy = torch.zeros(size // 4, device=target)
        yield (2 if source == target else 1) * size, partial(copy.copy_, origin)


def operation_seconds(device: torch.device, clock: DeviceClock) -> float:
    """Returns the seconds of an operation in a training step that costs only its dispatching.

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


def fastest(clock: DeviceClock, work: Work) -> float:
    """Returns the seconds of the fastest repeat after a warm one; a long one is not repeated."""
    work()
    best = clock.time(work).wall_seconds
    for _ in range(REPEATS - 1):
        if best > LONGEST_SECONDS:
            break
        best = min(best, clock.time(work).wall_seconds)
    return best
