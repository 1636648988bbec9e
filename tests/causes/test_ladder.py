"""From the loop that is taught to the lean one, on small tables with known answers."""

from typing import Any

import pandas as pd
import pytest

from bench.loop import RUNGS
from scripts.judge.verdicts import verdicts
from scripts.why.ladder import COLUMNS, ladder, largest_step
from scripts.why.ladder import RUNGS as NAMED
from scripts.words.remedies import ladder_line
from scripts.words.settings import rung_words
from tests.causes.test_remedies import PLAIN, rounds
from tests.frames import Row, absent, frame

TAUGHT = {"course": 4.0, "no-evaluation": 3.5}


def climbed(*rows: list[Row], side: str = "cpu", loop: str = "lean") -> pd.DataFrame:
    table = frame(*rows, sides=(side,)).assign(loop=loop)
    return ladder(verdicts(table, scope="warm"), table)


def rungs(seconds: dict[str, float], *, side: str = "cpu", **axes: Any) -> list[list[Row]]:
    """The plain side and rungs whose epochs take so many times its seconds."""
    taken = {side: 1.0} | {f"{side}+loop={rung}": longer for rung, longer in seconds.items()}
    return [
        rounds(name, [longer * second for second in PLAIN], **axes)
        for name, longer in taken.items()
    ]


def test_the_rungs_are_those_that_a_run_measures_in_their_order() -> None:
    assert list(NAMED) == list(RUNGS)
    assert all(rung_words(rung, "cuda")[0] for rung in NAMED)


def test_each_rung_says_what_it_takes_and_saves_and_the_plain_side_is_the_last() -> None:
    table = climbed(*rungs(TAUGHT)).set_index("rung")
    assert list(table.index) == ["course", "no-evaluation", "lean"]
    assert list(table["side"]) == ["cpu+loop=course", "cpu+loop=no-evaluation", "cpu"]
    assert table["epoch_seconds"].tolist() == pytest.approx([4.0, 3.5, 1.0])
    assert table["saved_seconds"].tolist()[1:] == pytest.approx([0.5, 2.5])
    assert table["times"].tolist() == pytest.approx([4.0, 3.5, 1.0])
    assert (table["lo"] <= table["times"]).all()
    assert (table["times"] <= table["hi"]).all()
    assert list(table["verdict"]) == ["slower", "slower", ""]


def test_where_data_is_copied_the_last_step_leaves_out_the_copies() -> None:
    names = [rung_words("lean", side) for side in ("cuda", "cpu")]
    assert names == [
        ("resident data (lean loop)", "copying each minibatch"),
        ("slices, no DataLoader (lean loop)", "the DataLoader"),
    ]


def test_a_rung_without_a_time_passes_its_saving_on_to_the_next() -> None:
    lost = absent("timeout", side="cuda+loop=slices", detail="too slow", batch_size=8)
    table = climbed(*rungs({"course": 4.0}, side="cuda"), lost, side="cuda").set_index("rung")
    assert table.loc["slices", "reason"] == "cuda+loop=slices: timeout (too slow)"
    assert table.loc["lean", "saved_seconds"] == pytest.approx(3.0)


def test_the_line_gives_the_gap_of_every_cell_and_what_most_of_it_is() -> None:
    taught = {"course": 2.0, "no-evaluation": 1.1}
    words = ladder_line(climbed(*rungs(TAUGHT), *rungs(taught, batch_size=32)))
    assert words.startswith(
        "Against the plain loop's, an epoch as it is taught takes 4.0x [4.0 to 4.0] at batch size "
        "8, 2.0x [2.0 to 2.0] at 32. Most of the gap"
    )
    assert words.endswith(
        "Most of the gap is the DataLoader (83% at batch size 8); "
        "the evaluation inside the clock (90% at batch size 32)."
    )


def test_what_decoding_takes_is_said_behind_the_taught_loop_and_is_no_part_of_its_gap() -> None:
    words = ladder_line(climbed(*rungs({"decoding": 9.0, "workers": 6.0} | TAUGHT)))
    assert words == (
        "Against the plain loop's, an epoch as it is taught takes 4.0x [4.0 to 4.0] at batch size "
        "8. Most of the gap is the DataLoader (83% at batch size 8). With images decoded on the "
        "fly it takes 9.0x [9.0 to 9.0] at batch size 8; with images decoded by workers it takes "
        "6.0x [6.0 to 6.0] at batch size 8."
    )
    steps = climbed(*rungs({"decoding": 9.0, "workers": 6.0} | TAUGHT)).set_index("rung")
    assert steps.loc[["workers", "course"], "saved_seconds"].tolist() == pytest.approx([3.0, 2.0])


def test_a_gap_that_is_none_is_said_in_the_verdicts_word() -> None:
    same = dict.fromkeys(TAUGHT, 1.0)
    lead = "Against the plain loop's, an epoch as it is taught"
    assert ladder_line(climbed(*rungs(same))) == f"{lead} is too close at batch size 8."
    both = climbed(*rungs(same), *rungs(TAUGHT, batch_size=32))
    words = f"{lead} takes 4.0x [4.0 to 4.0] at batch size 32; is too close at batch size 8. Most"
    assert ladder_line(both).startswith(words)


def test_in_a_run_of_the_course_loop_the_lean_loop_is_said_to_be_faster() -> None:
    table = climbed(*rungs({"lean": 0.25}), loop="course")
    assert list(table["rung"]) == ["course", "lean"]
    words = ladder_line(table)
    assert words.startswith(
        "The lean loop is faster: 4.0x [4.0 to 4.0] at batch size 8. Most of the"
    )
    assert words.endswith("gap is the DataLoader (100% at batch size 8).")


def test_a_file_without_a_ladder_has_an_empty_one_and_no_line() -> None:
    table = climbed(rounds("cpu", PLAIN), rounds("cpu+bf16", PLAIN))
    assert table.empty
    assert list(table.columns) == COLUMNS
    assert ladder_line(table) == ""
    assert largest_step(climbed(*rungs(dict.fromkeys(TAUGHT, 1.0)))).empty
