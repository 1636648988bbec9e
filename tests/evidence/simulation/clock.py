"""A clock without a machine: runs of the default grid with known truth and known noise.

A run is what `pytest bench` makes: K blocks, in each a fresh process per workload and side in ABBA
order, every process serving all batch sizes of its workload in a shuffled order; in the first
blocks each side has an A/A repeat at two batch sizes. All noise is in log seconds: 0.05 is 5 %.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from scripts.judge.moderate import Array

SHARED = 0.7
"""The share of a process's variance that all its batch sizes have in common."""
REPEATED_BLOCKS, REPEATED = 3, (1, -2)
"""Blocks that have A/A repeats, and the places of their batch sizes."""
START_SECONDS, SIZE_SECONDS = 4, 2
"""Of a process: until its first step, and the time that a batch size is measured for."""


@dataclass(frozen=True)
class Plan:
    """How a run is made."""

    workloads: int = 4
    sizes: int = 5
    blocks: int = 5

    @property
    def groups(self) -> npt.NDArray[np.int64]:
        """Which cells come from the same processes."""
        return np.repeat(np.arange(self.workloads), self.sizes)

    @property
    def seconds(self) -> int:
        """What the run takes: every process starts, and measures its batch sizes."""
        first = 2 * (START_SECONDS + SIZE_SECONDS * self.sizes)
        again = 2 * (START_SECONDS + SIZE_SECONDS * len(REPEATED))
        return self.workloads * (self.blocks * first + min(self.blocks, REPEATED_BLOCKS) * again)


Noise = Callable[[np.random.Generator, tuple[int, ...], Plan], Array]
"""Log noise of shape (runs, blocks, workloads, 4 processes in the order of time, sizes)."""


@dataclass(frozen=True)
class Runs:
    """Log ratios: `cells` (runs, workloads x sizes, blocks), `again` (runs, A/A cells, blocks)."""

    plan: Plan
    cells: Array
    again: Array


def processes(
    random: np.random.Generator, shape: tuple[int, ...], _plan: Plan, *, spread: float,
    tail: int | None = None,
) -> Array:  # fmt: skip
    """A process is as fast as it happens to be; `tail` is Student's degrees of freedom, as wide
    in its middle as the normal one that it stands for.
    """
    shares = np.sqrt([SHARED, 1 - SHARED]) * spread
    if tail is None:
        common = random.normal(0.0, shares[0], (*shape[:-1], 1))
        return np.asarray(common + random.normal(0.0, shares[1], shape))
    scale = shares * {2: 0.826, 3: 0.882}[tail]  # quartiles of the normal over those of Student's
    common = random.standard_t(tail, (*shape[:-1], 1)) * scale[0]
    return np.asarray(common + random.standard_t(tail, shape) * scale[1])


def spikes(random: np.random.Generator, shape: tuple[int, ...], plan: Plan) -> Array:
    """Spread 5 %; one process in fifty is 5 to 50 times slower."""
    hit = random.random((*shape[:-1], 1)) < 0.02
    slower = np.log(random.uniform(5, 50, hit.shape))
    return processes(random, shape, plan, spread=0.05) + np.where(hit, slower, 0.0)


def switching(random: np.random.Generator, shape: tuple[int, ...], plan: Plan) -> Array:
    """Spread 5 %; every 1 to 20 minutes the host changes between full speed and 30 % slower."""
    begins = _seconds(random, shape)
    slow = np.empty(shape)
    for run, seconds in enumerate(begins):
        dwell = random.uniform(60, 1200, 2 + int(seconds.max()) // 60)
        changes = np.append(0.0, dwell.cumsum()) - random.uniform(0, 1200)
        spent = np.append(0.0, np.cumsum(dwell * (np.arange(len(dwell)) % 2)))
        ends = (np.interp(seconds + later, changes, spent) for later in (SIZE_SECONDS, 0))
        slow[run] = np.subtract(*ends) / SIZE_SECONDS
    return np.asarray(processes(random, shape, plan, spread=0.05) + np.log(1.3) * slow)


def drift(random: np.random.Generator, shape: tuple[int, ...], plan: Plan) -> Array:
    """Spread 5 %; over the run the host becomes 20 % slower, evenly."""
    when = _seconds(random, shape)
    late = np.log(1.2) * when / when.max()
    return np.asarray(processes(random, shape, plan, spread=0.05) + late)


def unequal(random: np.random.Generator, shape: tuple[int, ...], plan: Plan) -> Array:
    """One side spreads by 2 %, the other by 10 %."""
    noise = processes(random, shape, plan, spread=1.0)
    return np.asarray(noise * np.resize([0.02, 0.10], shape[3])[:, None])


def offsets(
    random: np.random.Generator, shape: tuple[int, ...], plan: Plan, *, spread: float
) -> Array:
    """Spread 3 %; each side, A/A repeats too, is off by `spread` for the whole run."""
    runs, _blocks, *rest = shape
    lasting = processes(random, (runs, 1, *rest), plan, spread=spread)
    return processes(random, shape, plan, spread=0.03) + lasting


NOISES: Mapping[str, Noise] = {
    "spread 2 %": partial(processes, spread=0.02),
    "spread 5 %": partial(processes, spread=0.05),
    "spread 10 %": partial(processes, spread=0.10),
    "spread 20 %": partial(processes, spread=0.20),
    "tails t3, 5 %": partial(processes, spread=0.05, tail=3),
    "tails t2, 5 %": partial(processes, spread=0.05, tail=2),
    "spikes 2 %": spikes,
    "switching host": switching,
    "drift 20 %": drift,
    "unequal sides": unequal,
    "offsets 2 %": partial(offsets, spread=0.02),
    "offsets 3 %": partial(offsets, spread=0.03),
}


def simulated(
    random: np.random.Generator, noise: Noise, *, truth: npt.ArrayLike, runs: int, plan: Plan
) -> Runs:
    """Runs whose true log ratio (side 1 over side 0) is `truth`: a number, or one per cell."""
    shape = (runs, plan.blocks, plan.workloads, 4, plan.sizes)
    seconds = noise(random, shape, plan)
    first, again = seconds[..., :2, :], seconds[:, :REPEATED_BLOCKS, :, 2:, :]
    cells = (first[..., 1, :] - first[..., 0, :]).reshape(runs, plan.blocks, -1)
    pairs = (again - first[:, :REPEATED_BLOCKS])[..., list(REPEATED)]
    return Runs(
        plan=plan,
        cells=np.swapaxes(cells, 1, 2) + np.broadcast_to(truth, cells.shape[::2])[..., None],
        again=np.swapaxes(pairs.reshape(runs, REPEATED_BLOCKS, -1), 1, 2),
    )


def _seconds(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """The second of the run at which each process begins to measure each batch size.

    Blocks run one after the other, in each the workloads, in these the sides: odd blocks backwards.
    """
    _runs, blocks, workloads, sides, sizes = shape
    lasts = START_SECONDS + SIZE_SECONDS * np.array([sizes, sizes, len(REPEATED), len(REPEATED)])
    starts, now = np.empty(shape[1:4]), 0
    for block in range(blocks):
        own = range(sides if block < REPEATED_BLOCKS else 2)
        for workload in range(workloads):
            for side in own if block % 2 == 0 else reversed(own):
                starts[block, workload, side] = now
                now += int(lasts[side])
    starts[REPEATED_BLOCKS:, :, 2:] = 0  # there are no such processes
    places = np.argsort(random.random(shape), axis=-1)
    return np.asarray(starts[..., None] + START_SECONDS + places * SIZE_SECONDS)
