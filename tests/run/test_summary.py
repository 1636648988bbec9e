"""The last words of a run."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bench.console.summary import FEWEST_ROUNDS, is_suspect, print_summary
from bench.grid import Cell, Side
from bench.measure.search import measure_all
from bench.record.outcome import Timed
from bench.record.state import TimingRun
from scripts.judge.rule import FEWEST_BLOCKS
from tests.bench_fakes import PLAN, SETTINGS, FakeWorkers, campaign

pytestmark = pytest.mark.usefixtures("quiet_host")


def said(
    folder: Path, *epochs: int, budget: float | None = None, workloads: tuple[str, ...] = ("mlp",)
) -> str:
    """The summary of a run of `mlp` with two measured epochs, of 1 and 2 s, after a cold start of
    1 s.
    """
    done = campaign(folder, FakeWorkers())
    measure_all(done, [PLAN])
    settings = replace(SETTINGS, epochs=epochs, measured_epochs=2, budget_seconds=budget)
    run = TimingRun(settings, folder / "box.json", resume=False, overwrite=False, command="")
    run.cells = [Cell(one, 8, number, "cpu") for one in workloads for number in epochs]
    run.measurements = done.measurements
    text = io.StringIO()
    print_summary(run, Console(file=text, width=300))
    return text.getvalue().replace(str(folder), "")


def test_derived_totals_are_marked_and_explained_once(tmp_path: Path) -> None:
    words = said(tmp_path, 1, 100)
    assert "derived: each epoch after the first 2 counts as the process's warm epoch" in words
    assert words.count("derived") == 2
    assert "2.00" in words
    assert str(4 + 98 * 1.5).rstrip("0").rstrip(".") in words


def test_without_derived_totals_nothing_is_said_of_them(tmp_path: Path) -> None:
    assert "derived" not in said(tmp_path, 1, 2)


def test_only_networks_that_have_seconds_have_a_table(tmp_path: Path) -> None:
    words = said(tmp_path, 1, workloads=("mlp", "lstm"))
    assert words.count("size") == 1
    assert "total seconds" not in said(tmp_path / "none", 1, workloads=("lstm",))


def test_an_interrupted_run_names_no_file_that_is_gone(tmp_path: Path) -> None:
    words = said(tmp_path, 1)
    assert "interrupted: what was measured is lost: /box.json is gone\n" in words
    assert words.endswith("start again with the same command\n")


def test_a_budget_in_which_nothing_was_measured_says_that_it_was_too_little(tmp_path: Path) -> None:
    assert "of --budget 9, too little for a first answer: name a larger one" in said(
        tmp_path, 1, budget=9
    )


@pytest.mark.parametrize("columns", [40, 80])
def test_a_narrow_terminal_has_a_table_for_each_number_of_epochs(
    columns: int, tmp_path: Path
) -> None:
    names = ("cpu", "cpu+threads=1")
    done = campaign(tmp_path, FakeWorkers())
    measure_all(done, [PLAN._replace(batch_sizes={Side(name): (8,) for name in names})])
    asked = replace(SETTINGS, sides=names, epochs=(1, 100))
    run = TimingRun(asked, tmp_path / "box.json", resume=False, overwrite=False, command="")
    run.cells, run.measurements = list(run.by_id.values()), done.measurements
    text = io.StringIO()
    print_summary(run, Console(file=text, width=columns))
    assert text.getvalue().count("cpu+threads=1") == 2
    assert text.getvalue().count("size") == (2 if columns == 40 else 1)
    assert "…" not in text.getvalue()


def test_many_sides_have_a_table_for_each_number_of_epochs(tmp_path: Path) -> None:
    names = ("cpu", "cpu+bf16", "cpu+threads=1", "cpu+fused")
    done = campaign(tmp_path, FakeWorkers())
    measure_all(done, [PLAN._replace(batch_sizes={Side(name): (8,) for name in names})])
    asked = replace(SETTINGS, sides=names, epochs=(1, 100), remedies=("channels-last",))
    run = TimingRun(asked, tmp_path / "box.json", resume=False, overwrite=False, command="")
    run.cells, run.measurements = list(run.by_id.values()), done.measurements
    text = io.StringIO()
    print_summary(run, Console(file=text, width=100))
    headings = [line for line in text.getvalue().splitlines() if "cpu+threads=1" in line]
    assert [line.count("cpu") for line in headings[:2]] == [4, 4]
    assert "cpu+channels-last" not in "".join(headings)


LOADED = "host loaded: other processes used 58% of the CPU"
THROTTLED = "throttled: the CPU fell from 3000 to 1000 MHz"


def suspect_in(*marks: str, rounds: int = 3) -> Timed:
    return Timed([1.0] * rounds, list(marks))


@pytest.mark.parametrize(
    ("outcome", "suspect"),
    [
        (suspect_in(), False),
        (suspect_in(f"block 0: {LOADED}"), True),
        (suspect_in(f"block 1: {LOADED}", rounds=4), False),
        (suspect_in(f"block 1: {LOADED}", f"block 1: {THROTTLED}", rounds=4), False),
        (suspect_in("loss mismatch: loss 1 against 2 of cpu", rounds=9), True),
    ],
)
def test_a_cell_is_suspect_where_fewer_sound_rounds_are_left_than_a_verdict_needs(
    outcome: Timed, suspect: bool
) -> None:
    assert is_suspect(outcome) == suspect
    assert FEWEST_ROUNDS == FEWEST_BLOCKS
