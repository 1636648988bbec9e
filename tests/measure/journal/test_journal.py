"""The journal: a line is on the disk before anything else happens, and a torn one does no harm."""

import errno
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from bench.measure.journal import (
    Header,
    Journal,
    JournalError,
    Line,
    difference,
    journal_path,
    lock_result,
    read_journal,
    sealed,
)

HEADER = Header("2026-01-01T00:00:00+00:00", "pytest bench", overwrites=False, identity={"seed": 0})
ANSWERS: list[dict[str, Any]] = [{"kind": "measured", "n": n} for n in range(3)]


def written(folder: Path) -> Path:
    path = folder / "x.journal.jsonl"
    journal = Journal.create(path, HEADER)
    for answer in ANSWERS:
        journal.append(answer)
    journal.close()
    return path


def test_what_was_appended_is_read_again(tmp_path: Path) -> None:
    assert read_journal(written(tmp_path), Line) == (HEADER, ANSWERS)


def test_each_line_is_fsynced_after_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "x.journal.jsonl"
    journal = Journal.create(path, HEADER)
    synced: list[bytes] = []

    def sync(descriptor: int) -> None:
        assert descriptor == journal.file.fileno()
        synced.append(path.read_bytes())

    journal.sync = sync
    for number, answer in enumerate(ANSWERS, start=1):
        journal.append(answer)
        assert len(synced) == number
        assert synced[-1].endswith(sealed(answer))
    journal.close()


def test_a_journal_fsyncs_by_the_systems_own_call(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "x.journal.jsonl", HEADER)
    assert journal.sync is os.fsync
    journal.close()


@pytest.mark.parametrize("torn", [b"{", b'{"kind": "measured", "n": 3', b"\x00\x00\xff"])
def test_a_torn_last_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = written(tmp_path)
    with path.open("ab") as file:
        file.write(torn)
    assert read_journal(path, Line) == (HEADER, ANSWERS)
    journal = Journal.reopen(path)
    journal.append({"kind": "measured", "n": 3})
    journal.close()
    assert read_journal(path, Line)[1] == [*ANSWERS, {"kind": "measured", "n": 3}]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"nonsense",
        b"[1]",
        b"[" * 10_000,
        b'{"kind": "measured", "n": 3}',
        sealed({"kind": "measured", "n": 3})[:-2],
        sealed({"kind": "measured", "n": 3}).replace(b"3", b"4", 1)[:-1],
        sealed({"kind": "measured", "n": 3})[:-1] * 2,
    ],
)
def test_a_damaged_line_in_the_middle_is_refused_by_its_number(
    tmp_path: Path, damage: bytes
) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes() + damage + b"\n" + sealed({"kind": "measured", "n": 9}))
    with pytest.raises(JournalError, match=r"x\.journal\.jsonl: line 5 is damaged.*--overwrite"):
        read_journal(path, Line)


@pytest.mark.parametrize("change", [0x01, 0xFF])
def test_every_byte_that_is_changed_damages_the_line_that_it_is_in(
    tmp_path: Path, change: int
) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    for at in range(len(whole) - 1):  # without its last byte the last line is a torn one
        damaged = bytearray(whole)
        damaged[at] ^= change
        path.write_bytes(damaged)
        line = whole[:at].count(b"\n") + 1
        with pytest.raises(JournalError, match=f": line {line} is damaged"):
            read_journal(path, Line)


def test_a_journal_cut_at_any_byte_keeps_every_line_that_is_whole(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    header = whole.index(b"\n") + 1
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        if length < header:
            with pytest.raises(JournalError, match="not a journal of a run"):
                read_journal(path, Line)
        else:
            kept = whole[:length].count(b"\n") - 1
            assert read_journal(path, Line) == (HEADER, ANSWERS[:kept])


def test_a_missing_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"cannot be read .*; mend that, or discard it"):
        read_journal(tmp_path / "gone.journal.jsonl", Line)


def test_a_file_without_a_header_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "x.journal.jsonl"
    path.write_bytes(sealed({"kind": "measured"}))
    with pytest.raises(JournalError, match="line 1 is of another version or kind of run"):
        read_journal(path, Line)


def test_a_number_that_json_does_not_know_is_never_written(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "x.journal.jsonl", HEADER)
    with pytest.raises(ValueError, match="not JSON compliant"):
        journal.append({"kind": "measured", "loss": float("nan")})
    journal.close()
    assert read_journal(tmp_path / "x.journal.jsonl", Line) == (HEADER, [])


class FullDisk:
    """A file that takes `room` bytes more, and then none: the last write is cut."""

    def __init__(self, file: Any, room: int) -> None:
        self.file, self.room = file, room

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self.file.write(data[: self.room])
        self.room -= written
        return int(written)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


@pytest.mark.parametrize("room", [0, 1, 20])
def test_a_line_that_does_not_fit_on_the_disk_is_an_error_and_leaves_no_trace(
    tmp_path: Path, room: int
) -> None:
    path = written(tmp_path)
    before = path.read_bytes()
    journal = Journal.reopen(path)
    journal.file = FullDisk(journal.file, room)
    with pytest.raises(JournalError, match=r"x\.journal\.jsonl: cannot be written \(No space left"):
        journal.append({"kind": "measured", "n": 3})
    assert path.read_bytes() == before
    journal.file.room = 1000
    journal.append({"kind": "measured", "n": 3})
    journal.close()
    assert read_journal(path, Line)[1] == [*ANSWERS, {"kind": "measured", "n": 3}]


def test_a_line_that_cannot_be_fsynced_is_an_error(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "x.journal.jsonl", HEADER)

    def sync(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    journal.sync = sync
    with pytest.raises(JournalError, match="Input/output error"):
        journal.append(ANSWERS[0])
    journal.close()
    assert read_journal(journal.path, Line) == (HEADER, [])


def test_a_journal_that_cannot_be_made_says_so_and_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match=r"file.x\.journal\.jsonl: cannot be written"):
        Journal.create(tmp_path / "file" / "x.journal.jsonl", HEADER)


def hold(result: Path, ready: Any, release: Any) -> None:
    lock = lock_result(result)
    ready.set()
    release.wait(30)
    lock.release()


def test_a_second_run_on_the_same_result_file_is_refused(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, release = context.Event(), context.Event()
    result = tmp_path / "machine.json"
    other = context.Process(target=hold, args=(result, ready, release))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(JournalError, match="another run is writing"):
            lock_result(result)
    finally:
        release.set()
        other.join(30)
    lock_result(result).release()


def test_a_killed_runs_lock_is_free_again(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, release = context.Event(), context.Event()
    result = tmp_path / "machine.json"
    other = context.Process(target=hold, args=(result, ready, release))
    other.start()
    assert ready.wait(30)
    other.kill()
    other.join(30)
    lock_result(result).release()


def test_a_difference_between_runs_names_the_field_and_both_values() -> None:
    same = {"seed": 0, "blocks": 5}
    assert difference(same, dict(same)) is None
    assert difference(same, same | {"blocks": 9}) == "blocks was 5 and is 9"
    assert difference(same, {"seed": 0}) == "blocks was 5 and is null"


def test_the_journal_lies_beside_its_result() -> None:
    assert journal_path(Path("results/box.json")) == Path("results/box.journal.jsonl")
