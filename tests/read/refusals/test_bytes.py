"""A file that is none of ours, or too large to be read, is refused in one line."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import compare, report
from scripts.read import document as result_file
from scripts.read import json_text, table
from scripts.read.breach import Breach
from scripts.read.checks import cells
from scripts.read.timing import TIMING
from tests.corpus import Corpus
from tests.read.files import SMALL, refusal, saved


def _with(text: str, name: str, number: str) -> bytes:
    """The text with another number under the first key of that name."""
    changed, count = re.subn(f'"{name}": [0-9.]+', f'"{name}": {number}', text, count=1)
    assert count == 1
    return changed.encode()


TEXTS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "UTF-16": (lambda text: text.encode("utf-16"), "is not UTF-8 but UTF-16 or UTF-32"),
    "UTF-16 without a mark": (lambda text: text.encode("utf-16-le"), "NUL bytes (the first"),
    "UTF-32": (lambda text: text.encode("utf-32"), "is not UTF-8 but UTF-16 or UTF-32"),
    "latin-1": (lambda text: text.encode("latin-1"), "is not UTF-8 text (byte"),
    "UTF-7": (lambda text: text.replace("{", "+AHs-").encode(), "text, not JSON"),
    "a gap of zeros": (lambda text: text[:99].encode() + bytes(99), "NUL bytes (the first: byte"),
    "two marks": (lambda text: ("\ufeff\ufeff" + text).encode(), "text, not JSON"),
    "nothing": (lambda _text: b"", "is empty; copy the file again"),
    "blanks": (lambda _text: b" \n" * 100, "is empty; copy the file again"),
    "two documents": (lambda text: (text + text).encode(), "is not whole JSON (Extra data)"),
    "a comma too many": (lambda text: text.replace("}", ",}", 1).encode(), "is not whole JSON"),
    "a huge number": (lambda text: _with(text, "samples", "9" * 5000), "thousands of digits"),
    "a key twice": (lambda text: text.replace("{", '{"datetime": "", ', 1).encode(), "twice in"),
    "NaN": (lambda text: _with(text, "loss", "NaN"), "NaN is no JSON number"),
    "infinity": (lambda text: _with(text, "loss", "-Infinity"), "-Infinity is no"),
    "a part": (lambda text: text[:-100].encode(), "is not whole JSON"),
    "deep nesting": (lambda _text: b"[" * 200_000, "nested too deeply"),
    "deep nesting in place": (
        lambda _text: b'{"crossover": ' + b'{"a":' * 400_000,
        "nested too deeply",
    ),
    "a list": (lambda _text: b"[]", "no object at the top"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_odd_text_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    change, words = TEXTS[name]
    text = json.dumps(Corpus(machine="Gr\u00f6\u00dfe", **SMALL).result(), ensure_ascii=False)
    path = tmp_path / "odd.json"
    path.write_bytes(change(text))
    message = refusal(path)
    assert words in message
    assert any(
        advice in message for advice in ("copy the", "save it", "leave", "--resume", "name the")
    )


def test_a_file_written_with_a_byte_order_mark_loads(tmp_path: Path) -> None:
    path = Corpus().write(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(table.load([path])) > 0


def test_a_key_that_stands_twice_is_found_among_a_hundred_thousand_others() -> None:
    names = ",".join(f'"k{number}": 0' for number in range(100_000))
    with pytest.raises(Breach, match="'k99999' stands twice"):
        json_text.parsed(f'{{{names}, "k99999": 1}}'.encode())


def test_a_folder_a_missing_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    assert "is a folder; name the result files in it" in refusal(tmp_path)
    assert "No such file or directory; name a result file" in refusal(tmp_path / "absent.json")
    os.mkfifo(tmp_path / "pipe.json")
    assert "is not a regular file; leave it out" in refusal(tmp_path / "pipe.json")


def test_a_huge_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(result_file.LARGEST_BYTES + 1)  # a hole: it takes no room on the disk
    monkeypatch.setattr(result_file, "parsed", lambda _content: pytest.fail("read"))
    message = refusal(path)
    assert "is larger than 96 MiB, which no result file is; leave it out" in message


def test_a_huge_file_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Corpus(**SMALL).write(tmp_path)
    monkeypatch.setattr(result_file, "LARGEST_BYTES", 1000)
    monkeypatch.setattr(result_file, "parsed", lambda _content: pytest.fail("parsed"))
    assert "is larger than" in refusal(path)


def test_what_does_not_fit_into_memory_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_content: bytes) -> object:
        raise MemoryError

    monkeypatch.setattr(result_file, "parsed", full)
    message = refusal(Corpus(**SMALL).write(tmp_path))
    assert "does not fit into this machine's memory" in message


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (("MOST_VALUES", {"side": 1}), "have 2 values of side, and 1 can be read"),
        (("MOST_CELLS", 3), "have 4 cells in their grid, and 3 can be read"),
        (("MOST_ROUNDS", 11), "rounds, and 11 can be read"),
    ],
)
def test_a_grid_larger_than_any_run_is_refused_before_a_table_is_made(
    bound: tuple[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, Corpus(**SMALL).result())
    table.load([path])
    monkeypatch.setattr(cells, *bound)
    monkeypatch.setattr("scripts.read.rounds.Rounds.of", lambda _document: pytest.fail("flattened"))
    message = refusal(path)
    assert "benchmarks: " in message
    assert words in message


@pytest.mark.parametrize("main", [report.main, compare.main])
@pytest.mark.parametrize("version", [1, 0, -1, TIMING.version + 1, "2", None, 2.0, True])
def test_a_file_of_another_version_says_what_to_do_and_ends_with_status_two(
    main: Callable[[list[str]], int],
    version: object,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = Corpus(**SMALL).result()
    document["crossover"]["schema_version"] = version
    bad, good = saved(tmp_path, document), Corpus(**SMALL).write(tmp_path)
    assert main([str(bad), str(good)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith(f"{bad}: crossover.schema_version: is ")
    assert ("update Crossover" in said.err) == (version == TIMING.version + 1)
    assert ("measure again" in said.err) == (version != TIMING.version + 1)
