"""The crossover as a number: by hand, in both directions, and when there is none."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from scripts.judge.crosses_at import cross
from scripts.judge.crossover import crossovers
from scripts.judge.verdicts import verdicts
from tests.frames import frame, pair

SIZES = [8, 32, 128, 512, 2048]
Floats = npt.NDArray[np.float64]


def curve(ratios: Sequence[float], *, spread: float = 0.01, blocks: int = 5) -> pd.Series:
    """The row of a curve whose blocks lie evenly around these ratios."""
    offsets = np.exp(spread * np.linspace(-1, 1, blocks))
    cells = [
        pair((ratio * offsets).tolist(), batch_size=size)
        for size, ratio in zip(SIZES, ratios, strict=False)
    ]
    return crossovers(verdicts(frame(*cells), scope="warm")).iloc[0]


def straight(where: float, *, slope: float = 0.2) -> list[float]:
    """Ratios of a line in log2 batch size that crosses at `where`."""
    return [float(np.exp(slope * np.log2(where / size))) for size in SIZES]


@pytest.mark.parametrize("slope", [0.2, -0.2])
def test_a_straight_curve_crosses_where_it_does_in_either_direction(slope: float) -> None:
    row = curve(straight(100, slope=slope))
    assert row["kind"] == ("interval" if slope > 0 else "reverse")
    assert row["crosses_note"] == ""
    assert row["crosses_at"] == pytest.approx(100, abs=0.1)
    half = np.log2(row["crosses_to"] / 100)  # a t interval of log ratios over the slope
    assert half == pytest.approx(2.776 * 0.01 * np.sqrt(0.625 / 5) / 0.2, rel=0.35)
    assert row["crosses_from"] == pytest.approx(100 * 2**-half, rel=0.01)


def test_swapping_the_devices_changes_neither_the_number_nor_its_interval() -> None:
    ratios = [3.0, 1.7, 0.9, 0.5, 0.2]
    one, other = curve(ratios), curve([1 / ratio for ratio in ratios])
    numbers = ["crosses_at", "crosses_from", "crosses_to"]
    assert one[numbers].tolist() == other[numbers].tolist()


@pytest.mark.parametrize(
    ("ratios", "note"),
    [
        ([3.0, 1.5, 1.4, 1.3, 1.2], "does not cross"),
        ([0.5, 0.4, 0.3, 0.3, 0.2], "does not cross"),
        ([3.0, 0.6, 0.8, 1.4, 1.5], "crosses more than once"),
        ([1.5, 0.8], "too few batch sizes"),
    ],
)
def test_without_a_single_crossing_there_is_no_number_and_the_reason(
    ratios: Sequence[float], note: str
) -> None:
    row = curve(ratios)
    assert row["crosses_note"] == note
    assert row[["crosses_at", "crosses_from", "crosses_to"]].isna().all()


def test_a_bend_between_the_points_that_crosses_is_no_single_crossing() -> None:
    log_ratios = np.array([[0.5, 0.01, 0.01, 0.5, 0.02, -1.0]])
    assert (CubicSpline(range(6), log_ratios[0])(np.linspace(1, 2, 50)) < 0).any()
    numbers, notes = cross(np.arange(6.0), log_ratios, np.full((1, 6), 0.01))
    assert notes.tolist() == ["crosses more than once"]
    assert np.isnan(numbers).all()


def test_an_interval_that_the_grid_does_not_hold_is_open() -> None:
    row = curve([1.05, 0.9, 0.5, 0.4, 0.3], spread=0.2)
    assert 8 < row["crosses_at"] < 32
    assert np.isnan(row["crosses_from"])
    assert row["crosses_to"] < 128


@pytest.mark.parametrize("blocks", [1, 2])
def test_one_or_two_rounds_give_a_point_and_no_interval(blocks: int) -> None:
    row = curve(straight(100), blocks=blocks, spread=0.0)
    assert row["kind"] == "undecided"
    assert row["crosses_at"] == pytest.approx(100, abs=0.1)
    assert np.isnan([row["crosses_from"], row["crosses_to"]]).all()


def test_blocks_without_any_spread_cross_at_a_point_with_itself_as_interval() -> None:
    row = curve(straight(100), spread=0.0)
    assert [row["crosses_from"], row["crosses_to"]] == pytest.approx([100, 100], abs=0.1)


def test_suspect_and_missing_cells_take_no_part() -> None:
    rounds = frame(
        *(
            pair([ratio] * 5, batch_size=size, suspect="host loaded" if size == 32 else "")
            for size, ratio in zip(SIZES, [3.0, 0.1, 0.9, 0.5, 0.3], strict=True)
        )
    )
    row = crossovers(verdicts(rounds, scope="warm")).iloc[0]
    assert 32 < row["crosses_at"] < 128


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.floats(0.05, 1.0), min_size=3, max_size=8),
    st.floats(0.05, 0.95),
    st.floats(0.01, 0.3),
)
def test_the_number_is_the_root_of_the_spline_and_the_interval_holds_it(
    drops: list[float], share: float, half: float
) -> None:
    heights = np.concatenate([[0.0], -np.cumsum(drops)])
    mean = heights - heights[-1] * share
    sizes = np.arange(len(mean), dtype=np.float64)
    numbers, notes = cross(sizes, mean[None], np.full((1, len(mean)), half))
    if notes[0] != "":
        return
    spline = CubicSpline(sizes, mean)
    (place,) = [k for k, (a, b) in enumerate(pairwise(mean)) if a >= 0 > b]
    root = brentq(lambda size: float(spline(size)), place, place + 1)
    assert np.log2(numbers[0, 0]) == pytest.approx(root, abs=0.005)
    low, high = np.nan_to_num(np.log2(numbers[0, 1:]), nan=-1.0)
    assert low <= root <= (high if high > 0 else np.inf)
    for end in (low, high):
        if end > 0:
            assert abs(spline(end)) == pytest.approx(half, abs=0.01)
