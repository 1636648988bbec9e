"""The folder of a report: its tables, read by a spreadsheet or pandas; what else is there."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts import report
from scripts.write import drawing
from scripts.write.folder import csv_bytes
from tests.corpus import Corpus, falling

SMALL: dict[str, Any] = {"batch_sizes": (8, 512), "epochs": (1, 4)}

TABLE = pd.DataFrame(
    {
        "machine": pd.array(['a "b", c', "=1+1", "gr\u00f6\u00dfe\n2"], dtype="str"),
        "epochs": pd.array([1, pd.NA, 3], dtype="Int64"),
        "ratio": [1.25e-9, np.nan, np.inf],
        "best": [True, False, True],
        "value": [1, "=two", None],
    }
)


def test_a_table_reads_as_it_was_but_for_formulas() -> None:
    read = pd.read_csv(io.BytesIO(csv_bytes(TABLE)))
    assert read["machine"].tolist() == ['a "b", c', "'=1+1", "gr\u00f6\u00dfe\n2"]
    assert read["epochs"].fillna(0).tolist() == [1, 0, 3]
    assert read["ratio"].fillna(0).tolist() == [1.25e-9, 0, np.inf]
    assert read["best"].tolist() == [True, False, True]
    assert read["value"].fillna("").tolist() == ["1", "'=two", ""]


def test_an_empty_table_keeps_its_header() -> None:
    assert csv_bytes(TABLE.iloc[:0]) == b"machine,epochs,ratio,best,value\n"


def test_a_machine_name_with_a_path_stays_in_the_output_folder(tmp_path: Path) -> None:
    plan = Corpus(machine="../../x", batch_sizes=(8,), epochs=(1,), sides=("cpu",))
    out = tmp_path / "deep" / "report"
    assert report.main([str(plan.write(tmp_path, "odd")), "--out", str(out), "--dpi", "50"]) == 0
    assert {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")} == {
        "odd.json",
        "deep",
    }
    assert (out / "speed-x-mlp.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "speed-x-mlp.svg").read_text().startswith("<?xml")


def test_the_tables_hold_every_verdict_crossover_and_break_even(
    say: Callable[..., str], tmp_path: Path
) -> None:
    say(Corpus(ratio=falling, **SMALL))
    folder = tmp_path / "report"
    verdicts = pd.read_csv(folder / "verdicts.csv")
    assert len(verdicts) == 2 + 4
    assert {"ratio", "lo", "hi", "margin", "noise_floor", "verdict"} <= set(verdicts.columns)
    curves = pd.read_csv(folder / "crossovers.csv").query("scope == 'warm'")
    assert curves[["kind", "lower", "upper"]].values.tolist() == [["interval", 8, 512]]
    assert len(pd.read_csv(folder / "break_even.csv")) == 2


def test_the_fitted_curves_behind_the_figures_are_a_table(
    say: Callable[..., str], tmp_path: Path
) -> None:
    say(Corpus(batch_sizes=(8, 64, 512), epochs=(1,)))
    fits = pd.read_csv(tmp_path / "report" / "fits.csv")
    assert fits.groupby("side")["best"].sum().to_dict() == {"cpu": 1, "vulkan": 1}
    assert fits["cells"].tolist() == [3] * 4
    assert (fits["fixed_seconds"] > 0).all()


def test_each_files_planned_looks_share_its_alpha(say: Callable[..., str], tmp_path: Path) -> None:
    say(Corpus(machine="a", run={"looks": [5, 9, 15]}, **SMALL), Corpus(machine="b", **SMALL))
    verdicts = pd.read_csv(tmp_path / "report" / "verdicts.csv")
    alphas = verdicts.groupby("machine")["alpha"].unique().map(list).to_dict()
    assert alphas == {"a": [pytest.approx(0.05 / 3)], "b": [0.05]}
    assert len(pd.read_csv(tmp_path / "report" / "break_even.csv")) == 4


def test_a_cpu_only_report_still_writes_tables_with_their_headers(
    say: Callable[..., str], tmp_path: Path
) -> None:
    say(Corpus(sides=("cpu",), **SMALL))
    assert "verdict" in (tmp_path / "report" / "verdicts.csv").read_text()


def test_foreign_files_in_the_output_folder_are_left_alone(
    say: Callable[..., str], tmp_path: Path
) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "verdicts.csv").write_text("old")
    say(Corpus(**SMALL))
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "verdicts.csv").read_text() != "old"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_spreadsheet_formula_in_a_machines_name_is_disarmed() -> None:
    table = pd.DataFrame({"machine": ["=HYPERLINK(1)", "box"], "ratio": [-1.0, 2.0]})
    assert csv_bytes(table) == b"machine,ratio\n'=HYPERLINK(1),-1.0\nbox,2.0\n"


def test_one_bad_file_ends_the_report_with_one_line_and_nothing_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = Corpus(**SMALL).write(tmp_path)
    bad = tmp_path / "bad.json"
    bad.write_bytes(good.read_bytes()[:-50])
    out = tmp_path / "report"
    assert report.main([str(good), str(bad), "--out", str(out)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert "bad.json" in captured.err
    assert not out.exists()


def test_an_output_folder_that_is_a_file_is_refused_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report"
    out.write_text("mine")
    assert report.main([str(Corpus(**SMALL).write(tmp_path)), "--out", str(out)]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert out.read_text() == "mine"


def test_a_full_disk_leaves_no_half_written_file(
    say: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    say(Corpus(**SMALL))
    old = (tmp_path / "report" / "verdicts.csv").read_bytes()

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    path = Corpus(seed=1, **SMALL).write(tmp_path, "other")
    assert report.main([str(path), "--out", str(tmp_path / "report")]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert (tmp_path / "report" / "verdicts.csv").read_bytes() == old
    assert not [path for path in (tmp_path / "report").iterdir() if path.name.startswith(".")]


def test_two_machines_of_one_name_have_their_own_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "encoded", lambda *_figure, **_how: b"picture")
    monkeypatch.setattr(drawing, "small_svg", lambda _figure: "small")
    plan = Corpus(batch_sizes=(8,), epochs=(1,), sides=("cpu",))
    paths = [str(plan.write(tmp_path, name)) for name in ("a", "b")]
    assert report.main([*paths, "--out", str(tmp_path / "out"), "--dpi", "40"]) == 0
    names = {path.name for path in (tmp_path / "out").glob("speed-*.png")}
    assert names == {"speed-devbox-mlp.png", "speed-devbox-2-mlp.png"}
