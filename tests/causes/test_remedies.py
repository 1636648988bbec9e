"""Gains of remedies on small tables with known answers."""

from typing import Any

import pandas as pd
import pytest

from scripts.judge.break_even import break_even
from scripts.judge.verdicts import verdicts
from scripts.read.sides import SIDES
from scripts.why.remedies import BATCH, OF_RUN, REMEDY, remedies
from scripts.words.remedies import batch_line, best_remedies, remedy_line, remedy_words
from scripts.words.settings import settings_words
from tests.frames import Row, absent, frame, timed

PLAIN = [1.0, 1.01, 0.99, 1.0, 1.0]


def rounds(side: str, seconds: list[float], *, cold: float = 0.01, **axes: Any) -> list[Row]:
    """A row a block of a side with these warm epoch seconds."""
    return timed(seconds, side=side, cold=cold, **({"batch_size": 8} | axes))


def judged(*rows: list[Row], sides: tuple[str, ...] = ("cpu",)) -> pd.DataFrame:
    """The remedies of a run that was asked for `sides`; all others are remedies and rungs."""
    table = frame(*rows, sides=sides)
    return remedies(
        verdicts(table, scope="warm"), break_even(table), table[table["family"] == SIDES]
    )


def one(table: pd.DataFrame, side: str) -> dict[Any, Any]:
    (row,) = table[table["side"] == side].to_dict("records")
    return row


def test_a_remedy_is_x_times_faster_than_the_plain_side_with_an_interval() -> None:
    faster = rounds("cpu+fused", [second / 1.5 for second in PLAIN])
    row = one(judged(rounds("cpu", PLAIN), rounds("cpu", PLAIN, again=True), faster), "cpu+fused")
    assert row["gain"] == pytest.approx(1.5)
    assert row["lo"] <= 1.5 <= row["hi"]
    assert (row["verdict"], row["kind"], row["pays_off"]) == (
        "faster",
        REMEDY,
        "from the first epoch",
    )
    assert (row["base"], row["remedy"]) == ("cpu", "fused")


def test_a_remedy_that_costs_time_is_called_slower() -> None:
    row = one(judged(rounds("cpu", PLAIN), rounds("cpu+bf16", [2.0] * 5)), "cpu+bf16")
    assert (row["verdict"], row["pays_off"]) == ("slower", "never")
    assert row["gain"] == pytest.approx(0.5, rel=0.01)


def test_what_makes_no_difference_is_too_close() -> None:
    table = judged(rounds("cpu", PLAIN), rounds("cpu+threads=1", PLAIN))
    assert one(table, "cpu+threads=1")["verdict"] == "too close"


def test_a_compilation_pays_off_after_the_epochs_that_earn_it_back() -> None:
    compiled = rounds("cpu+compile", [0.5] * 5, cold=10.0)
    row = one(judged(rounds("cpu", [1.0] * 5, cold=0.0), compiled), "cpu+compile")
    assert (row["pays_off"], row["epochs"]) == ("after", 20)


def test_a_remedy_without_a_time_says_why() -> None:
    why = "TF32 is a number format of cuda devices"
    lost = absent("unsupported", side="cpu+tf32", detail=why, batch_size=8)
    row = one(judged(rounds("cpu", PLAIN), lost), "cpu+tf32")
    assert row["verdict"] == "not measured"
    assert remedy_words(row) == f"cpu+tf32: unsupported ({why})"


def test_each_device_has_remedies_of_its_own() -> None:
    table = judged(
        rounds("cpu", PLAIN), rounds("cpu+bf16", [0.5] * 5),
        rounds("cuda", [9.0] * 5), rounds("cuda+bf16", [18.0] * 5),
        sides=("cpu", "cuda"),
    )  # fmt: skip
    found = {row["base"]: row["verdict"] for row in table.to_dict("records")}
    assert found == {"cpu": "faster", "cuda": "slower"}


def test_a_side_of_the_run_is_told_apart_from_remedies() -> None:
    own = rounds("cpu+malloc=keep", [0.5] * 5)
    table = judged(rounds("cpu", PLAIN), own, sides=("cpu", "cpu+malloc=keep"))
    assert one(table, "cpu+malloc=keep")["kind"] == OF_RUN
    assert remedy_line(table) == ""


def test_rungs_of_the_ladder_are_no_remedies() -> None:
    assert judged(rounds("cpu", PLAIN), rounds("cpu+loop=course", [4.0] * 5)).empty


@pytest.mark.parametrize(
    ("side", "base", "remedy", "words"),
    [
        ("cuda+tf32+compile", "cuda", "tf32+compile", "TF32 and torch.compile"),
        ("cuda+bf16+compile=max-autotune", "cuda+bf16", "compile=max-autotune",
         "torch.compile max-autotune"),
        ("cpu*2", "cpu", "*2", "data parallel over 2"),
        ("cuda:1*4+bf16", "cuda:1", "*4+bf16", "data parallel over 4 and bf16 autocast"),
        ("cpu+threads=1", "cpu", "threads=1", "1 thread"),
        ("cpu", "cpu+threads=1", "plain", "no setting at all"),
        ("cpu+malloc=keep", "cpu", "malloc=keep", "keeping freed memory"),
        ("cpu+odd", "cpu", "odd", "odd"),
    ],
)  # fmt: skip
def test_a_remedy_is_what_a_side_has_beyond_its_base_and_has_a_name_for_people(
    side: str, base: str, remedy: str, words: str
) -> None:
    table = judged(rounds(base, PLAIN), rounds(side, PLAIN), sides=(base,))
    assert one(table, side)["remedy"] == remedy
    assert settings_words(remedy) == words


def test_another_device_is_no_remedy() -> None:
    assert judged(rounds("cuda", PLAIN), rounds("cuda:1", PLAIN), sides=("cuda", "cuda:1")).empty


def grid_rounds() -> list[Row]:
    sizes = ((8, PLAIN), (32, [0.5] * 5), (128, [0.2] * 5))
    return [row for size, seconds in sizes for row in rounds("cpu", seconds, batch_size=size)]


def test_larger_batch_sizes_of_the_grid_are_told_out_of_the_runs_own_rounds() -> None:
    table = judged([row | {"loss": 1 / row["batch_size"]} for row in grid_rounds()])
    assert set(table["kind"]) == {BATCH}
    gains = {(row["batch_size"], row["remedy"]): row["gain"] for row in table.to_dict("records")}
    assert gains == pytest.approx(
        {(8, "batch size 32"): 2.0, (8, "batch size 128"): 5.0, (32, "batch size 128"): 2.5},
        rel=0.01,
    )
    assert batch_line(table) == (
        "An epoch at batch size 128 is 5.0x faster than at 8 "
        "(fewer, larger steps: it learns differently)."
    )


def test_the_best_remedy_is_the_one_with_the_largest_sure_gain() -> None:
    table = judged(
        rounds("cpu", PLAIN), rounds("cpu+fused", [0.8] * 5),
        rounds("cpu+compile", [0.5] * 5, cold=5.0), rounds("cpu+for-loop", [9.0] * 5),
    )  # fmt: skip
    (best,) = best_remedies(table).to_dict("records")
    assert best["side"] == "cpu+compile"
    assert remedy_line(table) == (
        "Best remedy: torch.compile (cpu+compile) at batch size 8 (2.0x [1.98 to 2.0] faster, pays "
        "off after 10 [9 to 11] epochs)."
    )


def test_where_nothing_helps_the_line_says_what_was_tried() -> None:
    table = judged(rounds("cpu", PLAIN), rounds("cpu+bf16", [2.0] * 5))
    assert remedy_line(table) == "No remedy made it surely faster (cpu+bf16)."


def test_what_could_not_be_timed_was_not_tried() -> None:
    lost = absent("unsupported", side="cpu+tf32", batch_size=8)
    assert remedy_line(judged(rounds("cpu", PLAIN), lost)) == ""


def test_suspect_remedies_have_no_verdict_and_the_line_says_so() -> None:
    doubted = rounds("cpu+bf16", [0.5] * 5, suspect="host loaded")
    table = judged(rounds("cpu", PLAIN), doubted)
    assert remedy_line(table) == (
        "No verdict on any remedy (cpu+bf16): the measurements are suspect."
    )
    words = remedy_words(one(table, "cpu+bf16"))
    assert words.startswith("suspect (2.0x")
    assert "host loaded" in words


def words_of(side: str, seconds: list[float], **axes: Any) -> str:
    return remedy_words(one(judged(rounds("cpu", PLAIN), rounds(side, seconds, **axes)), side))


def test_a_remedy_is_told_in_words_with_interval_and_break_even() -> None:
    assert words_of("cpu+fused", [second / 1.5 for second in PLAIN]) == (
        "1.50x [1.50 to 1.50] faster, pays off from the first epoch"
    )
    late = words_of("cpu+compile", [0.5, 0.51, 0.49, 0.5, 0.5], cold=10.0)
    assert late.startswith("2.0x [")
    assert ", pays off after 20 [" in late
    assert words_of("cpu+for-loop", [2.0] * 5).endswith("] slower")
    assert words_of("cpu+threads=1", PLAIN).startswith("too close (1.0")
