"""Verdicts and break-even in words."""

import pandas as pd
import pytest

from scripts.figures.total import break_even_lines
from scripts.words.verdicts import answer, break_even_words, sure_words
from tests.write.test_crossover_words import curve


@pytest.mark.parametrize(
    ("kind", "upper", "words"),
    [
        ("after", 18, "14 [11 to 18]"),
        ("after", pd.NA, "14 [11 to ∞]"),
        ("until", 18, "faster until 14 [11 to 18]"),
        ("never", pd.NA, "never"),
    ],
)
def test_break_even_epochs_are_said_with_their_interval(
    kind: str, upper: object, words: str
) -> None:
    assert break_even_words({"kind": kind, "epochs": 14, "lower": 11, "upper": upper}) == words


def test_a_side_that_is_never_surely_ahead_is_not_called_faster_until_then() -> None:
    row = {"kind": "until", "epochs": 1, "lower": 0, "upper": 3, "side": "cpu"}
    words = "slower from epoch 3 on at the latest"
    assert break_even_words(row) == words
    assert break_even_lines(pd.DataFrame([row])) == [words]


def test_an_answer_counts_what_was_decided() -> None:
    cells = pd.DataFrame(
        {
            "scope": ["warm", "total", "total", "total"],
            "verdict": ["slower", "slower", "undecided", "suspect"],
            "blocks": 5,
        }
    )
    words = answer(cells, pd.DataFrame([curve("never")]))
    assert words.endswith("it is slower in 1 and undecided in 1 of 2 compared cells.")


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["undecided", "undecided"], "which takes 3 repetitions or more."),
        (["suspect", "undecided"], "none of 2 comparisons is decided; 1 suspect."),
    ],
)
def test_repetitions_are_asked_for_only_where_nothing_is_suspect(
    verdicts: list[str], words: str
) -> None:
    assert sure_words(pd.DataFrame({"verdict": verdicts, "blocks": [2, 2]})).endswith(words)


def test_what_was_not_measured_is_no_comparison() -> None:
    known = {"adjustment": ["bh"] * 3, "blocks": [5, 5, 0]}
    rows = pd.DataFrame({"verdict": ["slower", "undecided", "not measured"], **known})
    assert sure_words(rows).startswith("How sure: 1 of 2 comparisons is decided")
    assert sure_words(rows.tail(1)) == "How sure: none of 1 comparison is decided."
