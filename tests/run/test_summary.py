"""The last words of a run."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bench.console.summary import print_summary
from bench.grid import Cell
from bench.measure.search import measure_all
from bench.record.state import TimingRun
from tests.bench_fakes import PLAN, SETTINGS, FakeWorkers, campaign

pytestmark = pytest.mark.usefixtures("quiet_host")


def said(folder: Path, *epochs: int, budget: float | None = None) -> str:
    """The summary of a run with two measured epochs, of 1 and 2 s, after a cold start of 1 s."""
    measured = campaign(folder, FakeWorkers())
    measure_all(measured, [PLAN])
    settings = replace(SETTINGS, epochs=epochs, measured_epochs=2, budget_seconds=budget)
    run = TimingRun(settings, folder / "box.json", resume=False, overwrite=False, command="")
    run.cells = [Cell("mlp", 8, number, "cpu") for number in epochs]
    run.measurements = measured.measurements
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


def test_a_budget_in_which_nothing_was_measured_says_that_it_was_too_little(tmp_path: Path) -> None:
    assert "of --budget 9, too little for a first answer: name a larger one" in said(
        tmp_path, 1, budget=9
    )
