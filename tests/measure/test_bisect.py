"""The search for a crossover: small grids with known answers."""

import pytest

from bench.measure.search import bracket, bracket_sizes, next_size, widened

GRID = [1, 2, 4, 8, 16, 32, 64]


def searched(crossing: float) -> tuple[list[int], list[int]]:
    """The batch sizes measured, in order, and the bracket, for a GPU faster from `crossing` on."""
    slower: dict[int, bool] = {}
    while (size := next_size(GRID, slower)) is not None:
        slower[size] = size < crossing
    return list(slower), bracket_sizes(GRID, slower)


@pytest.mark.parametrize(
    ("crossing", "ends"),
    [(0.5, [1]), (3, [2, 4]), (8, [4, 8]), (33, [32, 64]), (1000, [64])],
)
def test_the_search_ends_on_both_sides_of_the_crossover(crossing: float, ends: list[int]) -> None:
    measured, found = searched(crossing)
    assert found == ends
    assert set(ends) <= set(measured)


def test_the_search_begins_at_the_largest_batch_size_and_stops_there_when_it_is_slower() -> None:
    assert searched(1000)[0] == [64]


def test_the_search_measures_no_more_than_a_bisection_needs() -> None:
    assert all(len(searched(crossing)[0]) <= 1 + 3 for crossing in (0.5, 1.5, 3, 6, 12, 24, 48))


def test_batch_sizes_below_a_slower_one_are_never_measured() -> None:
    assert searched(33)[0] == [64, 4, 16, 32]


def test_a_curve_that_is_slower_above_a_faster_batch_size_is_searched_above_it() -> None:
    slower = {64: False, 8: False, 32: True}
    assert bracket(GRID, slower) == (5, 6)


def test_an_undecided_end_is_widened_to_its_nearest_unmeasured_neighbours() -> None:
    assert widened(GRID, [8, 16], [16]) == [32]
    assert widened(GRID, [8, 16], [8]) == [4]
    assert widened(GRID, [8, 16], [8, 16]) == [4, 32]
    assert widened(GRID, [1, 64], [64]) == [32]
    assert widened(GRID, GRID, [8]) == []
    assert widened(GRID, [8, 16], []) == []
