"""The search for a crossover: small grids with known answers."""

import pytest

from bench.measure.search import bracket, bracket_sizes, next_size, widened

GRID = [1, 2, 4, 8, 16, 32, 64]


def searched(crossing: float, *, reverse: bool = False) -> tuple[list[int], list[int]]:
    """The batch sizes measured, in order, and the bracket, for a GPU faster from `crossing` on;
    `reverse`: slower from there on.
    """
    slower: dict[int, bool] = {}
    while (size := next_size(GRID, slower)) is not None:
        slower[size] = (size < crossing) != reverse
    return list(slower), bracket_sizes(GRID, slower)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("crossing", "ends"), [(3, [2, 4]), (8, [4, 8]), (33, [32, 64])])
def test_the_search_ends_on_both_sides_of_the_crossover_in_either_direction(
    crossing: float, ends: list[int], reverse: bool
) -> None:
    measured, found = searched(crossing, reverse=reverse)
    assert found == ends
    assert set(ends) <= set(measured)


@pytest.mark.parametrize("crossing", [0.5, 1000])
def test_where_both_ends_agree_only_these_are_measured(crossing: float) -> None:
    assert searched(crossing) == ([64, 1], [1, 64])


def test_the_search_measures_no_more_than_a_bisection_needs() -> None:
    assert all(len(searched(crossing)[0]) <= 2 + 3 for crossing in (0.5, 1.5, 3, 6, 12, 24, 48))


def test_batch_sizes_away_from_the_crossover_are_never_measured() -> None:
    assert searched(33)[0] == [64, 1, 8, 16, 32]


def test_of_several_changes_of_sides_the_last_one_is_searched() -> None:
    slower = {64: False, 8: False, 32: True}
    assert bracket(GRID, slower) == (5, 6)
    assert bracket(GRID, {8: False, 64: False}) is None


def test_an_undecided_end_is_widened_to_its_nearest_unmeasured_neighbours() -> None:
    assert widened(GRID, [8, 16], [16]) == [32]
    assert widened(GRID, [8, 16], [8]) == [4]
    assert widened(GRID, [8, 16], [8, 16]) == [4, 32]
    assert widened(GRID, [1, 64], [64]) == [32]
    assert widened(GRID, GRID, [8]) == []
    assert widened(GRID, [8, 16], []) == []
