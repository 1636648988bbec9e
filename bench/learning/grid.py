"""What a learning benchmark trains: its cells, presets, learning rates and limits. No torch here.

Batch sizes are real ones: the whole training split is the largest, `full`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.grid import steps_per_epoch
from bench.workloads import WORKLOAD_NAMES, train_samples

FULL = 0
"""In a list of batch sizes: the whole training split."""

STEP = math.sqrt(10)
"""Neighbouring learning rates differ by this factor."""
REFERENCE_BATCH = 32
"""The workloads' own learning rates are meant for about this batch size."""

GROWTH = 1.08
"""Held-out data is looked at when the steps have grown by this factor, at first after each step."""
PATIENCE = 2.0
"""A learning rate that needs more than this many times the steps of the best one is hopeless."""


class LearnCell(NamedTuple):
    """One point of the learning grid: pytest's parameter set."""

    workload: str
    batch_size: int
    optimizer: str


@dataclass(frozen=True)
class LearnPreset:
    """Defaults of the learning grid. `workloads` holds each workload's batch sizes.

    `own_optimizers` and `targets` name the workloads that differ from `optimizers` and from their
    goal. A harder target serves better: a curve answers for every easier one as well.
    """

    workloads: Mapping[str, tuple[int, ...]]
    optimizers: tuple[str, ...]
    tuning_seeds: tuple[int, ...]
    figure_seeds: tuple[int, ...]
    cap_epochs: int
    cap_steps: int
    own_optimizers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    targets: Mapping[str, float] = field(default_factory=dict)


_ALL_SIZES = (*(2**power for power in range(15)), FULL)
# Those that timing presets have as well, so that both join; 4 and the whole set at the ends.
USUAL_SIZES = (4, 8, 32, 128, 512, 2048, FULL)
_VOWEL_SIZES = (4, 8, 16, 32, 64, 128, FULL)

LEARN_PRESETS: Mapping[str, LearnPreset] = {
    "smoke": LearnPreset(
        workloads={"mlp": (32, 512), "lstm": (32, FULL)},
        optimizers=("adam",),
        tuning_seeds=(100,),
        figure_seeds=(0, 1, 2),
        cap_epochs=10,
        cap_steps=200,
    ),
    "default": LearnPreset(
        workloads={
            "mlp": (1, *USUAL_SIZES),
            "lstm": _VOWEL_SIZES,
            "cnn-series": (4, 8, 32, 128, 512, FULL),
            "transformer": (32, 128, 512),
        },
        optimizers=("sgd", "adam"),
        own_optimizers={"transformer": ("adamw",)},
        tuning_seeds=(100, 101),
        figure_seeds=(0, 1, 2, 3, 4),
        cap_epochs=30,
        cap_steps=1000,
        targets={"mlp": 0.93, "lstm": 0.95, "cnn-series": 0.9},
    ),
    "full": LearnPreset(
        workloads=dict.fromkeys(WORKLOAD_NAMES, _ALL_SIZES),
        optimizers=("sgd", "momentum", "adam"),
        tuning_seeds=(100, 101, 102),
        figure_seeds=tuple(range(9)),
        cap_epochs=100,
        cap_steps=10_000,
    ),
}


def real_sizes(workload: str, batch_sizes: Iterable[int]) -> tuple[int, ...]:
    """Returns the batch sizes that this workload has: one beyond its data is its full batch."""
    samples = train_samples(workload)
    return tuple(sorted({min(size or samples, samples) for size in batch_sizes}))


def make_learn_cells(
    workloads: Mapping[str, tuple[int, ...]], optimizers: Mapping[str, tuple[str, ...]]
) -> list[LearnCell]:
    """Returns every cell, workload by workload; both arguments are by workload."""
    return [
        LearnCell(workload, size, optimizer)
        for workload, sizes in workloads.items()
        for optimizer in optimizers[workload]
        for size in real_sizes(workload, sizes)
    ]


def learn_cell_id(cell: LearnCell) -> str:
    """Returns the cell's name in pytest's node id, e.g. `mlp-64-adam`."""
    return "-".join(map(str, cell))


def rate_window(own: float, batch_size: int) -> tuple[float, ...]:
    """Returns four learning rates around where the best is expected, ascending, on one ladder.

    The ladder is `own` times powers of STEP, the same at every batch size; the window follows the
    square root of the batch size, `own` being its third rung at REFERENCE_BATCH.
    """
    centre = round(math.log(batch_size / REFERENCE_BATCH, STEP) / 2)
    return tuple(_rung(own, centre + place) for place in (-2, -1, 0, 1))


def beyond(rates: Iterable[float], own: float, *, upwards: bool) -> float:
    """Returns the ladder's next learning rate past the largest or the smallest of those tried."""
    edge = max(rates) if upwards else min(rates)
    return _rung(own, round(math.log(edge / own, STEP)) + (1 if upwards else -1))


def _rung(own: float, place: int) -> float:
    """Returns a learning rate of the ladder, in three significant digits as it is recorded."""
    return float(f"{own * STEP**place:.3g}")


def cap_of(cell: LearnCell, *, cap_epochs: int, cap_steps: int) -> int:
    """Returns the steps after which a run ends: it has done the epochs and the steps of the cap.

    Neither limit by itself is fair to both small minibatches and the full batch.
    """
    return max(cap_epochs * steps_of_epoch(cell), cap_steps)


def steps_of_epoch(cell: LearnCell) -> int:
    """Returns the optimiser steps that the cell takes for its workload's training samples."""
    return steps_per_epoch(train_samples(cell.workload), cell.batch_size)


def next_look(step: int) -> int:
    """Returns after which step held-out data is looked at next; at first after each."""
    return max(step + 1, math.ceil(step * GROWTH))
