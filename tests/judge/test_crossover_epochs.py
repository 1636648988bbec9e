from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.judge.break_even import break_even
from tests.frames import Row, absent, frame, timed

JITTER = np.array([-0.01, -0.005, 0.0, 0.005, 0.01])


def side_of(name: str, *, cold: float, epoch: float, spread: float = 1.0, **axes: Any) -> list[Row]:
    order = JITTER if name == "cpu" else JITTER[[2, 4, 0, 1, 3]]
    seconds = epoch * (1 + spread * order)
    return timed(seconds.tolist(), side=name, cold=cold, **axes)


def rounds(gpu: tuple[float, float], cpu: tuple[float, float], **options: Any) -> pd.DataFrame:
    return frame(
        side_of("cpu", cold=cpu[0], epoch=cpu[1], **options),
        side_of("cuda", cold=gpu[0], epoch=gpu[1], **options),
    )


def only(table: pd.DataFrame) -> pd.Series:
    answer = break_even(table)
    assert len(answer) == 1
    return answer.iloc[0]


def test_a_slow_start_is_made_up_for_after_the_number_of_epochs_that_solves_the_equation() -> None:
    row = only(rounds((10.0, 0.5), (0.0, 1.0)))
    assert (row["kind"], row["epochs"]) == ("after", 20)
    assert 18 <= row["lower"] <= 20 <= row["upper"] <= 22
    assert row["blocks"] == 5


@pytest.mark.parametrize(
    ("gpu", "cpu", "kind"),
    [
        ((10.0, 1.2), (0.0, 1.0), "never"),
        ((0.1, 0.5), (0.0, 1.0), "from the first epoch"),
        ((0.0, 1.0), (0.0, 1.0), "too close"),
        ((0.0, 1.2), (9.0, 1.0), "until"),
    ],
)
def test_never_and_from_the_first_epoch_are_answers(
    gpu: tuple[float, float], cpu: tuple[float, float], kind: str
) -> None:
    row = only(rounds(gpu, cpu))
    assert row["kind"] == kind
    assert row["reason"] == ""


def test_never_and_from_the_first_epoch_have_no_number() -> None:
    row = only(rounds((10.0, 1.2), (0.0, 1.0)))
    assert row[["epochs", "lower", "upper"]].isna().all()


def test_a_break_even_within_the_first_epochs_begins_at_zero() -> None:
    row = only(rounds((0.48, 0.5), (0.0, 1.0), spread=3.0))
    assert (row["kind"], row["lower"]) == ("after", 0)
    assert 1 <= row["upper"] <= 2


@pytest.mark.parametrize(("side", "kind"), [("cuda", "after"), ("cpu", "until")])
def test_where_the_mean_is_ahead_from_the_first_epoch_the_number_is_one(
    side: str, kind: str
) -> None:
    table = rounds((0.0, 0.8), (4.0, 1.0))
    table.loc[table["side"] == "cuda", "cold_start_seconds"] = [0.01, 0.5, 2.0, 8.0, 20.0]
    bases = {"cuda": "cpu", "cpu": "cuda"}
    row = only(table.assign(base=table["side"].map(lambda own: bases[own] if own == side else "")))
    assert (row["kind"], row["epochs"], row["lower"]) == (kind, 1, 0)


def test_warm_epochs_that_are_too_close_leave_the_upper_end_open() -> None:
    row = only(rounds((10.0, 0.999), (0.0, 1.0)))
    assert row["kind"] == "undecided"
    assert row["reason"] == "warm epochs are too close: no number of epochs can be told"
    assert row["lower"] > 100
    assert pd.isna(row["upper"])


def test_warm_epochs_of_unknown_sign_leave_the_upper_end_open() -> None:
    row = only(rounds((10.0, 0.95), (0.0, 1.0), spread=5.0))
    assert row["kind"] == "undecided"
    assert row["reason"] == "it is undecided whose warm epochs are faster"
    assert row["lower"] > 20
    assert pd.isna(row["upper"])


@pytest.mark.parametrize(
    ("gpu", "cpu", "kind", "mirrored"),
    [
        ((10.0, 0.5), (0.0, 1.0), "after", "until"),
        ((10.0, 1.2), (0.0, 1.0), "never", "from the first epoch"),
        ((10.0, 0.95), (0.0, 1.0), "undecided", "undecided"),
    ],
)
def test_swapping_the_sides_mirrors_the_answer(
    gpu: tuple[float, float], cpu: tuple[float, float], kind: str, mirrored: str
) -> None:
    table = rounds(gpu, cpu, spread=2.0 if kind == "undecided" else 1.0)
    swapped = table.assign(
        side=table["side"].map({"cpu": "cuda", "cuda": "cpu"}),
        base=table["base"].map({"cpu": "", "": "cpu"}),
    )
    one, other = only(table), only(swapped)
    assert (one["kind"], other["kind"]) == (kind, mirrored)
    numbers = ["epochs", "lower", "upper"]
    assert one[numbers].fillna(-1).tolist() == other[numbers].fillna(-1).tolist()


def test_cells_without_numbers_or_under_suspicion_keep_their_reason() -> None:
    table = frame(
        side_of("cpu", cold=0.0, epoch=1.0),
        absent("unsupported", side="cuda"),
        side_of("cpu", cold=0.0, epoch=1.0, batch_size=128),
        side_of("cuda", cold=9.0, epoch=0.5, batch_size=128, suspect="throttled"),
    )
    answer = break_even(table)
    assert answer["kind"].tolist() == ["not measured", "suspect"]
    assert answer["reason"].tolist() == ["cuda: unsupported", "throttled"]
    assert answer[["epochs", "lower", "upper"]].isna().all(axis=None)


def test_the_interval_holds_the_true_number_of_epochs_as_often_as_it_should() -> None:
    random = np.random.default_rng(4)
    cells, blocks, truth = 500, 5, 40.5
    rows = []
    for size in range(1, cells + 1):
        for name, cold, epoch in (("cpu", 0.0, 1.0), ("cuda", truth * 0.3, 0.7)):
            factor = np.exp(random.normal(0.0, 0.02, blocks))
            own = timed((epoch * factor).tolist(), side=name, batch_size=size)
            for row, start in zip(
                own, cold * np.exp(random.normal(0.0, 0.05, blocks)), strict=True
            ):
                row["cold_start_seconds"] = start
            rows.append(own)
    answer = break_even(frame(*rows))
    assert set(answer["kind"]) <= {"after", "undecided"}
    held = (answer["lower"] <= truth) & (answer["upper"].fillna(10**9) >= truth)
    assert 0.94 <= held.mean() <= 0.99  # whole epochs make it wider than 95 %
