"""What names of files stand for: folders, patterns, files."""

from pathlib import Path
from shutil import copy

import pandas as pd
import pytest

from scripts import export, report
from scripts.options import expanded
from scripts.read.document import ResultError
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


@pytest.mark.parametrize(
    ("name", "words"), [("empty", "holds no .json file"), ("x*.json", "matches no file")]
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
    assert "Only cpu was measured" in capsys.readouterr().out
