"""What imported tables say together, computed once: ratios, crossings, break-even, best batches."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from scripts.published import points, to_target
from scripts.read.checks.published import PUBLISHED
from scripts.read.document import Skip, sound
from scripts.read.records.published import Published
from scripts.read.text import distinct, safe_text


@dataclass(frozen=True)
class Imported:
    """The tables by the names of their files, apart from all that was measured here."""

    files: dict[str, Published]

    @classmethod
    def read(cls, paths: Iterable[Path], *, skip: Skip | None = None) -> "Imported":
        """Raises ResultError for the first file that is not sound, or gives each to `skip`."""
        found = [*sound(paths, PUBLISHED, skip=skip)]
        names = distinct(safe_text(path.stem) for path, _file in found)
        tables = (file.crossover_imported for _path, file in found)
        return cls(dict(zip(names, tables, strict=True)))

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
