"""The moderated mean and error: against a slow computation of its own, and what must hold of it."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

from scripts.judge.moderate import Summary, summarise

Floats = npt.NDArray[np.float64]
calm = settings(deadline=None, max_examples=50)
seeds = st.integers(0, 2**32 - 1)
GROUPS = np.repeat(np.arange(4.0), 5)


def grid(seed: int, *, blocks: int = 5, spread: float = 0.1, spikes: float = 0.0) -> Floats:
    """Log ratios of 4 workloads x 5 batch sizes, whose blocks share half of their variance."""
    random = np.random.default_rng(seed)
    shared = random.normal(0.0, spread, (4, 1, blocks))
    values = 0.1 + shared + random.normal(0.0, spread, (4, 5, blocks))
    values += np.log(20) * (random.random((4, 1, blocks)) < spikes)
    return np.asarray(values.reshape(20, blocks))


def slowly(values: Floats, groups: Floats) -> list[tuple[float, float, float]]:
    """(mean, error, freedom) of each cell, one at a time, by the formulas as they are written."""
    places = {group: np.flatnonzero(groups == group).tolist() for group in set(groups.tolist())}
    means: dict[int, float] = {}
    lost: dict[int, int] = {}
    clipped: dict[int, Floats] = {}
    for own in places.values():
        blocks = len(values[0])
        away = [sorted(abs(values[c] - np.median(values[c])))[1:] for c in own]
        limit = 3 * 1.4826 * np.median(np.concatenate(away)) * np.sqrt(blocks / (blocks - 1))
        for c in own:
            row = values[c]
            span = row.min() - 1, row.max() + 1
            means[c] = brentq(
                lambda m, row=row, k=limit: np.clip(row - m, -k, k).sum(), *span, xtol=1e-13
            )
            lost[c] = (abs(row - means[c]) > limit).sum()
            clipped[c] = np.clip(row - means[c], -limit, limit)
    cells, df = range(len(values)), len(values[0]) - 1
    variances = [(clipped[c] ** 2).sum() / df for c in cells]
    z = np.log(variances) - digamma(df / 2) + np.log(df / 2)
    excess = z.var(ddof=1) - polygamma(1, df / 2)
    if excess > 0:
        d0 = 2 * brentq(lambda x: polygamma(1, x) - excess, 1e-6, 1e6, xtol=1e-12)
        prior = np.exp(z.mean() + digamma(d0 / 2) - np.log(d0 / 2))
    else:
        d0, prior = np.inf, np.exp(z.mean())
    cap = 0.0
    for own in places.values():
        matrix = np.array([clipped[c] / np.sqrt((clipped[c] ** 2).sum()) for c in own])
        pairs = (matrix @ matrix.T)[np.triu_indices(len(own), 1)]
        rho = min(max(pairs.mean(), 0.0), 1.0) if len(own) > 1 else 0.0
        cap += len(own) * df / (1 + (len(own) - 1) * rho**2)
    d0 = min(d0, cap)
    answer = []
    for c in cells:
        variance = (d0 * prior + df * variances[c]) / (d0 + df)
        error = np.sqrt(variance / (df + 1)) * (df + 1) / (df + 1 - lost[c])
        answer.append((means[c], error, max(df, min(d0 + df, cap))))
    return answer


@pytest.mark.parametrize("blocks", [3, 5, 9])
@pytest.mark.parametrize("spikes", [0.0, 0.05])
@pytest.mark.parametrize("seed", range(4))
def test_mean_error_and_freedom_are_those_of_the_formulas(
    seed: int, spikes: float, blocks: int
) -> None:
    values = grid(seed, blocks=blocks, spikes=spikes)
    found = summarise(values, GROUPS)
    expected: Floats = np.array(slowly(values, GROUPS), dtype=np.float64).T
    np.testing.assert_allclose(found.mean, expected[0], atol=1e-9)
    np.testing.assert_allclose(found.error, expected[1], rtol=1e-6)
    np.testing.assert_allclose(found.freedom, expected[2], rtol=1e-5)


@calm
@given(seeds)
def test_a_cell_by_itself_has_a_plain_t_interval_unless_a_round_is_clipped(seed: int) -> None:
    values = grid(seed)[:1]
    found = summarise(values, [0])
    if found.lost[0]:
        return
    plain = stats.ttest_1samp(values[0], 0.0)
    assert found.mean[0] == pytest.approx(values[0].mean(), abs=1e-9)
    assert found.mean[0] / found.error[0] == pytest.approx(plain.statistic, abs=1e-6)
    assert found.freedom[0] == 4


@calm
@given(seeds, st.permutations(range(20)))
def test_the_order_of_cells_and_blocks_changes_nothing(seed: int, order: list[int]) -> None:
    values = grid(seed, spikes=0.05)
    place = np.array(order)
    one, other = summarise(values, GROUPS), summarise(values[place][:, ::-1], GROUPS[place])
    for name, part in vars(one).items():
        np.testing.assert_allclose(part[place], getattr(other, name), atol=1e-9, rtol=1e-6)


@calm
@given(seeds)
def test_swapping_the_sides_mirrors_the_means_and_nothing_else(seed: int) -> None:
    values = grid(seed, spikes=0.05)
    one, other = summarise(values, GROUPS), summarise(-values, GROUPS)
    np.testing.assert_allclose(one.mean, -other.mean, atol=1e-9)
    for name in ("error", "freedom", "lost"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-6)


@calm
@given(seeds, st.floats(-3, 3))
def test_a_side_that_is_slower_everywhere_moves_the_means_by_that_and_nothing_else(
    seed: int, shift: float
) -> None:
    values = grid(seed, spikes=0.05)
    one, other = summarise(values, GROUPS), summarise(values + shift, GROUPS)
    np.testing.assert_allclose(one.mean + shift, other.mean, atol=1e-9)
    np.testing.assert_allclose(one.error, other.error, rtol=1e-6)


@calm
@given(seeds)
def test_many_runs_at_once_are_as_one_by_one(seed: int) -> None:
    runs = np.stack([grid(seed + run, spikes=0.05) for run in range(3)])
    together = summarise(runs, GROUPS)
    for run, values in enumerate(runs):
        for name, part in vars(summarise(values, GROUPS)).items():
            np.testing.assert_allclose(getattr(together, name)[run], part, atol=1e-9)


def test_one_process_twenty_times_slower_hardly_moves_its_cells_and_none_of_the_others() -> None:
    values = grid(3, spread=0.05)
    spiked = values.copy()
    spiked[:5, 2] += np.log(20)
    calm_run, hit = summarise(values, GROUPS), summarise(spiked, GROUPS)
    assert hit.lost.tolist() == [1.0] * 5 + [0.0] * 15
    assert (np.abs(hit.mean - calm_run.mean)[:5] < 0.2).all()
    assert (hit.error[:5] < 5 * calm_run.error[:5]).all()
    np.testing.assert_allclose(hit.mean[5:], calm_run.mean[5:], atol=1e-9)
    plain = summarise(spiked)
    assert (np.abs(plain.mean - calm_run.mean)[:5] > 0.5).all()


def test_cells_of_one_process_lend_each_other_less_than_cells_of_their_own() -> None:
    own = np.random.default_rng(0).normal(0.0, 0.1, (20, 5))
    shared = np.repeat(own[::5], 5, axis=0) + 1e-3 * own
    together, alone = summarise(shared, GROUPS), summarise(own, GROUPS)
    assert (together.freedom < 20).all()  # four workloads of four degrees of freedom each
    assert (alone.freedom > 40).all()


def test_missing_blocks_count_for_nothing() -> None:
    values = grid(1)
    values[3, 4], values[7, :], values[8, 1:] = np.nan, np.nan, np.nan
    found = summarise(values, GROUPS)
    assert found.blocks[[0, 3, 7, 8]].tolist() == [5, 4, 0, 1]
    kept = np.delete(np.arange(20), [7, 8])
    others = summarise(values[kept], GROUPS[kept])
    np.testing.assert_allclose(found.error[kept], others.error, rtol=1e-9)
    assert np.isnan(found.mean[7])
    assert found.mean[8] == values[8, 0]
    assert np.isnan(found.error[[7, 8]]).all()
    assert np.isnan(found.freedom[[7, 8]]).all()


def test_a_run_without_any_spread_is_exact() -> None:
    found = summarise(np.full((4, 3), 0.2), [0, 0, 1, 1])
    assert found.mean.tolist() == [0.2] * 4
    assert found.error.tolist() == [0.0] * 4


def test_no_cell_at_all_is_no_error() -> None:
    assert summarise(np.empty((0, 5)), []).mean.shape == (0,)
    assert isinstance(summarise(np.empty((0, 5))), Summary)
