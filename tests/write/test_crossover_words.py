"""Crossover batch sizes in words: the kind, and the number beside it."""

from typing import Any

import pytest

from scripts.words.crossovers import crossover_words, curve_words, number_sentence

NUMBERS: dict[str, Any] = {"crosses_at": 47.6, "crosses_from": 32.4, "crosses_to": 71.2}


def curve(kind: str, **more: object) -> dict[str, object]:
    sides = {"side": "cuda", "base": "cpu+threads=1"}
    return (
        sides | {"kind": kind, "lower": 32, "upper": 128, "crossings": "", "scope": "warm"} | more
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("interval", "between 32 and 128"),
        ("never", "none (slower up to 32)"),
        ("always", "none (faster from 128 on)"),
        ("above the grid", "above 32, if any"),
        ("undecided", "undecided"),
    ],
)
def test_a_crossover_is_said_in_few_words(kind: str, words: str) -> None:
    assert crossover_words(curve(kind)) == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("interval", "is slower than cpu+threads=1 up to batch size 32 and faster from 128 on"),
        ("reverse", "is faster than cpu+threads=1 up to batch size 32 and slower from 128 on"),
        ("above the grid", "is slower than cpu+threads=1 up to batch size 32; nothing is decided"),
        ("not measured", "could not be compared with cpu+threads=1"),
    ],
)
def test_a_sentence_names_what_a_side_is_compared_with(kind: str, words: str) -> None:
    assert curve_words(curve(kind)).startswith(words)


def test_a_curve_that_crosses_twice_is_reported_as_that() -> None:
    crossings = "to faster between 8 and 32; to slower between 128 and 512"
    row = curve("several", crossings=crossings)
    assert (
        crossover_words(row) == "several: to faster between 8 and 32; to slower between 128 and 512"
    )


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (NUMBERS, "48 [32 to 71]"),
        (NUMBERS | {"crosses_to": float("nan")}, "48 [32 to ?]"),
        (NUMBERS | {"crosses_from": float("nan"), "crosses_to": float("nan")}, "about 48"),
    ],
)
def test_the_number_stands_behind_the_bracket(numbers: dict[str, Any], words: str) -> None:
    assert crossover_words(curve("interval", **numbers)) == f"between 32 and 128: {words}"


@pytest.mark.parametrize(
    ("kind", "words"),
    [("never", "slower at 128, 512"), ("below the grid", "faster at 128, 512")],
)
def test_a_curve_that_crosses_where_one_side_is_not_decided_is_not_said_to_have_no_crossover(
    kind: str, words: str
) -> None:
    row = curve(kind, **NUMBERS, rests_on="128, 512")
    assert crossover_words(row) == f"48 [32 to 71]; decided: {words}"


def test_a_sentence_says_whether_the_number_has_an_interval_or_why_there_is_none() -> None:
    assert number_sentence(curve("reverse", **NUMBERS)) == (
        " The curve crosses at batch size 48 [32 to 71], with a 95 % interval."
    )
    point = NUMBERS | {"crosses_from": float("nan"), "crosses_to": float("nan")}
    assert number_sentence(curve("undecided", **point)).endswith("a point without an interval.")
    often = curve("interval", crosses_note="crosses more than once")
    assert "There is no single number" in number_sentence(often)
    assert number_sentence(curve("never", crosses_note="does not cross")) == ""
