"""A clock without a machine: seconds with known truth and known noise, to try verdict rules on.

An experiment is K blocks of two fresh processes in ABBA order, each with ROUNDS timed epochs. All
noise is in log seconds, so 0.02 is two per cent.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from scripts.judge.noise import floor_of, margin_of
from scripts.judge.rule import Array, summarise

ROUNDS = 9
EPOCH_NOISE = 0.02
REPEATS = 8
"""A/A cells a run: two for each of four workloads."""
STEP = float(np.log(1.15))

Noise = Callable[[np.random.Generator, tuple[int, int, int]], Array]
"""Log noise for (cells, processes in the order of time, rounds)."""


def epochs(random: np.random.Generator, shape: tuple[int, int, int], *, spread: float) -> Array:
    """Independent noise on every epoch, none on processes."""
    return random.normal(0.0, spread, shape)


def processes(random: np.random.Generator, shape: tuple[int, int, int], *, spread: float) -> Array:
    """A process is as fast as it happens to be for its whole life, within `spread`."""
    return random.normal(0.0, spread, (*shape[:2], 1)) + epochs(random, shape, spread=EPOCH_NOISE)


def heavy_tails(random: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    """Processes spread by Student's t with three degrees of freedom, standard deviation 2 %."""
    drawn = random.standard_t(3, (*shape[:2], 1)) * 0.02 / np.sqrt(3)
    return np.asarray(drawn + epochs(random, shape, spread=EPOCH_NOISE))


def bimodal(random: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    """One process in five is 15 % slower, on top of a process spread of 1 %."""
    slow = random.random((*shape[:2], 1)) < 0.2
    return STEP * slow + processes(random, shape, spread=0.01)


def autocorrelated(random: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    """A wandering machine: AR(1) over all rounds, 0.95 from one to the next, 3 % in all."""
    cells, workers, rounds = shape
    shocks = random.normal(0.0, 0.03 * np.sqrt(1 - 0.95**2), (cells, workers * rounds + 100))
    walk = lfilter([1.0], [1.0, -0.95], shocks, axis=-1)[:, 100:]
    return np.asarray(walk, dtype=np.float64).reshape(shape)


def drift(random: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    """The machine becomes 10 % slower, evenly over the run; process spread 1 %."""
    share = np.linspace(0.0, np.log(1.1), shape[1] * shape[2]).reshape(1, *shape[1:])
    return np.asarray(share + processes(random, shape, spread=0.01))


def step_change(random: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    """From some epoch on the machine is 15 % slower, once, for good; process spread 1 %."""
    cells, workers, rounds = shape
    when = random.integers(0, workers * rounds, (cells, 1, 1))
    after = np.arange(workers * rounds).reshape(1, workers, rounds) >= when
    return np.asarray(STEP * after + processes(random, shape, spread=0.01))


NOISES: Mapping[str, Noise] = {
    "independent 5 %": partial(epochs, spread=0.05),
    "process 1 %": partial(processes, spread=0.01),
    "process 2 %": partial(processes, spread=0.02),
    "heavy tails 2 %": heavy_tails,
    "bimodal": bimodal,
    "autocorrelated": autocorrelated,
    "drift 10 %": drift,
    "step change 15 %": step_change,
}


def experiment(
    random: np.random.Generator, noise: Noise, *, truth: npt.ArrayLike, cells: int, blocks: int
) -> Array:
    """Log seconds of shape (cells, blocks, 2, ROUNDS); arm 1 is slower by `truth` (log ratio)."""
    line = noise(random, (cells, 2 * blocks, ROUNDS)).reshape(cells, blocks, 2, ROUNDS)
    line[:, 1::2] = line[:, 1::2, ::-1].copy()
    line[:, :, 1] += np.broadcast_to(truth, cells)[:, None, None]
    return line


def log_ratios(seconds: Array) -> Array:
    """A block's log ratio: a process stands for the median of its rounds."""
    medians = np.median(seconds, axis=-1)
    return np.asarray(medians[..., 1] - medians[..., 0])


def margins(
    random: np.random.Generator, noise: Noise, *, runs: int, blocks: int, repeats: int = REPEATS
) -> Array:
    """The margins of `runs` runs, each from the run's own A/A cells."""
    pairs = experiment(random, noise, truth=0.0, cells=runs * repeats, blocks=blocks)
    means = summarise(log_ratios(pairs)).mean.reshape(runs, repeats)
    return margin_of(floor_of(means))
