"""`share.py`: what is shown and written is what would be sent; a check answers; a page is built."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import share
from scripts.read.table import load
from tests.corpus import Corpus, falling

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4), "sides": ("cpu", "cuda")}


@pytest.fixture(autouse=True)
def nobodys_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(share, "own_words", lambda: {"gauss": "<host>"})
    monkeypatch.setattr(share, "RESULTS", tmp_path / "results")
    (tmp_path / "results").mkdir()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return Corpus(machine="my-machine", **SMALL).write(tmp_path)


def test_a_committed_file_is_shown_and_written_with_a_text_and_nothing_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, known = tmp_path / "share", ROOT / "results/xeon-vulkan.json"
    assert share.main([str(known), "--name", "two-core-xeon", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "machine_info.crossover.machine: two-core-xeon" in said
    assert "Nothing was sent. To share it," in said
    folder = out / "two-core-xeon"
    assert sorted(path.name for path in folder.iterdir()) == ["text.md", "two-core-xeon.json"]
    sent, own = load([folder / "two-core-xeon.json"]), load([known])
    assert set(sent["machine"]) == {"two-core-xeon"}
    numbers = own.select_dtypes("number").columns
    assert sent[numbers].equals(own[numbers])
    assert (folder / "text.md").read_text().startswith("# Results of two-core-xeon: vulkan")


def test_the_name_is_asked_for_on_a_terminal_only(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    arguments = [str(source), "--out", str(tmp_path / "share")]
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert share.main(arguments) == 2
    assert "--name: is missing; name the hardware" in capsys.readouterr().err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert share.main(arguments) == 2  # Ctrl-D
    assert "--name: is missing; name the hardware" in capsys.readouterr().err
    monkeypatch.setattr("builtins.input", lambda _question: "epyc-h200 ")
    assert share.main(arguments) == 0
    assert (tmp_path / "share/epyc-h200/epyc-h200.json").exists()


@pytest.mark.parametrize("name", ["my-machine", "gauss", "Emmy's", "../x", "a" * 41, "taken"])
def test_a_name_that_says_nothing_or_too_much_or_is_taken_is_refused(
    name: str, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results/taken.json").touch()
    out = tmp_path / "share"
    assert share.main([str(source), "--name", name, "--out", str(out)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("--name: ")
    assert not out.exists()


def test_what_cannot_be_shared_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut: dict[Any, Any] = {("mlp", 8, 1, "cuda"): ("interrupted", "")}
    half = str(Corpus(machine="half", absent=cut, **SMALL).write(tmp_path))
    for arguments, said in (
        ([half, "--name", "epyc"], "is not complete; finish its run with --resume"),
        ([str(tmp_path / "none.json"), "--name", "epyc"], "cannot be read"),
        (["--name", "epyc"], "FILE: is missing"),
    ):
        assert share.main(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line


@pytest.mark.parametrize("way", ["--check", "--collection"])
@pytest.mark.parametrize("more", [["mine.json"], ["--name", "epyc"]])
def test_a_file_to_share_is_not_taken_where_a_folder_is_looked_at(
    way: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        share.main([*more, way, "incoming"])
    assert ended.value.code == 2
    assert "FILE and --name are of sharing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/o/r.git", "https://github.com/o/r"),
        ("git@github.com:o/r.git", "https://github.com/o/r"),
        ("ssh://git@codeberg.org/o/r", "https://codeberg.org/o/r"),
        ("/srv/git/r", ""),
        ("", ""),
    ],
)
def test_the_address_is_that_of_the_clone(
    remote: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Done:
        stdout = f"{remote}\n"

    monkeypatch.setattr(subprocess, "run", lambda *_args, **_named: Done)
    assert share._address() == address


def test_what_arrives_is_answered_in_markdown_with_status_2_for_a_refusal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrived = tmp_path / "in"
    arrived.mkdir()
    Corpus(machine="epyc-h200", ratio=falling, **SMALL).write(arrived)
    arguments = ["--check", str(arrived), "--beside", str(arrived.parent / "results")]
    arguments += ["--out", str(tmp_path / "answer")]
    other = Corpus(machine="lab-h200", seed=3, **SMALL).write(tmp_path / "results")
    assert share.main(arguments) == 0
    answer = (tmp_path / "answer/answer.md").read_text()
    assert answer.startswith("## epyc-h200.json: accepted\n")
    assert "the same machine as lab-h200" in answer
    assert "slower" in answer
    (arrived / "<img src=x>.json").write_bytes(other.read_bytes())
    capsys.readouterr()
    assert share.main(arguments) == 2
    said = capsys.readouterr()
    assert "## \\<img src=x\\>.json: refused" in said.out
    assert "refused: <img src=x>.json" in said.err


def test_a_number_that_nothing_can_write_again_is_one_line(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_text(source.read_text().replace("{", '{"unknown": 1e999, ', 1))
    out = tmp_path / "share"
    assert share.main([str(source), "--name", "epyc-h200", "--out", str(out)]) == 2
    words = "holds a number beyond all floats; leave this file out"
    assert capsys.readouterr().err == f"{source}: {words}\n"
    assert not out.exists()


def test_the_page_of_all_machines_begins_with_the_cards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "write_sections", lambda *_args, **_named: {})
    Corpus(machine="epyc-h200", ratio=falling, **SMALL).write(tmp_path / "results")
    site = tmp_path / "site"
    assert share.main(["--collection", str(tmp_path / "results"), "--out", str(site)]) == 0
    assert "1 machine. No AMD, Apple or Intel card yet." in capsys.readouterr().out
    page = (site / "index.html").read_text()
    assert "Which cards were measured?" in page
    assert "NVIDIA H200" in page


def test_a_folder_that_is_not_there_is_named(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    for arguments in (["--check", str(source), "--beside"], ["--collection"]):
        assert share.main([*arguments, str(nowhere), "--out", str(tmp_path / "out")]) == 2
        said = f"{nowhere}: is not there; name a folder with result files\n"
        assert capsys.readouterr().err == said
    assert not (tmp_path / "out").exists()
