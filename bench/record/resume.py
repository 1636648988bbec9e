"""A result file that a run has to itself: its lock, its journal, and what must not be lost."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from bench.measure.journal import (
    JOURNAL,
    MEND,
    Header,
    Journal,
    JournalError,
    Line,
    difference,
    journal_path,
    lock_path,
    lock_result,
    read_journal,
)
from bench.measure.measurements import Resumed
from bench.parse import wrong
from bench.record.result_file import run_started, temporary_path

FLAG = "--benchmark-json"
LONGEST_NAME = 200
"""Bytes of a result file's name: its journal's and its lock's are longer, and 255 are the most."""

MACHINE_ID = "machine_id"


@dataclass
class Claim:
    """The place of a result: `key` is our part of its content, `kinds` are the journal's lines.

    Everything that cannot be done is a `pytest.UsageError`: one line that says what to do.
    """

    path: Path
    key: str
    kinds: Any
    resume: bool
    overwrite: bool
    command: str
    same_machine: bool = False
    """Whether a resumed run goes on though the machine is told by another id: it was said to."""
    lock: FileLock | None = field(default=None, init=False)

    def check(self) -> None:
        """Refuses to lose a result or a journal, and to work on a file beside another run."""
        journal = journal_path(self.path)
        if self.lock is None and lock_path(self.path).exists():
            self._lock().release()
        if self.resume:
            self._check_resume(journal)
        elif not self.overwrite and journal.exists():
            raise pytest.UsageError(
                f"{journal} holds a run that was cut short; "
                "finish it with --resume or discard it with --overwrite"
            )
        elif not self.overwrite and self.path.exists():
            raise pytest.UsageError(
                f"{self.path} exists; name another file or replace it with --overwrite"
            )

    def _check_resume(self, journal: Path) -> None:
        """A result that lies there already must be of the run in the journal, or given up by it."""
        if not journal.exists():
            raise pytest.UsageError(
                f"--resume: there is no {journal} to resume; start without --resume"
            )
        header, _ = self._read(journal)
        mine = header.overwrites or run_started(self.path, self.key) == header.started
        if self.path.exists() and not mine:
            raise pytest.UsageError(
                f"--resume: {self.path} is not of the run in {journal}; move the result away first"
            )

    def take(self) -> None:
        """Takes the file until `release`, after a check with nobody else at work on it."""
        self.lock = self._lock()
        self.check()

    def _lock(self) -> FileLock:
        try:
            return lock_result(self.path)
        except JournalError as error:
            raise pytest.UsageError(str(error)) from None

    def release(self) -> None:
        """Lets another run have the file."""
        if self.lock is not None:
            # Unlinked while it is held: whoever waits for it sees that the file is gone.
            with suppress(OSError):  # the folder may have gone, or be another's by now
                lock_path(self.path).unlink()
            self.lock.release()
            self.lock = None

    def open_journal(self, identity: Line, *, now: str) -> tuple[Journal, str, list[Any]]:
        """The journal, when its run began, and the lines that a resumed run has already.

        `identity` must not change between a run and its resumption; it is compared field by field.
        """
        path = journal_path(self.path)
        identity = json.loads(json.dumps(identity))  # as it comes back: JSON has no tuples
        try:
            if not self.resume:
                # A later --resume may replace the result that lies there now: this run was told so.
                header = Header(now, self.command, self.path.exists(), identity)
                return Journal.create(path, header), now, []
            header, lines = self._read(path)
            differs = difference(self._known(header.identity), self._known(identity))
            if differs:
                raise pytest.UsageError(
                    f"--resume: {path} is of another run: {differs}; "
                    f"give the same command on the same machine{self._or_say_so(differs)} with the "
                    "version that began it, or another file"
                )
            journal = Journal.reopen(path)
            journal.append(Resumed(now, self.command))
        except JournalError as error:
            option = "--resume: " if self.resume else ""
            raise pytest.UsageError(f"{option}{error}; {MEND}") from None
        return journal, header.started, lines

    def _known(self, identity: Line) -> Line:
        """The fields that have to agree."""
        return {
            name: value
            for name, value in identity.items()
            if not (self.same_machine and name == MACHINE_ID)
        }

    def _or_say_so(self, differs: str) -> str:
        """A new container is another machine only by its id."""
        return " (--same-machine says that it is)" if differs.startswith(MACHINE_ID) else ""

    def _read(self, journal: Path) -> tuple[Header, list[Any]]:
        try:
            return read_journal(journal, self.kinds)
        except JournalError as error:
            raise pytest.UsageError(f"--resume: {error}") from None


def result_path(config: pytest.Config, *, resume: bool, overwrite: bool) -> Path:
    """Where the result goes: checked to be writable and not to hold what must not be lost."""
    given: str | None = config.getoption(FLAG)
    if config.option.collectonly:
        return Path(given or "results/unnamed.json")
    if not given:
        raise pytest.UsageError(
            "name the result file: pytest bench --benchmark-json results/<machine>.json"
        )
    if resume and overwrite:
        raise pytest.UsageError("--resume and --overwrite exclude each other; give one of them")
    try:
        path = Path(given).expanduser()
    except RuntimeError:  # ~nobody
        path = Path(given)
    _check_name(path)
    try:
        _check_place(path)
    except OSError as error:
        raise wrong(
            FLAG, str(path), f"the folder cannot be written ({error.strerror}); name another"
        ) from None
    return path


def _check_name(path: Path) -> None:
    """Refuses a name that is none, or that would be too long for the journal when it is made."""
    length = len(os.fsencode(path.name))
    if path.name.strip() in ("", "-") or not path.name.isprintable():
        raise wrong(FLAG, str(path), "names no file that can be shown; e.g. results/machine.json")
    if path.name.endswith(JOURNAL):
        raise wrong(FLAG, str(path), "is a journal's name; that of a result ends in .json")
    if length > LONGEST_NAME:
        raise wrong(FLAG, path.name, f"a name of {length} bytes, and {LONGEST_NAME} are the most")


def _check_place(path: Path) -> None:
    """Refuses a place at which no file can be written, or would take the place of something else.

    Only a real file shows that a folder can be written (root passes every permission bit).
    """
    if path.is_dir():
        example = path / "machine.json"
        raise wrong(FLAG, str(path), f"is a directory; name a file in it, e.g. {example}")
    for place in (path, journal_path(path), temporary_path(path)):
        if place.exists() and not place.is_file():  # a device that root would replace, a folder
            raise wrong(FLAG, str(path), f"{place} is no regular file; move it or name another")
    path.parent.mkdir(parents=True, exist_ok=True)
    probe = path.with_name(f".{path.name}.probe")  # not another run's temporary file
    probe.touch()
    probe.unlink()
