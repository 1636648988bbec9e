"""A journal whose disk is full at the start, or which somebody removes while the run goes on."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.measure.journal import Header, Journal, JournalError, Line, read_journal

HEADER = Header("2026-01-01T00:00:00+00:00", "pytest bench", overwrites=False, identity={"seed": 0})
ANSWERS = [{"kind": "measured", "n": n} for n in range(3)]


def test_a_disk_that_is_full_at_the_start_leaves_no_journal_and_keeps_an_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.journal.jsonl"
    Journal.create(path, HEADER).close()
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Journal, "_write", full)
    with pytest.raises(JournalError, match="No space left"):
        Journal.create(path, HEADER)
    with pytest.raises(JournalError, match="No space left"):
        Journal.create(tmp_path / "y.journal.jsonl", HEADER)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


REMOVALS: dict[str, Callable[[Path], object]] = {
    "the journal is removed": Path.unlink,
    "its folder is removed": lambda path: shutil.rmtree(path.parent),
    "its folder is renamed": lambda path: path.parent.rename(path.parent.with_name("moved")),
    "another file takes its place": lambda path: path.with_name("z").replace(path),
}


@pytest.mark.parametrize("removal", REMOVALS)
@pytest.mark.parametrize("resumed", [False, True])
def test_a_journal_that_is_removed_during_the_run_is_written_again_whole(
    tmp_path: Path, removal: str, resumed: bool
) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "z").write_text("another file")
    path = folder / "x.journal.jsonl"
    journal = Journal.create(path, HEADER)
    journal.append(ANSWERS[0])
    if resumed:
        journal.close()
        journal = Journal.reopen(path)
    REMOVALS[removal](path)
    journal.append(ANSWERS[1])
    assert read_journal(path, Line) == (HEADER, ANSWERS[:2])
    journal.append(ANSWERS[2])
    journal.close()
    assert read_journal(path, Line) == (HEADER, ANSWERS)
    assert not path.with_name(f".{path.name}.tmp").exists()


def test_a_journal_that_is_removed_last_is_there_when_the_run_is_over(tmp_path: Path) -> None:
    path = tmp_path / "x.journal.jsonl"
    journal = Journal.create(path, HEADER)
    path.unlink()
    journal.close()
    assert read_journal(path, Line) == (HEADER, [])


def test_a_journal_that_cannot_be_written_again_stops_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    journal = Journal.create(folder / "x.journal.jsonl", HEADER)
    shutil.rmtree(folder)
    folder.touch()
    with pytest.raises(JournalError, match="cannot be written"):
        journal.append(ANSWERS[0])
    journal.close()
