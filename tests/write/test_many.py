"""Many files, a batch at a time: the same tables, the same refusals, fewer rounds in memory."""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import report
from scripts.read.document import ResultError
from scripts.read.workers import Workers
from scripts.tables import many
from scripts.tables.analysis import Analysis
from scripts.tables.many import analysed
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 64), "epochs": (1, 2), "blocks": 3}
PLANS = (
    Corpus(machine="one", seed=1, **SMALL),
    Corpus(machine="two", seed=2, absent={("mlp", 64, None, "vulkan"): ("oom", "8 GB")}, **SMALL),
    Corpus(machine="one", seed=3, run={"looks": [3, 5, 9]}, **SMALL),
    Corpus(machine="four", seed=4, suspect={("mlp", 8, 1, "vulkan"): ["loss mismatch"]}, **SMALL),
    Corpus(machine="one", seed=5, sides=("cpu",), **SMALL),
)
TABLES = ("verdicts", "break_even", "crossovers", "causes", "remedies", "ladder", "work")


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [plan.write(tmp_path, f"file{place}") for place, plan in enumerate(PLANS)]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two files, judged in this process; the first two files are kept whole."""
    for name, value in (("MOST_FILES", 3), ("WHOLE_FILES", 2), ("BATCH_FILES", 2)):
        monkeypatch.setattr(many, name, value)
    monkeypatch.setattr(many, "_judged", lambda batches, _workers: map(many.judge, batches))


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("file", kind="stable", ignore_index=True)


@pytest.mark.usefixtures("here")
def test_batches_give_the_tables_of_all_files_at_once(paths: list[Path]) -> None:
    batches, at_once = analysed(paths, Workers()), Analysis(paths)
    pd.testing.assert_frame_equal(batches.results.files, at_once.results.files)
    assert batches.results.files["machine"].tolist() == ["one", "two", "one (2)", "four", "one (3)"]
    for name in TABLES:
        own, expected = ordered(getattr(batches, name)), ordered(getattr(at_once, name))
        pd.testing.assert_frame_equal(own, expected)


@pytest.mark.usefixtures("here")
def test_only_the_first_files_are_kept_whole(paths: list[Path]) -> None:
    batches, at_once = analysed(paths, Workers()), Analysis(paths)
    assert batches.whole == [str(path) for path in paths[:2]]
    kept = at_once.rounds[at_once.rounds["file"].isin(batches.whole)]
    pd.testing.assert_frame_equal(batches.rounds, kept.reset_index(drop=True))
    assert batches.crossovers["file"].nunique() == 4


@pytest.mark.usefixtures("here")
def test_the_first_bad_file_in_order_is_the_one_that_is_named(paths: list[Path]) -> None:
    for place in (4, 1):
        paths[place].write_bytes(b"{}")
        with pytest.raises(ResultError, match="is missing") as refused:
            analysed(paths, Workers())
        assert refused.value.file == str(paths[place])


@pytest.mark.usefixtures("here")
def test_bad_files_are_left_out_in_order_when_that_is_asked(paths: list[Path]) -> None:
    for place in (4, 0, 1):
        paths[place].write_bytes(b"{}")
    left_out: list[ResultError] = []
    analysis = analysed([*paths, paths[2]], Workers(), skip=left_out.append)
    assert [error.file for error in left_out] == [str(paths[k]) for k in (0, 1, 4, 2)]
    assert "is given twice" in left_out[-1].message
    assert analysis.results.files["file"].tolist() == [str(paths[2]), str(paths[3])]
    assert analysis.whole == analysis.results.files["file"].tolist()


@pytest.mark.usefixtures("here")
def test_when_no_file_is_good_that_is_said(paths: list[Path]) -> None:
    for path in paths:
        path.write_bytes(b"{}")
    with pytest.raises(ResultError, match="no file is left of 5"):
        analysed(paths, Workers(), skip=lambda _error: None)


@pytest.mark.usefixtures("here")
def test_a_report_of_many_files_is_about_all_of_them(
    paths: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report"
    assert report.main([*map(str, paths), "--out", str(out), "--dpi", "30"]) == 0
    said = capsys.readouterr().out
    assert "5 files of 1 machine" in said
    drawn = {path.stem for path in out.glob("*.png")}
    assert {"machines-warm", "machines-epochs-1", "machines-epochs-2"} <= drawn
    assert not [name for name in drawn if name.startswith(("speed-", "heatmap-", "overview-"))]
    assert pd.read_csv(out / "verdicts.csv")["file"].nunique() == 4
    page = (out / "report.html").read_text()
    assert "On how many machines is it slower than its base?" in page
    assert "Shown cell by cell: the first 2 of 5 files." in page


@pytest.mark.usefixtures("here")
def test_a_base_that_is_not_among_the_files_kept_whole_is_refused(
    paths: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report"
    assert report.main([*map(str, paths), "--out", str(out), "--base-machine", "four"]) == 2
    assert "not among the first 2 files" in capsys.readouterr().err


def test_a_process_that_dies_is_one_line(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any) -> Iterator[Any]:
        raise BrokenProcessPool

    monkeypatch.setattr(many, "MOST_FILES", 3)
    monkeypatch.setattr("scripts.read.workers.ProcessPoolExecutor.map", broken)
    with (
        Workers() as workers,
        pytest.raises(ResultError, match="a process that read them was ended"),
    ):
        analysed(paths, workers)


def test_batches_are_small_in_files_and_in_bytes(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "BATCH_FILES", 3)
    asked: dict[str, Any] = {"lenient": False, "strict": False, "base": None}
    batches = list(many._batches(paths, **asked))
    assert [len(batch.paths) for batch in batches] == [3, 2]
    assert [(batch.first, len(batch.known)) for batch in batches] == [(0, 0), (3, 3)]
    monkeypatch.setattr(many, "BATCH_BYTES", 1)
    assert [len(batch.paths) for batch in many._batches(paths, **asked)] == [1] * 5


@pytest.mark.slow
def test_processes_of_their_own_give_the_same(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MOST_FILES", 3)
    monkeypatch.setattr(many, "BATCH_FILES", 2)
    with Workers() as workers:
        pd.testing.assert_frame_equal(
            ordered(analysed(paths, workers).verdicts), ordered(Analysis(paths).verdicts)
        )
        paths[3].write_bytes(b"{}")
        with pytest.raises(ResultError, match="is missing"):
            analysed(paths, workers)
