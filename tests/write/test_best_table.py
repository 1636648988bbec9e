"""Plain against plain beside best against best, in terminal, page and folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import report
from scripts.sections.inputs import Report
from scripts.sections.section import Table
from scripts.sections.where import where
from scripts.tables.analysis import Analysis
from scripts.words.verdicts import BEST
from tests.corpus import Corpus
from tests.write.reports import DRAWN, no_pictures

EXACT: dict[str, Any] = {
    "batch_sizes": (8, 512), "epochs": (1,), "process_noise": 0.0, "epoch_noise": 0.0,
    "ratio": lambda _workload, side, _batch: {"cuda": 0.5, "cpu+threads=1": 0.8}[side],
}  # fmt: skip
TRIED: dict[str, Any] = {"sides": ("cpu", "cpu+threads=1", "cuda"), "remedies": {"fused": 2.0}}


def best_tables(analysis: Analysis) -> list[Table]:
    return [
        table
        for section in where(Report(analysis))
        for table in section.tables
        if table.name.startswith("best-")
    ]


def test_each_device_as_it_comes_and_with_its_fastest_settings(tmp_path: Path) -> None:
    (table,) = best_tables(Analysis([Corpus(**EXACT, **TRIED).write(tmp_path)]))
    assert table.rows[0] == (
        "devbox", "cuda against cpu", "8", "0.50x", "0.50x", "cuda+fused", "cpu+fused",
    )  # fmt: skip
    assert [column.title for column in table.titled][3:5] == ["plain / plain", "best / best"]


def test_without_settings_there_is_nothing_to_pick_and_no_table(tmp_path: Path) -> None:
    plain = Corpus(sides=("cpu", "cuda"), **EXACT).write(tmp_path)
    alone = Corpus(sides=("cpu", "cpu+threads=1"), **EXACT).write(tmp_path, "alone")
    assert best_tables(Analysis([plain, alone])) == []


@pytest.fixture
def said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Corpus], str]:
    def run(plan: Corpus) -> str:
        monkeypatch.setattr(DRAWN, no_pictures)
        assert report.main([str(plan.write(tmp_path)), "--out", str(tmp_path / "out")]) == 0
        return " ".join(capsys.readouterr().out.split())

    return run


def test_the_report_says_once_that_the_best_was_picked_after_the_fact(
    said: Callable[[Corpus], str], tmp_path: Path
) -> None:
    said(Corpus(workloads=("mlp", "cnn"), **EXACT, **TRIED))
    best = pd.read_csv(tmp_path / "out" / "best_against_best.csv")
    assert best[["best_ratio"]].to_numpy() == pytest.approx(0.5)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count(BEST) == 1
    assert page.count("plain against plain and best against best") >= 2
