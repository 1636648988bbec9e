"""What imported tables say together, computed once: ratios, crossings, break-even, best batches."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from scripts.published import points, to_target
from scripts.read.checks.published import PUBLISHED
from scripts.read.document import ResultError, read, require_new
from scripts.read.records.published import Published
from scripts.read.table import Skip
from scripts.read.text import distinct, safe_text


@dataclass(frozen=True)
class Imported:
    """The tables by the names of their files, apart from all that was measured here."""

    files: dict[str, Published]

    @classmethod
    def read(cls, paths: Iterable[Path], *, skip: Skip | None = None) -> "Imported":
        """Raises ResultError for the first file that is not sound, or gives each to `skip`."""
        seen: set[str] = set()
        found: list[tuple[str, Published]] = []
        for path in paths:
            try:
                require_new(path, seen)
                found.append((safe_text(path.stem), read(path, PUBLISHED).crossover_imported))
            except ResultError as error:
                if skip is None:
                    raise
                skip(error)
        names = distinct(name for name, _file in found)
        return cls(dict(zip(names, (file for _name, file in found), strict=True)))

    @cached_property
    def ratios(self) -> pd.DataFrame:
        """As `points.ratios`."""
        return points.ratios(self.files)

    @cached_property
    def crossings(self) -> pd.DataFrame:
        """As `points.crossings`."""
        return points.crossings(self.ratios)

    @cached_property
    def break_even(self) -> pd.DataFrame:
        """As `points.break_even`."""
        return points.break_even(self.ratios)

    @cached_property
    def times(self) -> pd.DataFrame:
        """As `to_target.times_to_target`."""
        return to_target.times_to_target(self.files)

    @cached_property
    def best(self) -> pd.DataFrame:
        """As `to_target.best_batches`."""
        return to_target.best_batches(self.times)
