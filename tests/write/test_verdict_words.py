"""Verdicts, break-even and absences in words."""

import pandas as pd
import pytest

from scripts.words.verdicts import absences, answer, break_even_words, question
from tests.write.test_crossover_words import curve


@pytest.mark.parametrize(
    ("kind", "upper", "words"),
    [
        ("after", 18, "14 [11, 18]"),
        ("after", pd.NA, "14 [11, ∞]"),
        ("until", 18, "faster until 14 [11, 18]"),
        ("never", pd.NA, "never"),
    ],
)
def test_break_even_epochs_are_said_with_their_interval(
    kind: str, upper: object, words: str
) -> None:
    assert break_even_words({"kind": kind, "epochs": 14, "lower": 11, "upper": upper}) == words


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


def test_absences_name_epochs_only_where_a_batch_size_has_other_times() -> None:
    rows = pd.DataFrame(
        [
            (8, 1, pd.NA, "oom", "a"),
            (8, 2, pd.NA, "oom", "b"),
            (32, 1, 0, "", ""),
            (32, 2, pd.NA, "oom", "a"),
        ],
        columns=["batch_size", "epochs", "block", "reason", "detail"],
    ).assign(side="cuda")
    assert absences(rows) == ["cuda: oom at batch size 8, 32 (2 epochs) (a) and 1 more"]


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], "How long does training take, and why?"),
        ([("cuda", "cpu")] * 2, "Where is cuda slower than cpu?"),
        ([("cuda", "cpu"), ("cpu*2", "cpu")], "Where are cuda and cpu*2 slower than cpu?"),
        ([("cuda", "cpu"), ("cuda", "cuda:1")], "Which side is slower, and where?"),
    ],
)
def test_the_question_of_a_page_names_the_sides(pairs: list[tuple[str, str]], words: str) -> None:
    assert question(pairs) == words
