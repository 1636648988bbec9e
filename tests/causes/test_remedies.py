"""Gains of remedies on small tables with known answers."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from scripts.read.studies import VARIANTS
from scripts.why.remedies import remedies
from scripts.words.remedies import batch_line, best_remedies, remedy_line, remedy_words
from tests.frames import frame, timed


def variant(
    name: str,
    seconds: Sequence[float],
    *,
    cold: float = 0.01,
    arm: str = "first",
    loss: float = 0.5,
    **axes: Any,
) -> list[dict[str, Any]]:
    """A row a block of a variant with these warm epoch seconds."""
    cell = {
        "file": "a.json", "machine": "a", "workload": "mlp", "batch_size": 8, "device": "cpu",
        "threads": 0, "device_label": "cpu", "applied": False, "suspect": "", "reason": "",
        "detail": "",
    }  # fmt: skip
    return [
        cell
        | {
            "variant": name,
            "arm": arm,
            "block": block,
            "cold_start_seconds": cold,
            "epoch_seconds": second,
            "step_seconds": second / 8,
            "first_loss": 2.3,
            "loss": loss,
            "score": 0.9,
            "evaluated_after_epochs": 2,
        }
        | axes
        for block, second in enumerate(seconds)
    ]


def lost(name: str, reason: str, detail: str, **axes: Any) -> list[dict[str, Any]]:
    """The row of a variant without a time."""
    (row,) = variant(name, [1.0], **axes)
    nothing = dict.fromkeys(["block", "cold_start_seconds", "epoch_seconds", "step_seconds"])
    return [row | nothing | {"reason": reason, "detail": detail}]


PLAIN = [1.0, 1.01, 0.99, 1.0, 1.0]
NO_ROUNDS = frame(timed([1.0], file="other.json"))


def judged(*rows: list[dict[str, Any]], rounds: pd.DataFrame = NO_ROUNDS) -> pd.DataFrame:
    table = pd.DataFrame([one for part in rows for one in part], columns=VARIANTS)
    table = table.astype({"block": "Int64", "evaluated_after_epochs": "Int64"})
    for name in ("cold_start_seconds", "epoch_seconds", "step_seconds"):
        table[name] = table[name].astype(float)
    return remedies(table, rounds.assign(device_label=rounds["device"]))


def one(table: pd.DataFrame, remedy: str) -> dict[Any, Any]:
    (row,) = table[table["remedy"] == remedy].to_dict("records")
    return row


def test_a_remedy_is_x_times_faster_than_the_plain_cell_with_an_interval() -> None:
    table = judged(
        variant("plain", PLAIN), variant("plain", PLAIN, arm="again"),
        variant("fused-optimizer", [second / 1.5 for second in PLAIN]),
    )  # fmt: skip
    row = one(table, "fused-optimizer")
    assert row["gain"] == pytest.approx(1.5)
    assert row["lo"] <= 1.5 <= row["hi"]
    assert (row["verdict"], row["kind"], row["pays_off"]) == (
        "faster",
        "remedy",
        "from the first epoch",
    )


def test_a_remedy_that_costs_time_is_called_slower() -> None:
    row = one(judged(variant("plain", PLAIN), variant("bf16", [2.0] * 5)), "bf16")
    assert (row["verdict"], row["pays_off"]) == ("slower", "never")
    assert row["gain"] == pytest.approx(0.5, rel=0.01)


def test_what_makes_no_difference_is_too_close() -> None:
    row = one(judged(variant("plain", PLAIN), variant("one-thread", PLAIN)), "one-thread")
    assert row["verdict"] == "too close"


def test_a_compilation_pays_off_after_the_epochs_that_earn_it_back() -> None:
    plain = variant("plain", [1.0] * 5, cold=0.0)
    row = one(judged(plain, variant("compile", [0.5] * 5, cold=10.0)), "compile")
    assert (row["pays_off"], row["epochs"]) == ("after", 20)


def test_a_remedy_that_the_plain_cell_has_counts_by_what_leaving_it_out_costs() -> None:
    left_out = variant("flush-denormals", [3.0] * 5, applied=True)
    row = one(judged(variant("plain", PLAIN), left_out), "flush-denormals")
    assert row["gain"] == pytest.approx(3.0, rel=0.01)
    assert row["lo"] < 3.01 < row["hi"] * 1.01
    assert (row["verdict"], row["applied"]) == ("faster", True)
    assert row["pays_off"] == ""


def test_a_variant_without_a_time_says_why() -> None:
    why = "TF32 is a number format of cuda devices, this is cpu"
    row = one(judged(variant("plain", PLAIN), lost("tf32", "unsupported", why)), "tf32")
    assert row["verdict"] == "unsupported"
    assert row["reason"] == f"unsupported ({why})"


def test_a_remedy_that_trains_to_another_loss_is_suspect() -> None:
    row = one(judged(variant("plain", PLAIN), variant("bf16", [0.5] * 5, loss=0.6)), "bf16")
    assert row["verdict"] == "suspect"
    assert "another loss" in row["reason"]


def test_the_margin_is_the_plain_cells_own_noise() -> None:
    noisy = variant("plain", [1.2 * second for second in PLAIN], arm="again")
    row = one(judged(variant("plain", PLAIN), noisy, variant("compile", [0.9] * 5)), "compile")
    assert row["verdict"] in ("too close", "undecided")


def test_devices_are_families_of_their_own() -> None:
    table = judged(
        variant("plain", PLAIN), variant("bf16", [0.5] * 5),
        variant("plain", [9.0] * 5, device="cuda"), variant("bf16", [18.0] * 5, device="cuda"),
    )  # fmt: skip
    verdicts = {row["device"]: row["verdict"] for row in table.to_dict("records")}
    assert verdicts == {"cpu": "faster", "cuda": "slower"}


def test_rungs_of_the_ladder_are_no_remedies() -> None:
    table = judged(variant("plain", PLAIN), variant("loop-course", [4.0] * 5))
    assert one(table, "loop-course")["kind"] == "ladder"
    assert remedy_line(table) == ""


def grid_rounds() -> pd.DataFrame:
    return frame(
        *[
            timed(seconds, batch_size=size)
            for size, seconds in ((8, PLAIN), (32, [0.5] * 5), (128, [0.2] * 5))
        ]
    )


def test_larger_batch_sizes_of_the_grid_are_remedies_out_of_the_runs_own_rounds() -> None:
    table = judged(variant("plain", PLAIN), rounds=grid_rounds())
    gains = {
        (row["batch_size"], row["remedy"]): row["gain"]
        for row in table[table["kind"] == "batch size"].to_dict("records")
    }
    assert gains == pytest.approx(
        {(8, "batch-size-32"): 2.0, (8, "batch-size-128"): 5.0, (32, "batch-size-128"): 2.5},
        rel=0.01,
    )
    assert batch_line(table) == (
        "An epoch at batch size 128 is 5.0x faster than at 8 "
        "(fewer, larger steps: it learns differently)."
    )


def test_a_file_without_variants_has_no_remedies() -> None:
    assert judged().empty


def test_the_best_remedy_is_the_one_with_the_largest_sure_gain() -> None:
    table = judged(
        variant("plain", PLAIN), variant("fused-optimizer", [0.8] * 5),
        variant("compile", [0.5] * 5, cold=5.0),
        variant("flush-denormals", [9.0] * 5, applied=True),
    )  # fmt: skip
    (best,) = best_remedies(table).to_dict("records")
    assert best["remedy"] == "compile"
    assert remedy_line(table) == (
        "Best remedy: compile at batch size 8 (2.0x [1.98, 2.0] faster, pays off after 10 [9, 11] "
        "epochs)."
    )


def test_where_nothing_helps_the_line_says_what_was_tried() -> None:
    table = judged(variant("plain", PLAIN), variant("bf16", [2.0] * 5))
    assert remedy_line(table) == "No remedy made it surely faster (bf16)."


def test_what_could_not_be_timed_was_not_tried() -> None:
    table = judged(variant("plain", PLAIN), lost("tf32", "unsupported", "no cuda"))
    assert remedy_line(table) == ""


def test_suspect_remedies_have_no_verdict_and_the_line_says_so() -> None:
    doubted = variant("bf16", [0.5] * 5, suspect="block 0: host loaded")
    assert remedy_line(judged(variant("plain", PLAIN), doubted)) == (
        "No verdict on any remedy (bf16): the measurements are suspect."
    )


def words_of(*rows: list[dict[str, Any]], remedy: str) -> str:
    return remedy_words(one(judged(variant("plain", PLAIN), *rows), remedy))


def test_a_remedy_is_told_in_words_with_interval_and_break_even() -> None:
    faster = variant("fused-optimizer", [second / 1.5 for second in PLAIN])
    assert words_of(faster, remedy="fused-optimizer") == (
        "1.50x [1.50, 1.50] faster, pays off from the first epoch"
    )
    late = variant("compile", [0.5, 0.51, 0.49, 0.5, 0.5], cold=10.0)
    assert words_of(late, remedy="compile").startswith("2.0x [")
    assert ", pays off after 20 [" in words_of(late, remedy="compile")
    assert words_of(variant("bf16", [2.0] * 5), remedy="bf16").endswith("] slower")
    assert words_of(variant("one-thread", PLAIN), remedy="one-thread").startswith("too close (1.0")


def test_a_remedy_without_a_verdict_is_told_with_its_reason() -> None:
    why = "TF32 is a number format of cuda devices, this is cpu"
    assert words_of(lost("tf32", "unsupported", why), remedy="tf32") == f"unsupported ({why})"
    doubted = variant("bf16", [0.5] * 5, suspect="block 0: host loaded")
    assert words_of(doubted, remedy="bf16").startswith("suspect (2.0x")
    assert "host loaded" in words_of(doubted, remedy="bf16")
    left_out = variant("flush-denormals", [3.0] * 5, applied=True)
    assert words_of(left_out, remedy="flush-denormals").startswith("on already: 3.0x [")
    assert words_of(left_out, remedy="flush-denormals").endswith("faster than without it")


def test_what_a_remedy_would_be_alone_is_said_of_the_remedy() -> None:
    """Not `faster`: there is no GPU in it; and mirrored where the plain cell has it."""
    faster = [0.92, 0.78, 0.95, 0.88, 0.76]
    others = [row for n in range(30) for row in variant(f"other-{n}", [0.9, 1.1, 1.0, 0.95, 1.05])]
    table = judged(
        variant("plain", PLAIN),
        variant("plain", PLAIN, arm="again"),
        variant("fused-optimizer", faster),
        variant("foreach-optimizer", faster, applied=True),
        others,
    ).set_index("remedy")
    fused, foreach = (table.loc[f"{name}-optimizer", "reason"] for name in ("fused", "foreach"))
    assert "faster alone, not among 32 cells; about " in str(fused)
    assert "slower alone, not among 32 cells; about " in str(foreach)
