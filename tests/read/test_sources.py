"""What names of files stand for: folders, patterns, files."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pandas as pd
import pytest

from scripts import advise, compare, export, lecture, predict, report, undecided
from scripts.options import expanded
from scripts.read.document import ResultError
from tests.bound.rows import cpu_file
from tests.corpus import Corpus

LEARNING = Path(__file__).parents[1] / "samples" / "learning_v1.json"
SMALL = Corpus(batch_sizes=(8,), epochs=(1,), sides=("cpu",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.json", "a.json", "a.journal.jsonl", "notes.txt", "[1].json"):
        (tmp_path / name).write_bytes(b"{}")
    return tmp_path


def test_a_folder_stands_for_its_json_files_in_order(folder: Path) -> None:
    assert [path.name for path in expanded([folder])] == ["[1].json", "a.json", "b.json"]


def test_a_pattern_that_the_shell_left_stands_for_what_it_matches(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert expanded([folder / "?.json"]) == [folder / "a.json", folder / "b.json"]
    monkeypatch.chdir(folder)
    assert expanded(["?.json"]) == [Path("a.json"), Path("b.json")]


def test_a_file_is_itself_even_when_its_name_looks_like_a_pattern(folder: Path) -> None:
    assert expanded([folder / "[1].json"]) == [folder / "[1].json"]
    assert expanded([folder / "missing.json"]) == [folder / "missing.json"]


def test_what_nobody_meant_is_not_read_from_a_folder(folder: Path) -> None:
    (folder / "._a.json").write_bytes(b"\x00\x05\x16\x07")  # macOS beside each file
    (folder / "sub.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    expected = ["[1].json", "a.json", "b.json"]
    assert [path.name for path in expanded([folder])] == expected
    assert [path.name for path in expanded([folder / "*.json"])] == expected
    assert [path.name for path in expanded([folder / ".*.json"])] == ["._a.json"]
    assert expanded([folder / "pipe.json"]) == [folder / "pipe.json"]  # named: reading refuses it


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty", "holds no .json file"),
        ("x*.json", "matches no file"),
        ("a**b.json", "cannot be read: .*; name a result file"),
        ("x" * 5000, "cannot be read: File name too long; name a result file"),
        ("x*" * 2500, "name a result file"),
    ],
)
def test_what_stands_for_nothing_is_refused(folder: Path, name: str, words: str) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(ResultError, match=words):
        expanded([folder / name])


def test_scripts_read_a_folder_and_leave_learning_files_in_it_to_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, target = tmp_path / "results", tmp_path / "rounds.csv"
    results.mkdir()
    SMALL.write(results, "one")
    copy(LEARNING, results / "learned.json")
    assert export.main([str(results), "--out", str(target)]) == 0
    assert set(pd.read_csv(target)["file"]) == {str(results / "one.json")}
    assert report.main([str(results), "--out", str(tmp_path / "out"), "--dpi", "30"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "mlp was timed only at batch size 8 on cpu" in words


DOORS: dict[str, tuple[Callable[[list[str]], int], tuple[str, ...]]] = {
    "report": (report.main, ()),
    "compare": (compare.main, ()),
    "export": (export.main, ("--out", "rounds.csv")),
    "advise": (advise.main, ("--workload", "mlp")),
    "predict": (predict.main, ("--card", "t4")),
    "lecture": (lecture.main, ()),
    "undecided": (undecided.main, ()),
}
LINES = {
    "a pattern that is none": (("a**b.json",), "a**b.json: cannot be read: "),
    "thousands of letters": (("x" * 5000,), ": cannot be read: File name too long"),
    "no name": (("",), "'' is no name of a file or a folder"),
    "a pattern without a match": (("x*.json",), "x*.json: "),
    "a dash": (("-",), "'-' is no name of a file or a folder"),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_what_is_no_file_without_a_traceback(
    door: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    main, more = DOORS[door]
    line, words = LINES[name]
    if door == "undecided" and "*" in line[0]:  # one file, no pattern
        words = f"{line[0]}: cannot be read: No such file"
    try:
        code = main([*line, *more])
    except SystemExit as ended:  # argparse
        code = int(str(ended.code))
    assert code == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_advice_and_a_bound_are_given_of_a_folder_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    cpu_file(results)
    copy(LEARNING, results / "learned.json")
    for main, more in ((advise.main, ("--workload", "lstm")), (predict.main, ("--card", "t4"))):
        assert main([str(results), *more]) == 0
        assert {"lstm", "mlp"} & set(re.findall(r"\w+", capsys.readouterr().out))


@pytest.mark.parametrize("place", ["", "-"])
def test_an_empty_name_scatters_no_files_into_the_current_folder(
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    SMALL.write(tmp_path, "one")
    for main, flag in ((report.main, "--out"), (compare.main, "--out"), (compare.main, "--csv")):
        with pytest.raises(SystemExit) as ended:
            main(["one.json", flag, place])
        assert ended.value.code == 2
        assert f"argument {flag}: {place!r} is no name" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["one.json"]


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    SMALL.write(tmp_path, "one")
    assert export.main(["~/one.json", "--out", "~/rounds.csv"]) == 0
    assert (tmp_path / "rounds.csv").is_file()


def test_no_file_of_a_report_takes_the_place_of_one_that_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = SMALL.write(tmp_path, "one")
    own = path.rename(tmp_path / "verdicts.csv")
    before = own.read_bytes()
    assert report.main([str(own), "--out", str(tmp_path), "--dpi", "30"]) == 2
    assert "verdicts.csv: cannot be written: it is read; name another file" in (
        capsys.readouterr().err
    )
    assert own.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x.json", "--dpi", "7"],
        ["x.json", "--dpi", "many"],
        ["x.json", "--dpi", "9" * 5000],
        ["x.json", "--brief", "--slide"],
        ["x.json", "--markdown", "--brief"],
    ],
)
def test_wrong_arguments_end_with_status_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        report.main(arguments)
    assert ended.value.code == 2
