"""Learning in tables: epochs and time to the target, contests of sides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from scripts.figures.style import labelled
from scripts.read import learning
from scripts.read.document import Skip
from scripts.target.contest import contests
from scripts.target.critical import critical
from scripts.target.kinds import kinds
from scripts.target.source import one_source
from scripts.target.standing import with_whole_epochs
from scripts.target.time import times_to_target
from scripts.target.turning import savings, turning_points


@dataclass(frozen=True)
class Learned:
    """What learning files say, joined with the rounds of timing files (empty: none were given).

    `runs`, `absent` and `files` are those of `learning.load_files`; `strict` is how contests are
    judged (`rule.adjusted`).
    """

    runs: pd.DataFrame
    rounds: pd.DataFrame
    absent: pd.DataFrame = field(default_factory=pd.DataFrame)
    files: pd.DataFrame = field(default_factory=pd.DataFrame)
    strict: bool = False

    @classmethod
    def read(
        cls, paths: Sequence[Path], rounds: pd.DataFrame, *, strict: bool = False
    ) -> "Learned":
        """From the paths of learning files and rows of `table.load`."""
        known = learning.load_files(paths)
        return cls(known.runs, rounds, known.absent, known.files, strict)

    @classmethod
    def known(
        cls, paths: Sequence[Path], rounds: pd.DataFrame, *, strict: bool, skip: Skip | None
    ) -> "Learned | None":
        """The same, bad files given to `skip`; None where there is no file, or none is left."""
        found = learning.load_files(paths, skip=skip) if paths else None
        if found is None or found.files.empty:
            return None
        return cls(found.runs, rounds, found.absent, found.files, strict)

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """Epochs to the target and those that hold, a row per cell."""
        return with_whole_epochs(learning.epochs_to_target(self.runs), self.runs)

    @cached_property
    def critical(self) -> pd.DataFrame:
        """Critical batch sizes, a row per workload and optimiser."""
        return critical(self.epochs)

    @cached_property
    def times(self) -> pd.DataFrame:
        """Times to the target, a row per side and cell."""
        if self.rounds.empty:
            return pd.DataFrame()
        times = times_to_target(one_source(self.epochs), self.rounds)
        return labelled(times) if len(times) else times

    @cached_property
    def contests(self) -> pd.DataFrame:
        """Sides against their base in time to the target; empty where nothing was timed."""
        if self.times.empty:
            return pd.DataFrame()
        return contests(self.times, self.rounds, strict=self.strict)

    @cached_property
    def turning(self) -> pd.DataFrame:
        """Where the held-out loss turns up, a row per cell that was trained to the last epoch."""
        return turning_points(self.runs)

    @cached_property
    def savings(self) -> pd.DataFrame:
        """What early stopping saves, a row per side and such a cell."""
        if self.turning.empty or self.rounds.empty:
            return pd.DataFrame()
        return savings(self.turning, self.epochs, self.rounds)

    @cached_property
    def kinds(self) -> pd.DataFrame:
        """Networks that learned the same data, a row per network and timed side."""
        return kinds(self.turning, self.epochs, self.rounds)

    @cached_property
    def workloads(self) -> list[str]:
        """The workloads of the runs, and those that were to be trained."""
        tables = [table for table in (self.runs, self.absent) if len(table)]
        return list(dict.fromkeys(name for table in tables for name in table["workload"]))

    def of(self, workload: str, table: pd.DataFrame) -> pd.DataFrame:
        """The workload's rows of one of these tables, which may be empty."""
        return table[table["workload"] == workload] if len(table) else table

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number behind the figures."""
        tables = {
            "epochs_to_target.csv": self.epochs.drop(columns=["steps", "stands"]),
            "critical_batch_sizes.csv": self.critical,
        }
        if len(self.turning):
            tables["turning_points.csv"] = self.turning
        if len(self.savings):
            tables["early_stopping.csv"] = self.savings
        if len(self.times):
            tables["time_to_target.csv"] = self.times.drop(columns=["draws", "label"])
            tables["contests.csv"] = self.contests.drop(columns="device_label", errors="ignore")
        return tables
