"""What slides are made of: learning and timing files, and tables of an evidence command."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from scripts.read.document import ResultError
from scripts.tables.analysis import Analysis
from scripts.tables.learned import Learned

TABLES = {
    "filters": ("network", "kernel_size", "steps", "seed", "score"),
    "gradients": ("network", "precision", "h", "direction", "error"),
    "mask": ("trained", "looked", "seed", "epoch", "bits"),
}
"""By name: the columns of a table of `python -m tests.evidence.lecture`."""


@dataclass(frozen=True)
class Lecture:
    """Result files, read, and by name the evidence tables that there are."""

    analysis: Analysis
    learned: Learned
    tables: dict[str, pd.DataFrame]

    @classmethod
    def read(cls, timing: Sequence[Path], learning: Sequence[Path], folder: Path) -> "Lecture":
        """From result files and the folder of the tables, of which some may be missing.

        Raises ResultError for a bad one.
        """
        analysis = Analysis(timing)
        paths = {name: folder / f"{name}.csv" for name in TABLES}
        tables = {
            name: evidence(path, TABLES[name]) for name, path in paths.items() if path.exists()
        }
        return cls(analysis, Learned.read(learning, analysis.rounds), tables)


def command_of(name: str) -> str:
    """The command that writes a table."""
    return f"python -m tests.evidence.lecture {name}"


def evidence(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """One table; raises ResultError that names file and column where it is another one."""
    way_out = f"write it with {command_of(path.stem)}"
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise ResultError(path, "", f"cannot be read: {error}; {way_out}") from None
    for name in columns:
        if name not in table:
            raise ResultError(path, name, f"is missing; {way_out}")
        if name == columns[-1] and not pd.api.types.is_numeric_dtype(table[name]):
            raise ResultError(path, name, f"is no number; {way_out}")
    return table
