"""Writes a report's own files into a folder, each whole or not at all, and nothing else."""

import os
import tempfile
from pathlib import Path

import pandas as pd

from scripts.result_file import ResultError
from scripts.text import file_stem

_FORMULA = ("=", "+", "-", "@")


class Folder:
    """The folder of a report. It is made when missing; other files in it are left alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written: list[str] = []
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(path, error) from None

    def write(self, name: str, content: bytes) -> None:
        """Writes one file of the report."""
        write_whole(self.path / name, content)
        self.written.append(name)

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Writes a CSV file, as `csv_bytes` makes it."""
        self.write(name, csv_bytes(table))


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file beside its place and renames it, so that readers never see half of it."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV. Text that a spreadsheet would run as a formula is quoted with a `'`."""
    safe = table.copy()
    for name in safe.select_dtypes(["object", "str"]).columns:
        safe[name] = [
            f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
            for value in safe[name]
        ]
    return safe.to_csv(index=False, lineterminator="\n").encode()


def file_stems(names: list[str]) -> dict[str, str]:
    """A safe file name for each of the names, different ones even where capitals do not count."""
    stems: dict[str, str] = {}
    for name in names:
        stem, number = file_stem(name), 1
        unique = stem
        while unique.lower() in {taken.lower() for taken in stems.values()}:
            number += 1
            unique = f"{stem}-{number}"
        stems[name] = unique
    return stems


def _unwritable(path: Path, error: OSError) -> ResultError:
    return ResultError(path, "", f"cannot be written: {error.strerror or error}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
