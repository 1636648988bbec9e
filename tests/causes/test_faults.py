"""Page faults on small tables with known answers, from the rounds to the sentence."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import report
from scripts.read.table import load
from scripts.tables.analysis import Analysis
from scripts.why.faults import page_faults
from tests.causes.study_rows import with_studies, write
from tests.corpus import Corpus
from tests.frames import Row, frame, timed
from tests.write.reports import DRAWN, no_pictures

TYPED = (
    "MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 "
    "MALLOC_TOP_PAD_=268435456 python train.py"
)
KEPT = f"this may keep the memory (--remedies malloc=keep measures it): {TYPED}"
GLIBC = {"allocator": "glibc 2.36", "allocator_variables": ""}


def counted(
    *, faults: float, system: float, user: float, step: float = 0.1, **axes: Any
) -> list[Row]:
    """The rounds of three blocks with these counts per step, a step of `step` seconds."""
    about = {name: axes.pop(name, GLIBC[name]) for name in GLIBC}
    counts = {
        "minor_faults_per_step": faults,
        "major_faults_per_step": 0.0,
        "user_seconds_per_step": user,
        "system_seconds_per_step": system,
        "step_seconds": step,
    }
    return [row | counts | about for row in timed([1.0] * 3, **axes)]


def share(*rows: list[Row]) -> float:
    (cell,) = page_faults(frame(*rows)).to_dict("records")
    return float(cell["fault_share"])


def test_the_system_seconds_of_page_faults_are_their_share_of_a_step() -> None:
    assert share(counted(faults=73_000, system=0.03, user=0.07)) == pytest.approx(0.3)


def test_system_seconds_without_page_faults_are_something_else() -> None:
    assert share(counted(faults=100, system=0.03, user=0.07)) == pytest.approx(0.01)
    assert share(counted(faults=0, system=0.03, user=0.07)) == 0.0


@pytest.mark.parametrize("step", [0.05, 0.1, 2.0])
def test_neither_threads_side_by_side_nor_a_loaded_host_change_the_share(step: float) -> None:
    assert share(counted(faults=73_000, system=0.05, user=0.05, step=step)) == pytest.approx(0.5)


def test_a_cell_is_the_median_of_its_blocks_each_of_which_counts_once() -> None:
    blocks = [
        row | {"minor_faults_per_step": count}
        for epochs in (1, 2)
        for row, count in zip(
            counted(faults=0, system=0.03, user=0.07, epochs=epochs),
            (10.0, 50.0, 1000.0),
            strict=True,
        )
    ]
    (cell,) = page_faults(frame(blocks)).to_dict("records")
    assert cell["minor_faults_per_step"] == 50.0


def test_only_a_cpu_whose_page_faults_were_counted_has_a_row() -> None:
    many = {"faults": 73_000, "system": 0.05, "user": 0.05}
    table = page_faults(
        frame(
            counted(**many, batch_size=8),
            counted(**many, batch_size=8, again=True),
            counted(**many, batch_size=8, side="cuda"),
            timed([1.0], batch_size=32),
        )
    )
    assert table[["side", "batch_size"]].to_numpy().tolist() == [["cpu", 8]]
    assert page_faults(frame(timed([1.0]))).empty


PLAN = Corpus(workloads=("cnn",), batch_sizes=(8, 64, 512), epochs=(1, 2), blocks=3)


def of_many_faults(content: dict[str, Any]) -> dict[str, Any]:
    """The result with half of the CPU's step at batch size 512 taken up by page faults."""
    own = content["crossover"]
    for process in own["processes"]:
        process["allocator"] = "glibc 2.36"
        process["allocator_variables"] = {}
    for row in own["measurements"]:
        step = sum(row["epoch_seconds"]) / len(row["epoch_seconds"]) / row["steps"]
        many = row["batch_size"] == 512
        row["minor_faults_per_step"] = 73_000.0 if many else 20.0
        row["major_faults_per_step"] = 0.0
        row["user_seconds_per_step"] = step / 2
        row["system_seconds_per_step"] = min(step / 2, 0.5) if many else 0.0
    return content


def test_what_a_worker_counts_is_read_into_the_rounds(tmp_path: Path) -> None:
    rounds = load([write(tmp_path, of_many_faults(PLAN.result()))])
    large = rounds[rounds["batch_size"] == 512]
    assert set(large["minor_faults_per_step"]) == {73_000.0}
    assert set(rounds["allocator"]) == {"glibc 2.36"}
    before = load([write(tmp_path, PLAN.result())])
    assert before["minor_faults_per_step"].isna().all()
    assert set(before["allocator"]) == {""}


def test_page_faults_are_the_cause_of_a_diagnosed_cell_whatever_its_parts(tmp_path: Path) -> None:
    causes = Analysis([write(tmp_path, of_many_faults(with_studies(PLAN)))]).causes
    warm = causes[causes["epochs"].isna()].set_index(["side", "batch_size"])["cause"]
    assert warm["cpu", 512] == "memory allocation"
    assert warm["vulkan", 512] != "memory allocation"
    assert warm["cpu", 8] != "memory allocation"


def test_a_report_says_without_any_study_which_steps_are_page_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    folder = tmp_path / "report"
    path = write(tmp_path, of_many_faults(PLAN.result()))
    assert report.main([str(path), "--out", str(folder)]) == 0
    line = "cnn at batch size 512: 73,000 page faults per step, "
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f"cpu: </strong>{line}" in page
    assert KEPT in unescape(re.sub("</?span>", "", page))
    assert "page faults per step</th>" in page.replace("</button>", "")
    table = pd.read_csv(folder / "page_faults.csv")
    assert table.loc[table["batch_size"] == 512, "minor_faults_per_step"].tolist() == [73_000.0]


def test_the_terminal_names_them_and_does_not_break_what_is_to_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    path = write(tmp_path, of_many_faults(PLAN.result()))
    assert report.main([str(path), "--brief"]) == 0
    said = capsys.readouterr().out
    assert f"\n{TYPED}\n" in said
    words = KEPT.removesuffix(f" {TYPED}")
    assert f"(cnn at batch 512); {words} {TYPED}" in " ".join(said.split())


def test_a_report_of_files_that_count_no_page_faults_says_nothing_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    folder = tmp_path / "report"
    assert report.main([str(write(tmp_path, PLAN.result())), "--out", str(folder)]) == 0
    assert "page fault" not in capsys.readouterr().out
    assert "page fault" not in (folder / "report.html").read_text(encoding="utf-8")
    assert not (folder / "page_faults.csv").exists()
