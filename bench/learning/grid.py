"""What a learning benchmark trains: its cells, presets, learning rates and limits. No torch here.

Batch sizes are real ones: the whole training split is the largest, `full`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.workloads import WORKLOAD_NAMES

MOST = 10_000_000
"""Epochs, steps or samples."""
MOST_CURVE_EPOCHS = 30_000
"""Of a run: whoever reads the result takes 100,000 looks of it, and an epoch has up to three."""
FULL = 0
"""In a list of batch sizes: the whole training split."""

STEP = math.sqrt(10)
"""Neighbouring learning rates differ by this factor."""
REFERENCE_BATCH = 32
"""The workloads' own learning rates are meant for about this batch size."""

GROWTH = 1.08
"""Held-out data is looked at when the steps have grown by this factor, at first after each step."""
EARLY_EPOCHS, EARLY_LOOKS, LATER_LOOKS = 2, 8, 2
"""At least so many looks per epoch in the early ones and later."""
SETTLED = 2.0
"""A figure seed that has reached its target trains on to this many times the epochs, 2 more at
least: at the end of which epoch 9 of 10 seeds stand there is seen later than its first look."""
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
        figure_seeds=tuple(range(10)),
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


def real_sizes(samples: int, batch_sizes: Iterable[int]) -> tuple[int, ...]:
    """Returns the batch sizes that there are samples for: a larger one is the full batch."""
    return tuple(sorted({min(size or samples, samples) for size in batch_sizes}))


def make_learn_cells(
    workloads: Mapping[str, tuple[int, ...]], optimizers: Mapping[str, tuple[str, ...]]
) -> list[LearnCell]:
    """Returns every cell, workload by workload; both arguments are by workload, sizes real."""
    return [
        LearnCell(workload, size, optimizer)
        for workload, sizes in workloads.items()
        for optimizer in optimizers[workload]
        for size in sizes
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
    return _rung(own, round(_place(edge, own)) + (1 if upwards else -1))


def half_way(rate: float, own: float) -> tuple[float, float]:
    """Returns the learning rates half a step below and above a rung."""
    place = round(_place(rate, own))
    return _rung(own, place - 0.5), _rung(own, place + 0.5)


def is_rung(rate: float, own: float) -> bool:
    """Returns whether a learning rate is one of the ladder's, not one half-way."""
    return round(2 * _place(rate, own)) % 2 == 0


def _rung(own: float, place: float) -> float:
    """Returns a learning rate of the ladder, in three significant digits as it is recorded."""
    return float(f"{own * STEP**place:.3g}")


def _place(rate: float, own: float) -> float:
    return math.log(rate / own, STEP)


def cap_of(epoch: int, *, cap_epochs: int, cap_steps: int) -> int:
    """Returns the steps after which a run ends: whole epochs, as many as both limits ask for.

    `epoch` is the steps of one. Neither limit is fair to both small minibatches and the full batch.
    """
    return epoch * max(cap_epochs, math.ceil(cap_steps / epoch))


def most_epochs(samples: int, batch_size: int, cap_epochs: int, cap_steps: int) -> int:
    """Returns the epochs after which a run on so many samples ends."""
    epoch = math.ceil(samples / batch_size)
    return cap_of(epoch, cap_epochs=cap_epochs, cap_steps=cap_steps) // epoch


def settled_after(step: int, epoch: int) -> int:
    """Returns until which step a figure seed trains that reached its target after `step`."""
    touched = step / epoch
    return epoch * max(math.ceil(SETTLED * touched), math.ceil(touched) + 2)


def next_look(step: int, epoch: int) -> int:
    """Returns after which step held-out data is looked at next, `epoch` being the steps of one.

    At first after each, then ever more seldom; always when an epoch ends.
    """
    looks = EARLY_LOOKS if step < EARLY_EPOCHS * epoch else LATER_LOOKS
    grown = max(step + 1, math.ceil(step * GROWTH))
    return min(grown, step + max(1, epoch // looks), epoch * (step // epoch + 1))
