from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import DescrStatsW

from scripts.judge.moderate import Summary, summarise
from scripts.judge.rule import (
    CLOSE,
    FASTER,
    SLOWER,
    UNDECIDED,
    adjusted,
    blocks_needed,
    interval,
    judge,
    settle,
)

calm = settings(deadline=None)
MARGIN = float(np.log(1.05))
MIRROR = {SLOWER: FASTER, FASTER: SLOWER, CLOSE: CLOSE, UNDECIDED: UNDECIDED}

log_ratio = st.floats(-0.5, 0.5).map(lambda value: round(value, 6))
blocks = st.lists(log_ratio, min_size=3, max_size=15).map(np.array)
levels = st.sampled_from([0.05, 0.05 / 3, 0.01])
Floats = npt.NDArray[np.float64]


def word(values: Floats, *, margin: float = MARGIN, level: float = 0.05) -> str:
    words, p = judge(summarise(values), margin=margin)
    return str(settle(words, p, level=level))


def varied(values: Floats) -> Floats:
    assume(values.std() > 1e-6)
    return values


@calm
@given(blocks, levels)
def test_the_interval_is_that_of_a_one_sample_t_test(values: Floats, level: float) -> None:
    expected = stats.ttest_1samp(varied(values), 0.0).confidence_interval(1 - level)
    lo, hi = interval(summarise(values), level=level)
    assert float(lo) == pytest.approx(float(expected.low))
    assert float(hi) == pytest.approx(float(expected.high))


@calm
@given(blocks, levels)
def test_a_word_says_exactly_what_the_intervals_say(values: Floats, level: float) -> None:
    summary = summarise(varied(values))
    lo, hi = interval(summary, level=level)
    inner_lo, inner_hi = interval(summary, level=2 * level)
    assume(min(abs(abs(end) - MARGIN) for end in (lo, hi, inner_lo, inner_hi)) > 1e-9)
    expected = UNDECIDED
    if lo > MARGIN:
        expected = SLOWER
    elif hi < -MARGIN:
        expected = FASTER
    elif inner_lo > -MARGIN and inner_hi < MARGIN:
        expected = CLOSE
    assert word(values, level=level) == expected


@calm
@given(blocks)
def test_the_p_value_of_too_close_is_that_of_two_one_sided_tests(values: Floats) -> None:
    words, p = judge(summarise(varied(values)), margin=MARGIN)
    assume(words == CLOSE)
    assert p == pytest.approx(DescrStatsW(values).ttost_mean(-MARGIN, MARGIN)[0], abs=1e-12)


@calm
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_the_adjustments_are_what_statsmodels_computes(values: list[float]) -> None:
    for strict, method in ((False, "fdr_bh"), (True, "holm")):
        with patch("gc.collect"):  # statsmodels collects garbage each time
            expected = multipletests(values, method=method)[1]
        found = adjusted(np.array(values), strict=strict)
        np.testing.assert_allclose(found, expected, atol=1e-15)


@pytest.mark.parametrize(
    ("strict", "expected"),
    [
        (False, [[0.02, np.nan, 0.04, np.nan], [0.3, 0.03, 0.03, np.nan]]),
        (True, [[0.02, np.nan, 0.04, np.nan], [0.3, 0.03, 0.04, np.nan]]),
    ],
)
def test_untested_cells_are_left_out_of_the_family(strict: bool, expected: list[Any]) -> None:
    p = np.array([[0.01, np.nan, 0.04, np.nan], [0.3, 0.01, 0.02, np.nan]])
    np.testing.assert_allclose(adjusted(p, strict=strict), expected)


@calm
@given(blocks, levels)
def test_swapping_the_devices_mirrors_the_verdict(values: Floats, level: float) -> None:
    assert word(-values, level=level) == MIRROR[word(values, level=level)]


@calm
@given(
    arrays(np.float64, (5, 2), elements=st.floats(1e-3, 10)),
    st.floats(1e-3, 1e3),
)
def test_a_clock_of_another_unit_changes_nothing(seconds: Floats, unit: float) -> None:
    one, other = (np.log(s[:, 1]) - np.log(s[:, 0]) for s in (seconds, seconds * unit))
    summaries = summarise(one), summarise(other)
    np.testing.assert_allclose(summaries[0].mean, summaries[1].mean, atol=1e-12)
    np.testing.assert_allclose(summaries[0].error, summaries[1].error, atol=1e-12)


@calm
@given(blocks, levels)
def test_one_more_block_like_the_mean_never_takes_a_verdict_back(
    values: Floats, level: float
) -> None:
    """True of a cell by itself; among others a block may change what it borrows from them."""
    before = word(varied(values), level=level)
    after = word(np.append(values, values.mean()), level=level)
    assert before in (after, UNDECIDED)


@calm
@given(blocks, st.floats(0, 0.3), levels)
def test_a_wider_margin_never_makes_a_difference(
    values: Floats, wider: float, level: float
) -> None:
    if word(values, margin=MARGIN + wider, level=level) in (SLOWER, FASTER):
        assert word(values, level=level) == word(values, margin=MARGIN + wider, level=level)


@calm
@given(blocks, levels)
def test_the_blocks_asked_for_would_just_decide(values: Floats, level: float) -> None:
    summary = summarise(varied(values))
    assume(word(values, level=level) == UNDECIDED)
    needed = blocks_needed(summary, margin=MARGIN, level=level)
    assume(np.isfinite(needed))
    assert needed > summary.blocks

    def decides(count: Floats) -> bool:
        error = summary.error * np.sqrt(summary.blocks / count)
        wider = Summary(summary.mean, error, count - 1, count, summary.lost)
        words, p = judge(wider, margin=MARGIN)
        return bool(settle(words, p, level=level) != UNDECIDED)

    assert decides(needed)
    assert not decides(needed - 1)


@pytest.mark.parametrize("margin", [MARGIN, 0.5])
def test_ten_per_cent_are_never_too_close(margin: float) -> None:
    inside, outside = (np.log(ratio) + np.array([-1e-3, 0, 1e-3]) for ratio in (1.08, 1.101))
    assert word(outside, margin=0.5) == UNDECIDED
    assert word(inside, margin=margin) == (CLOSE if margin == 0.5 else SLOWER)


def test_a_ratio_on_the_margin_asks_for_no_number_of_blocks() -> None:
    values = MARGIN + np.array([-0.02, 0.02, -0.01, 0.01])
    assert np.isnan(blocks_needed(summarise(values), margin=MARGIN, level=0.05))


def test_many_cells_are_judged_as_each_alone() -> None:
    random = np.random.default_rng(0)
    values = random.normal(0.05, 0.05, (40, 5))
    values[random.random(values.shape) < 0.2] = np.nan
    words, p = judge(summarise(values), margin=MARGIN)
    for cell, own, value in zip(values, words, p, strict=True):
        alone = judge(summarise(cell[np.isfinite(cell)]), margin=MARGIN)
        assert np.isnan(value) == np.isnan(alone[1])
        if np.isfinite(value):
            assert (own, value) == (alone[0], pytest.approx(float(alone[1])))


def test_no_block_and_one_block_have_no_spread_and_no_p_value() -> None:
    summary = summarise(np.array([[np.nan, np.nan], [0.3, np.nan]]))
    assert summary.blocks.tolist() == [0, 1]
    assert np.isnan(summary.error).all()
    assert np.isnan(judge(summary, margin=MARGIN)[1]).all()
    assert np.isnan(interval(summary, level=0.05)).all()
