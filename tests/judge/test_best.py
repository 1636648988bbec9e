"""Plain against plain, and best against best, on rounds with known seconds."""

import numpy as np
import pandas as pd
import pytest

from scripts.judge.best import COLUMNS, best_against_best
from tests.frames import Row, frame, timed

SIDES = ["cpu", "cuda", "mps"]


def side(name: str, seconds: float, **axes: object) -> list[Row]:
    return timed([seconds, seconds * 1.1, seconds * 0.9], side=name, **axes)  # type: ignore[arg-type]


def rows(*parts: list[Row]) -> pd.DataFrame:
    return best_against_best(frame(*parts, sides=SIDES)).set_index("side")


def test_each_device_is_shown_as_it_comes_and_with_the_best_that_was_tried() -> None:
    table = rows(
        side("cpu", 2.0), side("cpu+malloc=keep", 1.0), side("cpu+bf16", 4.0),
        side("cuda", 3.0), side("cuda+compile", 0.5), side("mps", 6.0),
    )  # fmt: skip
    assert table.reset_index()[list(COLUMNS)].columns.tolist() == COLUMNS
    cuda = table.loc["cuda"]
    assert (cuda["base"], cuda["best_side"], cuda["best_base"]) == (
        "cpu", "cuda+compile", "cpu+malloc=keep",
    )  # fmt: skip
    assert (cuda["ratio"], cuda["best_ratio"]) == pytest.approx((1.5, 0.5))
    assert (table.loc["mps", "best_side"], table.loc["mps", "best_ratio"]) == ("mps", 6.0)


def test_a_side_that_trains_to_another_loss_is_never_the_best() -> None:
    parts = [side("cpu", 2.0), side("cuda", 3.0), side("cuda+bf16", 0.5)]
    rounds = frame(*parts, sides=SIDES).assign(evaluated_after_epochs=2)
    losses = rounds["side"].map({"cuda+bf16": 0.6}).fillna(0.4)
    (row,) = best_against_best(rounds.assign(loss=losses)).to_dict("records")
    both = losses.mask(rounds["device"] == "cuda", 0.6)  # then neither did the CPU's work
    assert best_against_best(rounds.assign(loss=both)).empty
    assert (row["best_side"], row["best_ratio"]) == ("cuda", pytest.approx(1.5))


def test_a_device_that_was_not_measured_plain_has_no_plain_ratio() -> None:
    fast = side("cuda+bf16", 1.0)
    (row,) = best_against_best(frame(side("cpu", 2.0), fast)).to_dict("records")
    assert np.isnan(row["ratio"])
    assert (row["best_side"], row["best_ratio"]) == ("cuda+bf16", pytest.approx(0.5))


def test_two_rounds_and_one_device_are_nothing_to_compare() -> None:
    assert best_against_best(frame(side("cpu", 2.0), side("cpu+bf16", 1.0))).empty
    few = timed([1.0, 1.0], side="cuda")
    assert best_against_best(frame(side("cpu", 2.0), few)).empty
