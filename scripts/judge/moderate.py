"""A cell's mean log ratio and its error, from few blocks: robust, and with variance borrowed.

A cell has 3 to 15 blocks. Its own variance is then known within a factor of two or three, and one
process that met another program takes the mean with it. So the cells of a run help one another:
rounds are clipped at three times the spread that the cells of a workload share (Huber 1964), and a
cell's variance is drawn towards the run's (Smyth 2004), as far as the run has independent ones.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]

CLIP = 3.0
"""Spreads from the middle at which a round is clipped, and counts as lost."""
_MAD = 1.4826  # a normal distribution's spread over its median absolute deviation
_ROUNDS = 50  # of location steps, and of Newton's; both end after a few


@dataclass(frozen=True)
class Summary:
    """Mean log ratio, its standard error, degrees of freedom (NaN: no error), blocks, clipped
    rounds: an entry a cell.
    """

    mean: Array
    error: Array
    freedom: Array
    blocks: Array
    lost: Array


def summarise(log_ratios: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Summary:
    """Summary over the last axis (blocks); NaN is a block that a cell lacks.

    `log_ratios`: (..., cells, blocks). `groups`: (cells,), alike for cells that come from the same
    processes: a workload on a pair of sides. Without groups each cell stands for itself: its
    plain mean and t interval.
    """
    values = np.asarray(log_ratios, dtype=np.float64)
    there = np.isfinite(values)
    blocks = there.sum(axis=-1).astype(np.float64)
    lost = np.zeros_like(blocks)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, values, 0.0).sum(axis=-1) / blocks
        own = np.where(blocks > 1, blocks - 1, np.nan)
        residuals = np.where(there, values - mean[..., None], 0.0)
        if groups is not None:
            labels = np.unique(np.asarray(groups), return_inverse=True)[1]
            mean, residuals, lost = _clipped(values, there, blocks, labels)
        variance = (residuals**2).sum(axis=-1) / own
        freedom = own
        if groups is not None:
            variance, freedom = _moderated(variance, own, residuals, labels)
        sound = np.where(blocks > lost, blocks - lost, np.nan)
        error = np.sqrt(variance / blocks) * blocks / sound
    return Summary(mean=mean, error=error, freedom=freedom, blocks=blocks, lost=lost)


def _clipped(
    values: Array, there: npt.NDArray[np.bool_], blocks: Array, labels: npt.NDArray[np.intp]
) -> tuple[Array, Array, Array]:
    """Location, clipped residuals (0 where there is no block) and clipped rounds of each cell."""
    filled = np.where(there, values, np.nan)
    mean = _median(filled)
    limit = CLIP * _spread(filled - mean[..., None], blocks, labels)[..., None]
    residuals = np.where(there, values - mean[..., None], 0.0)
    for _ in range(_ROUNDS):
        step = np.clip(residuals, -limit, limit).sum(axis=-1) / blocks
        mean = mean + step
        residuals = np.where(there, values - mean[..., None], 0.0)
        if not (np.abs(step) > 1e-12).any():
            break
    lost = (np.abs(residuals) > limit * (1 + 1e-9)).sum(axis=-1).astype(np.float64)
    return mean, np.clip(residuals, -limit, limit), lost


def _spread(residuals: Array, blocks: Array, labels: npt.NDArray[np.intp]) -> Array:
    """The spread that the cells of a group share: from the median of their absolute residuals, the
    smallest of each cell left out (it is 0 by the median's making). Infinite where none is known.
    """
    ordered = np.sort(np.abs(residuals), axis=-1)[..., 1:]
    ordered = ordered * np.sqrt(blocks / (blocks - 1))[..., None]
    answer = np.empty_like(blocks)
    for label in range(labels.max(initial=-1) + 1):
        own = labels == label
        pooled = ordered[..., own, :].reshape(*ordered.shape[:-2], -1)
        answer[..., own] = _MAD * _median(pooled)[..., None]
    return np.where(answer > 0, answer, np.inf)


def _moderated(
    variance: Array, own: Array, residuals: Array, labels: npt.NDArray[np.intp]
) -> tuple[Array, Array]:
    """Variances drawn towards the run's, and their degrees of freedom."""
    known = (variance > 0) & (own > 0)
    count = known.sum(axis=-1, keepdims=True)
    half = own / 2
    raised = np.where(known, np.log(variance) - special.digamma(half) + np.log(half), 0.0)
    middle = raised.sum(axis=-1, keepdims=True) / count
    scatter = (np.where(known, raised - middle, 0.0) ** 2).sum(axis=-1, keepdims=True) / (count - 1)
    chance = np.where(known, special.polygamma(1, half), 0.0).sum(axis=-1, keepdims=True) / count
    excess = scatter - chance
    prior = np.where(excess > 0, 2 * _trigamma_inverse(np.where(excess > 0, excess, 1.0)), np.inf)
    shift = np.where(excess > 0, special.digamma(prior / 2) - np.log(prior / 2), 0.0)
    prior_variance = np.exp(middle + shift)
    most = _independent(known, own, residuals, labels)
    prior = np.minimum(prior, most)
    enough = (count > 1) & (own > 0)
    answer = (prior * prior_variance + own * variance) / (prior + own)
    freedom = np.maximum(own, np.minimum(prior + own, most))
    return np.where(enough, answer, variance), np.where(enough, freedom, own)


def _independent(
    known: npt.NDArray[np.bool_], own: Array, residuals: Array, labels: npt.NDArray[np.intp]
) -> Array:
    """Degrees of freedom that the variances of a run are worth together.

    A process serves every batch size of its workload: n cells whose residuals correlate by rho are
    worth n / (1 + (n - 1) rho^2) of them.
    """
    size = np.sqrt((residuals**2).sum(axis=-1, keepdims=True))
    unit = np.where(known[..., None] & (size > 0), residuals / size, 0.0)
    total = np.zeros((*known.shape[:-1], 1))
    for label in range(labels.max(initial=-1) + 1):
        mine = labels == label
        count = known[..., mine].sum(axis=-1, keepdims=True)
        freedom = np.where(known, own, 0.0)[..., mine].sum(axis=-1, keepdims=True)
        together = (unit[..., mine, :].sum(axis=-2) ** 2).sum(axis=-1, keepdims=True)
        rho = np.where(count > 1, (together - count) / (count * (count - 1)), 0.0)
        total = total + freedom / (1 + (count - 1).clip(0) * rho.clip(0, 1) ** 2)
    return total


def _trigamma_inverse(values: Array) -> Array:
    """The x with trigamma(x) = value, by Newton's method on 1 / trigamma (Smyth 2004, appendix)."""
    x = 0.5 + 1 / values
    for _ in range(_ROUNDS):
        now = special.polygamma(1, x)
        step = now * (1 - now / values) / special.polygamma(2, x)
        x = x + step
        if (np.abs(step) <= 1e-8 * x).all():
            break
    return np.asarray(x, dtype=np.float64)


def _median(values: Array) -> Array:
    """The median over the last axis, NaN left out; NaN where nothing is left."""
    if not values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    ordered = np.sort(values, axis=-1)  # NaN last
    count = np.isfinite(values).sum(axis=-1, keepdims=True)
    places = [np.clip((count - 1) // 2, 0, None), np.clip(count // 2, 0, values.shape[-1] - 1)]
    low, high = (np.take_along_axis(ordered, place, axis=-1) for place in places)
    return np.asarray(((low + high) / 2)[..., 0])
