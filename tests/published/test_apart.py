"""Imported and measured never mix: doors refuse or set apart, and the mark stays."""

import json
from pathlib import Path

import pytest

from scripts import advise, compare, export, import_table, report
from scripts.read import __main__ as reader
from scripts.read.checks.published import KEY
from scripts.sections.contents import contents
from scripts.sections.inputs import Report
from scripts.tables.analysis import Analysis
from scripts.tables.published import Imported
from scripts.write.page import page
from tests.corpus import Corpus
from tests.published.tables import HEAD, curve
from tests.write.reports import DRAWN, no_pictures

SAID = ["--source", "them", "--licence", "MIT"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(curve({32: 2.0, 128: 0.5}))
    return path


@pytest.fixture
def file(table: Path, tmp_path: Path) -> Path:
    out = tmp_path / "theirs.json"
    assert import_table.main([str(table), "--out", str(out), *SAID]) == 0
    return out


def test_a_file_is_marked_as_imported_and_can_be_read(file: Path) -> None:
    own = json.loads(file.read_text())
    assert list(own) == [KEY]
    assert own[KEY]["source"] == "them"
    assert reader.main([str(file)]) == 0


@pytest.mark.parametrize("field", ["epoch_seconds", "device", "batch_size"])
def test_a_changed_file_is_refused_by_its_field(
    file: Path, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = json.loads(file.read_text())
    own[KEY]["rows"][0][field] = -1
    file.write_text(json.dumps(own))
    assert reader.main([str(file)]) == 2
    assert f"{KEY}.rows[0].{field}" in capsys.readouterr().err


def test_a_faulty_table_is_one_line_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "odd.csv", tmp_path / "odd.json"
    path.write_text(f"{HEAD}\nmlp,32,cpu,fast\n")
    assert import_table.main([str(path), "--out", str(out), *SAID]) == 2
    said = capsys.readouterr().err
    assert said.startswith("odd.csv, line 2, epoch_seconds: 'fast' is no number; ")
    assert said.count("\n") == 1
    assert not out.exists()


def test_a_table_takes_the_place_of_its_earlier_self_and_of_no_other_file(
    table: Path, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_table.main([str(table), "--out", str(file), *SAID]) == 0
    measured = Corpus().write(tmp_path)
    before = measured.read_bytes()
    capsys.readouterr()
    assert import_table.main([str(table), "--out", str(measured), *SAID]) == 2
    words = "holds something else than an imported table; name another file"
    assert capsys.readouterr().err == f"{measured}: {words}\n"
    assert measured.read_bytes() == before


def test_a_source_in_letters_that_are_not_utf_8_is_written(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "theirs.json"
    said = ["--source", "caf\udce9", "--licence", "MIT"]
    assert import_table.main([str(table), "--out", str(out), *said]) == 0
    assert reader.main([str(out)]) == 0


@pytest.mark.parametrize("wrong", [["--set", "colour=red"], ["--column", "device"]])
def test_options_name_known_things(
    table: Path, tmp_path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        import_table.main([str(table), "--out", str(tmp_path / "a.json"), *SAID, *wrong])
    assert "is not NAME=" in capsys.readouterr().err


def test_doors_that_compare_refuse_it_in_one_line(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = Corpus(sides=("cpu", "cuda"), batch_sizes=(8,), epochs=(1,)).write(tmp_path)
    files = [str(mine), str(file)]
    assert compare.main(files) == 2
    assert export.main([*files, "--out", str(tmp_path / "rows.csv")]) == 2
    assert advise.main([*files, "--workload", "mlp"]) == 2
    assert capsys.readouterr().err.count("theirs.json: is an imported table") == 3


def test_a_report_of_tables_only_says_what_they_say(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    assert report.main([str(file), "--out", str(tmp_path / "report")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "it overtakes at about" in said
    assert "one run, no interval" in said
    assert "Not told: cold start" in said
    assert (tmp_path / "report" / "published_crossings.csv").exists()


def test_a_bad_table_is_left_out_where_that_is_asked(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    bad = tmp_path / "bad.json"
    bad.write_text(file.read_text().replace(': "MIT"', ": 5"))
    options = ["--skip-bad", "--out", str(tmp_path / "report")]
    assert report.main([str(bad), str(file), *options]) == 0
    assert f"{KEY}.licence: is 5" in capsys.readouterr().err
    assert report.main([str(bad), *options]) == 2
    assert "no file is left" in capsys.readouterr().err


def test_a_page_has_them_apart_and_every_other_table_is_the_same(
    file: Path, tmp_path: Path
) -> None:
    plan = Corpus(sides=("cpu", "cuda"), batch_sizes=(8, 32), epochs=(1,), blocks=3)
    analysis = Analysis([plan.write(tmp_path)])
    alone, both = (Report(analysis, published=own) for own in (None, Imported.read([file])))
    theirs = [part for part in contents(both) if part.key == "published"]
    mine = [part for part in contents(both) if part.key != "published"]
    assert [part.title for part in theirs] == ["What others measured: published, other software"]
    for one, other in zip(mine, contents(alone), strict=True):
        assert (one.lines, one.tables, one.frames.keys()) == (
            other.lines,
            other.tables,
            other.frames.keys(),
        )
    assert "overtakes at about 64" in page(both, contents(both), {})
