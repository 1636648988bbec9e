"""Which cells: the axes, the presets and the cells as plain tuples of scalars. Imports no torch."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.workloads import WORKLOAD_NAMES

# The names in models.optimizers, repeated because collecting must not import torch (a test holds
# them equal).
OPTIMIZER_NAMES = ("sgd", "momentum", "adam", "adamw")
OWN_OPTIMIZER = "own"
"""The optimiser that a workload of somebody's own brings itself."""
IMPLEMENTATION_NAMES = ("for-loop", "foreach", "fused")

MOST_EPOCHS = 200
"""Epochs that a worker trains at one batch size: with the seed they number the permutations."""
MOST_DERIVED = 1_000_000
"""Epochs that anything is said about; those beyond the trained ones are derived."""

REPEATED_BLOCKS = 3
"""Blocks that have A/A repeats, the first ones: a device against itself needs no verdict."""
OWN_THREADS = 0
"""In the threads axis: torch's own choice of the number of threads."""
ONE_AND_ALL = (OWN_THREADS, 1)
"""The threads axis where there is no accelerator."""


def side(device: str, threads: int) -> str:
    """What a device with its settings is called: `cuda`, `cpu+threads=1`."""
    return device if threads == OWN_THREADS else f"{device}+threads={threads}"


class Cell(NamedTuple):
    """One point of the grid: pytest's parameter set, and the key of its measurement."""

    workload: str
    batch_size: int
    epochs: int
    device: str
    threads: int = OWN_THREADS


class Arm(NamedTuple):
    """One side of a block: a fresh process for this device.

    `again` is the A/A repeat; `variant` what a study does differently in this process (see
    `bench.variants`).
    """

    device: str
    threads: int = OWN_THREADS
    again: bool = False
    variant: str = ""

    @property
    def first(self) -> "Arm":
        """The arm whose figures make the cells, for an A/A repeat as for itself."""
        return self._replace(again=False)

    @property
    def label(self) -> str:
        """Words for progress lines and the record of a block's order."""
        variant = f" ({self.variant})" if self.variant else ""
        return f"{side(self.device, self.threads)}{variant}{' again' if self.again else ''}"


@dataclass(frozen=True)
class Preset:
    """Defaults of the axes: how much of the grid, and how long it may take.

    A worker trains `measured_epochs` at a batch size; totals of more epochs are derived.
    """

    workloads: tuple[str, ...]
    batch_sizes: tuple[int, ...]
    epochs: tuple[int, ...]
    measured_epochs: int
    blocks: int
    samples: int
    cell_timeout_seconds: float


PRESETS: Mapping[str, Preset] = {
    "smoke": Preset(
        workloads=("mlp", "lstm"),
        batch_sizes=(32, 512),
        epochs=(1, 3, 10),
        measured_epochs=2,
        blocks=3,
        samples=1024,
        cell_timeout_seconds=10.0,
    ),
    "default": Preset(
        workloads=("mlp", "cnn", "lstm", "transformer"),
        batch_sizes=(8, 32, 128, 512, 2048),
        epochs=(1, 3, 10, 30, 100),
        measured_epochs=2,
        blocks=5,
        samples=4096,
        cell_timeout_seconds=60.0,
    ),
    "full": Preset(
        workloads=WORKLOAD_NAMES,
        batch_sizes=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        epochs=(1, 3, 10, 30, 100),
        measured_epochs=4,
        blocks=9,
        samples=4096,
        cell_timeout_seconds=600.0,
    ),
}


def steps_per_epoch(samples: int, batch_size: int) -> int:
    """Optimiser steps in an epoch, the last smaller minibatch included."""
    return -(-samples // batch_size)


def make_cells(
    *,
    workloads: Iterable[str],
    batch_sizes: Iterable[int],
    epochs: Iterable[int],
    devices: Iterable[str],
    threads: Iterable[int],
) -> list[Cell]:
    """Every cell, workload by workload. The threads axis is the CPU's alone."""
    arms = [
        (device, count)
        for device in devices
        for count in (tuple(threads) if device == "cpu" and threads else (OWN_THREADS,))
    ]
    return [
        Cell(workload, batch_size, number, device, count)
        for workload in workloads
        for batch_size in batch_sizes
        for number in epochs
        for device, count in arms
    ]


def cell_params(cell: Cell, *, threads_asked: bool) -> dict[str, Any]:
    """The cell as pytest's params: `threads` only when the axis was asked for."""
    params = cell._asdict()
    if not threads_asked:
        del params["threads"]
    return params


def cell_id(cell: Cell) -> str:
    """The cell's name in pytest's node id, e.g. `mlp-64-2-cuda`."""
    own = side(cell.device, cell.threads)
    return f"{cell.workload}-{cell.batch_size}-{cell.epochs}-{own}"


class WorkloadPlan(NamedTuple):
    """What one workload's blocks measure: the batch sizes of each arm and the largest epochs."""

    workload: str
    batch_sizes: dict[Arm, tuple[int, ...]]
    epochs: int

    def arms(self, block: int) -> dict[Arm, tuple[int, ...]]:
        """The batch sizes of each arm that a block has: the first blocks have A/A repeats."""
        return {
            arm: sizes
            for arm, sizes in self.batch_sizes.items()
            if block < REPEATED_BLOCKS or not arm.again
        }

    def answers(self, blocks: int) -> dict[Arm, int]:
        """How many answers each arm gives in so many blocks."""
        counts: dict[Arm, int] = {}
        for block in range(blocks):
            for arm, sizes in self.arms(block).items():
                counts[arm] = counts.get(arm, 0) + len(sizes)
        return counts

    @property
    def all_sizes(self) -> list[int]:
        """Every batch size of any arm, ascending."""
        return sorted({size for sizes in self.batch_sizes.values() for size in sizes})

    def cut(self, keep: Callable[[Arm, int], bool]) -> "WorkloadPlan":
        """Returns the plan with only the arms and batch sizes that are kept."""
        cut = {
            arm: tuple(size for size in sizes if keep(arm, size))
            for arm, sizes in self.batch_sizes.items()
        }
        return self._replace(batch_sizes={arm: sizes for arm, sizes in cut.items() if sizes})


def plan_workloads(cells: Iterable[Cell]) -> list[WorkloadPlan]:
    """Returns the cells as work for processes: every arm's batch sizes, ascending.

    Every device gets a second arm for the A/A repeat of a small and a large batch size.
    """
    sizes: dict[str, dict[Arm, set[int]]] = {}
    epochs: dict[str, int] = {}
    for cell in cells:
        arms = sizes.setdefault(cell.workload, {})
        arms.setdefault(Arm(cell.device, cell.threads), set()).add(cell.batch_size)
        epochs[cell.workload] = max(cell.epochs, epochs.get(cell.workload, 0))
    plans = [
        WorkloadPlan(name, {arm: tuple(sorted(own)) for arm, own in arms.items()}, epochs[name])
        for name, arms in sizes.items()
    ]
    return [with_repeats(plan, plan.all_sizes) for plan in plans]


def with_only(plan: WorkloadPlan, sizes: Iterable[int]) -> WorkloadPlan:
    """The plan cut to these batch sizes, without A/A repeats."""
    wanted = set(sizes)
    return plan.cut(lambda arm, size: not arm.again and size in wanted)


def with_repeats(plan: WorkloadPlan, sizes: Iterable[int]) -> WorkloadPlan:
    """The plan cut to these batch sizes; a small and a large one of each arm get an A/A repeat."""
    first = with_only(plan, sizes).batch_sizes
    again = {arm._replace(again=True): _repeated(own) for arm, own in first.items()}
    return plan._replace(batch_sizes=first | again)


def _repeated(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """A small and a large batch size: the ends, or the next ones where the ends can be spared."""
    inner = sizes[1:-1] if len(sizes) >= 4 else sizes
    return tuple(dict.fromkeys((inner[0], inner[-1])))
