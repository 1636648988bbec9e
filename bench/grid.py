"""Which cells: the axes, the presets and the cells as plain tuples of scalars. Imports no torch."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

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
"""Blocks that have A/A repeats, the first ones: a side against itself needs no verdict."""
AGAIN = " again"
"""Ends the label of an A/A repeat."""
OWN_THREADS = 0
"""Torch's own choice of the number of threads."""


def device_of(side: str) -> str:
    """Returns the torch device of a side, without its number and settings."""
    return side.partition("+")[0].partition("*")[0]


def devices_of(side: str) -> tuple[str, ...]:
    """Returns the torch device of each process of a side: of `cuda*2` `cuda` and `cuda:1`."""
    device = device_of(side)
    count = side.partition("+")[0].partition("*")[2] or 1
    others = () if device == "cpu" else range(1, int(count))
    return (device, *(f"{device}:{rank}" for rank in others))


class Cell(NamedTuple):
    """One point of the grid: a test of pytest's, and the key of its measurement."""

    workload: str
    batch_size: int
    epochs: int
    side: str


class Side(NamedTuple):
    """One side of a block: a fresh process for the side of this name.

    `again` is the A/A repeat; `task` what the process does instead of timing epochs (`bench.job`).
    """

    name: str
    again: bool = False
    task: str = ""

    @property
    def device(self) -> str:
        """The torch device."""
        return device_of(self.name)

    @property
    def first(self) -> "Side":
        """The side whose figures make the cells, for an A/A repeat as for itself."""
        return self._replace(again=False)

    @property
    def label(self) -> str:
        """Words for progress lines and the record of a block's order."""
        task = f" ({self.task})" if self.task else ""
        return f"{self.name}{task}{AGAIN * self.again}"

    @classmethod
    def of(cls, label: str) -> "Side":
        """Returns the side of a label, without its task."""
        name = label.removesuffix(AGAIN)
        return cls(name, again=name != label)


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
    aim_seconds: float | None = None


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
        measured_epochs=1,
        blocks=5,
        samples=4096,
        cell_timeout_seconds=60.0,
        aim_seconds=480.0,
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
    sides: Iterable[str],
) -> list[Cell]:
    """Every cell, workload by workload."""
    return [Cell(*axes) for axes in product(workloads, batch_sizes, epochs, sides)]


def cell_id(cell: Cell) -> str:
    """The cell's name in pytest's node id, e.g. `mlp-64-2-cuda+bf16`."""
    return "-".join(map(str, cell))


class WorkloadPlan(NamedTuple):
    """What one workload's blocks measure: each side's batch sizes, the largest number of epochs.

    `start` is the number of its first block.
    """

    workload: str
    batch_sizes: dict[Side, tuple[int, ...]]
    epochs: int
    start: int = 0

    def sides(self, block: int) -> dict[Side, tuple[int, ...]]:
        """The batch sizes of each side that a block has: the first blocks have A/A repeats."""
        return {
            side: sizes
            for side, sizes in self.batch_sizes.items()
            if block < self.start + REPEATED_BLOCKS or not side.again
        }

    def answers(self, blocks: int) -> dict[Side, int]:
        """How many answers each side gives in so many blocks."""
        counts: dict[Side, int] = {}
        for block in range(self.start, self.start + blocks):
            for side, sizes in self.sides(block).items():
                counts[side] = counts.get(side, 0) + len(sizes)
        return counts

    @property
    def all_sizes(self) -> list[int]:
        """Every batch size of any side, ascending."""
        return sorted({size for sizes in self.batch_sizes.values() for size in sizes})

    def cut(self, keep: Callable[[Side, int], bool]) -> "WorkloadPlan":
        """Returns the plan with only the sides and batch sizes that are kept."""
        cut = {
            side: tuple(size for size in sizes if keep(side, size))
            for side, sizes in self.batch_sizes.items()
        }
        return self._replace(batch_sizes={side: sizes for side, sizes in cut.items() if sizes})


def plan_workloads(cells: Iterable[Cell]) -> list[WorkloadPlan]:
    """Returns the cells as work for processes: every side's batch sizes, ascending.

    Every side gets a second one for the A/A repeat of a small and a large batch size.
    """
    sizes: dict[str, dict[Side, set[int]]] = {}
    epochs: dict[str, int] = {}
    for cell in cells:
        sides = sizes.setdefault(cell.workload, {})
        sides.setdefault(Side(cell.side), set()).add(cell.batch_size)
        epochs[cell.workload] = max(cell.epochs, epochs.get(cell.workload, 0))
    plans = [
        WorkloadPlan(name, {side: tuple(sorted(own)) for side, own in sides.items()}, epochs[name])
        for name, sides in sizes.items()
    ]
    return [with_repeats(plan, plan.all_sizes) for plan in plans]


def with_only(plan: WorkloadPlan, sizes: Iterable[int]) -> WorkloadPlan:
    """The plan cut to these batch sizes, without A/A repeats."""
    wanted = set(sizes)
    return plan.cut(lambda side, size: not side.again and size in wanted)


def with_repeats(plan: WorkloadPlan, sizes: Iterable[int]) -> WorkloadPlan:
    """The plan cut to these batch sizes; a small and a large one of each side get an A/A repeat."""
    first = with_only(plan, sizes).batch_sizes
    again = {side._replace(again=True): repeated(own) for side, own in first.items()}
    return plan._replace(batch_sizes=first | again)


def repeated(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """A small and a large batch size: the ends, or the next ones where the ends can be spared."""
    inner = sizes[1:-1] if len(sizes) >= 4 else sizes
    return tuple(dict.fromkeys((inner[0], inner[-1])))
