"""The journal: every worker's answer as one fsynced line, before anything else happens to it.

Line 1 is the run's identity; each further line is an answer. A line ends in the checksum of what
stands before it, so a damaged one is known. A last line torn by a crash is cut off when the journal
is read, and one that did not fit on the disk is cut off at once.
"""

import json
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

Line = dict[str, Any]
SEAL = b', "crc32": '
JOURNAL = ".journal.jsonl"
"""Ends the name of a result's journal."""


class Header(msgspec.Struct, tag="run", tag_field="kind"):
    """A journal's first line: whose it is, and whether it may replace an earlier result."""

    started: str
    command: str
    overwrites: bool
    identity: Line


class JournalError(Exception):
    """A journal that cannot be used; the message names the file and says what to do."""


STOPS = (JournalError, OSError, RuntimeError)
"""What ends a run before its end, with the way to resume it: no disk, process or thread is left."""
MEND = "mend that first"
"""The way out where a file cannot be written and nothing is lost."""


def journal_path(result: Path) -> Path:
    """Where the journal of a result file lies: beside it."""
    return result.with_name(f"{result.stem}{JOURNAL}")


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
    except (
        OSError,
        NotImplementedError,
    ) as error:  # the latter: a file system without locks
        raise JournalError(f"{_unwritable(lock_path(result), error)}; {MEND}") from None
    return lock


@dataclass
class Journal:
    """An open journal: `append` returns when the line is on the disk.

    `written` is everything in it: where somebody removes the file it is written again, whole.
    """

    path: Path
    file: Any
    written: bytearray = field(default_factory=bytearray)
    sync: Callable[[int], None] = os.fsync

    @classmethod
    def create(cls, path: Path, header: Header) -> "Journal":
        """A new journal with its header line; replaces an existing one. Raises JournalError.

        It takes its place when its header is on the disk: one without a header helps nobody.
        """
        journal = cls(path, None, bytearray(sealed(header)))
        journal._write_anew()
        return journal

    @classmethod
    def reopen(cls, path: Path) -> "Journal":
        """An existing journal, its torn last line cut off, ready for more. Raises JournalError."""
        try:
            data = path.read_bytes()
            whole = data.rfind(b"\n") + 1
            file = path.open("r+b", buffering=0)
            file.truncate(whole)
            file.seek(whole)
        except OSError as error:
            raise _unwritable(path, error) from None
        return cls(path, file, bytearray(data[:whole]))

    def append(self, line: object) -> None:
        """Writes one line and waits until it is on the disk; raises JournalError when it is not."""
        data = sealed(line)
        begin = self.file.tell()
        try:
            self._write(self.file, data)
        except OSError as error:
            with suppress(OSError):  # where even this fails, reading cuts the torn line
                self.file.truncate(begin)
                self.file.seek(begin)
            raise _unwritable(self.path, error) from None
        self.written += data
        self.keep()

    def keep(self) -> None:
        """Writes the journal again where it is no longer at its place; raises JournalError."""
        try:
            there = os.path.samestat(self.path.stat(), os.fstat(self.file.fileno()))
        except OSError:
            there = False
        if not there:
            self._write_anew()

    def close(self) -> None:
        """Closes the file; every line is on the disk already."""
        with suppress(JournalError):  # whoever speaks of the journal then looks whether it is there
            self.keep()
        self.file.close()

    def _write(self, file: Any, data: bytes | bytearray) -> None:
        while data:
            data = data[file.write(data) :]
        self.sync(file.fileno())

    def _write_anew(self) -> None:
        """Writes all lines to a file beside the journal's place, which it then takes."""
        beside = self.path.with_name(f".{self.path.name}.tmp")
        try:
            beside.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb", buffering=0) as file:
                self._write(file, self.written)
            beside.replace(self.path)
            anew = self.path.open("r+b", buffering=0)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise _unwritable(self.path, error) from None
        sync_folder(self.path.parent)
        anew.seek(0, os.SEEK_END)
        if self.file is not None:
            self.file.close()
        self.file = anew


def _unwritable(path: Path, error: OSError | NotImplementedError) -> JournalError:
    return JournalError(f"{path}: cannot be written ({getattr(error, 'strerror', None) or error})")


def sync_folder(folder: Path) -> None:
    """Makes a new name in the folder outlive a power cut; not every system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    with suppress(OSError):
        os.fsync(descriptor)
    os.close(descriptor)


def sealed(line: object) -> bytes:
    """Returns a record as a line of JSON, its last field the checksum of the text before it.

    Raises ValueError for a number that JSON does not know.
    """
    text = json.dumps(msgspec.to_builtins(line), allow_nan=False).encode().removesuffix(b"}")
    return b"%b%b%b\n" % (text, SEAL, _checksum(text))


def _checksum(text: bytes) -> bytes:
    return b'"%08x"}' % zlib.crc32(text)


def _unsealed(line: bytes) -> bytes | None:
    """The text of a line without its checksum; None when the line is not as it was written."""
    text, _, checksum = line.rpartition(SEAL)
    return text + b"}" if checksum == _checksum(text) else None


def read_journal(path: Path, kinds: Any) -> tuple[Header, list[Any]]:
    """Returns (header, lines of these `kinds`); raises JournalError for one that does not read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise JournalError(
            f"{path}: cannot be read ({error.strerror}); mend that, or discard it with --overwrite"
        ) from None
    lines: list[Any] = []
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        text = _unsealed(line)
        if text is None:
            raise JournalError(
                f"{path}: line {number} is damaged; start again with --overwrite, "
                "or cut the journal before that line"
            )
        try:
            lines.append(msgspec.json.decode(text, type=kinds if lines else Header))
        except msgspec.MsgspecError:
            raise JournalError(
                f"{path}: line {number} is of another version or kind of run; "
                "start again with --overwrite"
            ) from None
    if not lines:
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
