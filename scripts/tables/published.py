"""What imported tables say together, computed once: ratios, crossings, break-even, best batches."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from scripts.published import points, to_target
from scripts.read.checks.published import PUBLISHED
from scripts.read.document import read, require_new
from scripts.read.records.published import Published
from scripts.read.text import distinct, safe_text


@dataclass(frozen=True)
class Imported:
    """The tables by the names of their files, apart from all that was measured here."""

    files: dict[str, Published]

    @classmethod
    def read(cls, paths: Iterable[Path]) -> "Imported":
        """Raises ResultError for the first file that is no imported table."""
        seen: set[str] = set()
        known = list(paths)
        for path in known:
            require_new(path, seen)
        names = distinct(safe_text(path.stem) for path in known)
        files = [read(path, PUBLISHED).crossover_imported for path in known]
        return cls(dict(zip(names, files, strict=True)))

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
