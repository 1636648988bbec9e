"""Ticks: round numbers, three or more, and not more than fit."""

import pytest

from scripts.figures.axes import log_ticks, short_seconds


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0.01, 100, 6, [0.01, 0.1, 1, 10, 100]),
        (1.5, 40, 6, [3, 10, 30]),
        (0.9, 8.8, 6, [1, 2, 5]),
        (1.1, 7, 6, [2, 3, 5]),
        (1.1, 4.9, 6, [1.5, 2, 3]),
        (0.94, 1.55, 6, [1, 1.2, 1.4]),
    ],
)
def test_ticks_are_the_roundest_of_which_there_are_three(
    low: float, high: float, most: int, ticks: list[float]
) -> None:
    assert log_ticks(low, high, most=most) == pytest.approx(ticks)


def test_of_too_many_ticks_every_other_is_left_out_and_the_decades_stay() -> None:
    assert log_ticks(1e-6, 1, most=4) == pytest.approx([1e-6, 1e-4, 1e-2, 1])
    assert 1.0 in log_ticks(0.96, 1.06, most=4)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.01, "10 ms"), (1.5, "1.5 s"), (0.00099999, "1,000 µs"), (5e3, "5,000 s")],
)
def test_a_tick_of_seconds_is_short_and_has_its_thousands_apart(seconds: float, words: str) -> None:
    assert short_seconds(seconds) == words
