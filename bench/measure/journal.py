"""The journal: every worker's answer as one fsynced line, before anything else happens to it.

Line 1 is the run's identity; each further line is an answer. A line ends in the checksum of what
stands before it, so a damaged one is known. A last line torn by a crash is cut off when the journal
is read, and one that did not fit on the disk is cut off at once.
"""

import json
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

Line = dict[str, Any]
SEAL = b', "crc32": '


class JournalError(Exception):
    """A journal that cannot be used; the message names the file and says what to do."""


def journal_path(result: Path) -> Path:
    """Where the journal of a result file lies: beside it."""
    return result.with_name(f"{result.stem}.journal.jsonl")


def lock_path(result: Path) -> Path:
    """The lock that keeps a second run off the same result file."""
    return result.with_name(f".{result.stem}.lock")


def lock_result(result: Path) -> FileLock:
    """Takes the result file for this run; the system frees the lock when the process ends."""
    lock = FileLock(lock_path(result))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise JournalError(
            f"{result}: another run is writing this result file; wait for it or name another file"
        ) from None
    except OSError as error:
        raise _unwritable(lock_path(result), error) from None
    return lock


@dataclass
class Journal:
    """An open journal: `append` returns when the line is on the disk."""

    path: Path
    file: Any
    sync: Callable[[int], None] = os.fsync

    @classmethod
    def create(cls, path: Path, header: Line) -> "Journal":
        """A new journal with its header line; replaces an existing one. Raises JournalError."""
        try:
            journal = cls(path, path.open("wb", buffering=0))
        except OSError as error:
            raise _unwritable(path, error) from None
        journal.append(header)
        sync_folder(path.parent)
        return journal

    @classmethod
    def reopen(cls, path: Path) -> "Journal":
        """An existing journal, its torn last line cut off, ready for more. Raises JournalError."""
        try:
            whole = _whole_bytes(path)
            file = path.open("r+b", buffering=0)
            file.truncate(whole)
            file.seek(whole)
        except OSError as error:
            raise _unwritable(path, error) from None
        return cls(path, file)

    def append(self, line: Line) -> None:
        """Writes one line and waits until it is on the disk; raises JournalError when it is not."""
        data = sealed(line)
        begin = self.file.tell()
        try:
            while data:
                data = data[self.file.write(data) :]
            self.sync(self.file.fileno())
        except OSError as error:
            self._cut(begin)
            raise _unwritable(self.path, error) from None

    def _cut(self, whole: int) -> None:
        """Takes back a line that was written in part; where even that fails, reading does it."""
        try:
            self.file.truncate(whole)
            self.file.seek(whole)
        except OSError:
            return

    def close(self) -> None:
        """Closes the file; every line is on the disk already."""
        self.file.close()


def _unwritable(path: Path, error: OSError) -> JournalError:
    return JournalError(f"{path}: cannot be written ({error.strerror or error})")


def sync_folder(folder: Path) -> None:
    """Makes a new name in the folder outlive a power cut; not every system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)


def sealed(line: Line) -> bytes:
    """Returns a line as JSON whose last field is the checksum of the text before it."""
    text = json.dumps(line, allow_nan=False).encode().removesuffix(b"}")
    return b"%b%b%b\n" % (text, SEAL, _checksum(text))


def _checksum(text: bytes) -> bytes:
    return b'"%08x"}' % zlib.crc32(text)


def _unsealed(data: bytes) -> Line | None:
    """Returns what `sealed` was given; None when the line is not as it was written."""
    text, _, checksum = data.rpartition(SEAL)
    if checksum != _checksum(text):
        return None
    line: Line = json.loads(text + b"}")
    return line


def _whole_bytes(path: Path) -> int:
    return path.read_bytes().rfind(b"\n") + 1


def read_journal(path: Path) -> tuple[Line, list[Line]]:
    """Returns (header, answers); raises JournalError for a missing or damaged journal."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise JournalError(
            f"{path}: no journal to resume ({error.strerror}); start without --resume"
        ) from None
    lines: list[Line] = []
    for number, text in enumerate(data.split(b"\n")[:-1], start=1):
        line = _unsealed(text)
        if line is None:
            raise JournalError(
                f"{path}: line {number} is damaged; start again with --overwrite, "
                "or cut the journal before that line"
            )
        lines.append(line)
    if not lines or lines[0].get("kind") != "run":
        raise JournalError(f"{path}: not a journal of a run; start again with --overwrite")
    return lines[0], lines[1:]


def difference(old: Line, new: Line) -> str | None:
    """The first field in which two runs' identities differ, in words; None when they are one.

    First in the order of the identity: what was typed says more than the cells that come of it.
    """
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) != new.get(name):
            return f"{name} was {_short(old.get(name))} and is {_short(new.get(name))}"
    return None


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "..."
