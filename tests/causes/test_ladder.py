"""From the loop that is taught to the lean one, on small tables with known answers."""

from typing import Any

import pandas as pd
import pytest

from bench.loop import RUNGS
from scripts.read.studies import VARIANTS
from scripts.why.ladder import COLUMNS, ladder, largest_step, rung_words
from scripts.why.ladder import RUNGS as NAMED
from scripts.why.remedies import remedies
from scripts.words.remedies import ladder_line
from tests.causes.test_remedies import NO_ROUNDS, PLAIN, variant

TAUGHT = {"loop-course": 4.0, "loop-no-evaluation": 3.5, "loop-lean": 1.0}


def climbed(*rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame([one for part in rows for one in part], columns=VARIANTS)
    table = table.astype({"block": "Int64", "evaluated_after_epochs": "Int64"})
    for name in ("cold_start_seconds", "epoch_seconds", "step_seconds"):
        table[name] = table[name].astype(float)
    return ladder(table, remedies(table, NO_ROUNDS.assign(device_label="cpu")))


def rungs(seconds: dict[str, float], **axes: Any) -> list[list[dict[str, Any]]]:
    """The plain cell and rungs whose epochs take so many times its seconds."""
    taken = {"plain": 1.0} | seconds
    return [
        variant(name, [times * second for second in PLAIN], **axes) for name, times in taken.items()
    ]


def test_the_rungs_are_those_that_a_run_measures_in_their_order() -> None:
    assert list(NAMED) == list(RUNGS)


def test_each_rung_says_what_it_takes_what_it_saves_and_what_it_leaves_out() -> None:
    table = climbed(*rungs(TAUGHT)).set_index("rung")
    assert list(table.index) == ["loop-course", "loop-no-evaluation", "loop-lean"]
    assert table["epoch_seconds"].tolist() == pytest.approx([4.0, 3.5, 1.0])
    assert table["saved_seconds"].tolist()[1:] == pytest.approx([0.5, 2.5])
    assert table["times"].tolist() == pytest.approx([4.0, 3.5, 1.0])
    assert (table["lo"] <= table["times"]).all()
    assert (table["times"] <= table["hi"]).all()
    assert list(table["verdict"]) == ["slower", "slower", "too close"]
    assert table.loc["loop-lean", "leaves_out"] == "the DataLoader"


def test_where_data_is_copied_the_last_step_leaves_out_the_copies() -> None:
    names = [rung_words("loop-lean", device) for device in ("cuda", "cpu")]
    assert names == [
        ("resident data (lean loop)", "copying each minibatch"),
        ("slices, no DataLoader (lean loop)", "the DataLoader"),
    ]


def test_a_rung_without_a_time_passes_its_saving_on_to_the_next() -> None:
    (lost,) = variant("loop-slices", [1.0], device="cuda")
    nothing = dict.fromkeys(["block", "cold_start_seconds", "epoch_seconds", "step_seconds"])
    lost |= nothing | {"reason": "timeout", "detail": "too slow"}
    own = rungs({"loop-course": 4.0, "loop-lean": 1.0}, device="cuda")
    table = climbed(*own, [lost]).set_index("rung")
    assert table.loc["loop-slices", "verdict"] == "timeout"
    assert table.loc["loop-lean", "saved_seconds"] == pytest.approx(3.0)


def test_the_line_gives_the_gap_of_every_cell_and_what_most_of_it_is() -> None:
    taught = {"loop-course": 2.0, "loop-no-evaluation": 1.1, "loop-lean": 1.0}
    table = climbed(*rungs(TAUGHT), *rungs(taught, batch_size=32))
    words = ladder_line(table)
    assert words.startswith(
        "Against the plain loop's, an epoch as it is taught takes 4.0x [4.0, 4.0] at batch size 8, "
        "2.0x [2.0, 2.0] at 32. Most of the gap"
    )
    assert words.endswith(
        "Most of the gap is the DataLoader (83% at batch size 8); "
        "the evaluation inside the clock (90% at batch size 32)."
    )


def test_a_gap_that_is_none_is_said_in_the_verdicts_word() -> None:
    same = dict.fromkeys(TAUGHT, 1.0)
    lead = "Against the plain loop's, an epoch as it is taught"
    assert ladder_line(climbed(*rungs(same))) == f"{lead} is too close at batch size 8."
    both = climbed(*rungs(same), *rungs(TAUGHT, batch_size=32))
    words = f"{lead} takes 4.0x [4.0, 4.0] at batch size 32; is too close at batch size 8. Most"
    assert ladder_line(both).startswith(words)


def test_in_a_run_of_the_course_loop_the_lean_loop_is_said_to_be_faster() -> None:
    words = ladder_line(climbed(*rungs({"loop-course": 1.0, "loop-lean": 0.25})))
    assert words.startswith("The lean loop is faster: 4.0x [4.0, 4.0] at batch size 8.")


def test_a_file_without_a_ladder_has_an_empty_one_and_no_line() -> None:
    table = climbed(variant("plain", PLAIN), variant("bf16", PLAIN))
    assert table.empty
    assert list(table.columns) == COLUMNS
    assert ladder_line(table) == ""
    assert largest_step(climbed(*rungs(dict.fromkeys(TAUGHT, 1.0)))).empty
