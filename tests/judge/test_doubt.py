"""Which figures are suspect, and on which rounds the others stand."""

import pandas as pd

from scripts.judge.doubt import doubts, trusted
from tests.frames import frame, timed

LOADED = "host loaded: other processes used 58% of the CPU"


def told(*rows: list[dict[str, object]]) -> list[tuple[int, str]]:
    """The block and the doubt of each row that a figure stands on."""
    known = trusted(frame(*rows))
    return list(zip(known["block"], known["doubt"], strict=True))


def test_without_suspect_rounds_no_figure_is_suspect() -> None:
    assert told(timed([1.0, 2.0])) == [(0, ""), (1, "")]


def test_where_three_rounds_are_sound_the_suspect_ones_count_nowhere() -> None:
    rows = timed([1.0, 9.0, 1.0, 1.0], suspect=["", LOADED, "", ""])
    assert told(rows) == [(0, ""), (2, ""), (3, "")]


def test_of_fewer_sound_rounds_the_figure_is_suspect_and_stands_on_all() -> None:
    rows = timed([1.0, 9.0, 1.0], suspect=["", LOADED, "unsteady worker"])
    assert told(rows) == [(block, f"{LOADED}; unsteady worker") for block in range(3)]


def test_a_process_that_is_suspect_is_so_at_every_number_of_epochs() -> None:
    rows = [*timed([9.0], suspect=LOADED), *timed([9.0], epochs=10)]
    assert told(rows) == [(0, LOADED)] * 2


def test_another_side_batch_size_or_repeat_is_not_doubted_with_it() -> None:
    loaded = timed([9.0], suspect=LOADED)
    others = [timed([1.0], side="cuda"), timed([1.0], batch_size=8), timed([1.0], again=True)]
    assert told(loaded, *others) == [(0, LOADED), (0, ""), (0, ""), (0, "")]


def test_suspect_cells_are_counted_file_by_file_with_all_that_was_said() -> None:
    rows = [
        *timed([9.0, 9.0], suspect=[LOADED, "unsteady worker"], side="cuda"),
        *timed([9.0, 9.0], epochs=10, side="cuda"),
        *timed([1.0, 1.0]),
        *timed([1.0], file="quiet.json"),
    ]
    expected = {"file": "a.json", "suspect": 2, "cells": 3, "why": f"{LOADED}; unsteady worker"}
    (found,) = doubts(trusted(frame(rows))).to_dict("records")
    assert {name: found[name] for name in expected} == expected


def test_a_table_without_a_timed_round_has_no_doubts() -> None:
    empty: pd.DataFrame = frame(timed([1.0])).head(0)
    assert doubts(trusted(empty)).empty
