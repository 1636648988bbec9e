"""Which side meets which, and when two sides have not done the same work."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.judge.pairs import with_base
from scripts.judge.verdicts import verdicts
from scripts.read.document import ResultError
from tests.frames import frame, timed

SLOWER = [1.18, 1.22, 1.19, 1.21, 1.20]
SIDES = (
    timed([1.0] * 5),
    timed([s / 2 for s in SLOWER], side="cpu+threads=1"),
    timed(SLOWER, side="cuda"),
    timed([s / 4 for s in SLOWER], side="cuda:1"),
)


def told(rounds: pd.DataFrame) -> list[dict[Any, Any]]:
    return verdicts(rounds, scope="warm").to_dict("records")


def judged(rounds: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(row["side"], row["base"]): row["verdict"] for row in told(rounds)}


def test_every_side_meets_the_base_which_is_the_cpu_where_nothing_else_is_named() -> None:
    assert judged(frame(*SIDES)) == {
        ("cpu+threads=1", "cpu"): "faster",
        ("cuda", "cpu"): "slower",
        ("cuda:1", "cpu"): "faster",
    }


def test_two_accelerators_are_a_pair_as_any_other() -> None:
    assert judged(frame(*SIDES[2:])) == {("cuda:1", "cuda"): "faster"}


def test_another_measured_side_can_be_the_base() -> None:
    assert judged(with_base(frame(*SIDES), "cpu+threads=1")) == {
        ("cpu", "cpu+threads=1"): "slower",
        ("cuda", "cpu+threads=1"): "slower",
        ("cuda:1", "cpu+threads=1"): "faster",
    }


def test_a_base_that_a_file_lacks_is_refused_with_the_sides_that_it_has() -> None:
    with pytest.raises(ResultError) as caught:
        with_base(frame(*SIDES), "mps")
    assert str(caught.value) == (
        "a.json: --base: 'mps' is no side of this file; it has: cpu, cpu+threads=1, cuda, cuda:1"
    )


def test_a_remedy_meets_the_plain_side_of_its_device_in_a_family_of_its_own() -> None:
    more = timed([s / 8 for s in SLOWER], side="cuda+bf16")
    table = verdicts(frame(*SIDES, more, sides=["cpu", "cuda"]), scope="warm")
    told = {
        (row["side"], row["base"], row["family"], row["cells"]) for row in table.to_dict("records")
    }
    assert told == {
        ("cuda", "cpu", "sides", 1),
        ("cpu+threads=1", "cpu", "cpu", 1),
        ("cuda+bf16", "cuda", "cuda", 1),
        ("cuda:1", "cpu", "cuda:1", 1),
    }


@pytest.mark.parametrize(
    ("side", "loss", "words"),
    [
        ("cuda", 0.44, ""),
        ("cuda", 0.46, "another loss than cpu's"),
        ("cuda+bf16", 0.46, ""),
        ("cuda+bf16", 0.55, "another loss than cpu's"),
    ],
)
def test_another_held_out_loss_is_other_work_and_a_coarser_number_format_may_differ_more(
    side: str, loss: float, words: str
) -> None:
    rounds = frame(timed([1.0] * 5), timed(SLOWER, side=side))
    losses = np.where(rounds["side"] == "cpu", 0.40, loss)
    (row,) = told(rounds.assign(loss=losses, evaluated_after_epochs=2))
    assert (row["verdict"], row["reason"]) == (("suspect", words) if words else ("slower", ""))
    (row,) = told(rounds.assign(loss=losses, evaluated_after_epochs=np.arange(10)))
    assert row["reason"] == ""
