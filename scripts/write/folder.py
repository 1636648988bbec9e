"""Writes a report's own files into a folder, each whole or not at all, and nothing else."""

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from scripts.read.columns import TEXT
from scripts.read.document import ResultError
from scripts.read.text import untaken

_FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet runs: at the start of a cell, which for some is after a semicolon too."""


class Folder:
    """The folder of a report. It is made when missing; other files in it are left alone.

    None of `inputs` is ever replaced.
    """

    def __init__(self, path: Path, *, inputs: Iterable[Path] = ()) -> None:
        self.path = path
        self.inputs = tuple(inputs)
        self.written: list[str] = []
        self._taken: set[str] = set()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise _unwritable(path, error) from None

    def write(self, name: str, content: bytes) -> str:
        """Writes one file of the report, and returns its name: numbered where that is taken.

        Names that differ by capitals alone are one name, since on some systems they are.
        """
        if name in ("", ".", "..") or Path(name).name != name:
            raise ValueError(f"{name!r} is not the name of a file in the folder")
        unique = untaken(name, self._taken)
        write_whole(self.path / unique, content, inputs=self.inputs)
        self.written.append(unique)
        return unique

    def write_table(self, name: str, table: pd.DataFrame) -> str:
        """Writes a CSV file, as `csv_bytes` makes it."""
        return self.write(name, csv_bytes(table))


def write_whole(path: Path, content: bytes, *, inputs: Iterable[Path] = ()) -> None:
    """Writes a file beside its place and renames it, so that readers never see half of it.

    A link at its place is replaced, not followed. Raises ResultError where that cannot be done, for
    a place that is no file (a folder, a device), and for one of the `inputs`.
    """
    temporary = None
    try:
        _require_replaceable(path, inputs)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError | ValueError):
            raise _unwritable(path, error) from None
        raise


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV. Text that a spreadsheet would run as a formula is quoted with a `'`."""
    safe = table.copy()
    for name in safe.select_dtypes(sorted({"object", TEXT})).columns:
        if safe[name].dtype == object:
            safe[name] = [_tame(value) if isinstance(value, str) else value for value in safe[name]]
            continue
        tamed = {text: _tame(text) for text in safe[name].dropna().unique()}  # few, many times each
        changed = {old: new for old, new in tamed.items() if new != old}
        if changed:
            safe[name] = safe[name].replace(changed)
    return safe.to_csv(index=False, lineterminator="\n").encode()


def _tame(text: str) -> str:
    return _FORMULA.sub(r"\1'", text)


def _require_replaceable(path: Path, inputs: Iterable[Path]) -> None:
    if not path.exists():
        return
    if not path.is_file():
        raise ResultError(path, "", "cannot be written: is not a regular file; name another place")
    if any(source.exists() and path.samefile(source) for source in inputs):
        raise ResultError(path, "", "cannot be written: it is read; name another file")


def _unwritable(path: Path, error: OSError | ValueError) -> ResultError:
    reason = getattr(error, "strerror", None) or error
    return ResultError(path, "", f"cannot be written: {reason}; name another place")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
