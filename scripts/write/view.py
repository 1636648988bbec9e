"""What of an analysis the page shows in detail, in the order of the page."""

from collections.abc import Iterator
from functools import cached_property

import pandas as pd

from scripts.figures.heatmap import shared_limit
from scripts.sections.machine_tables import comparison_rows
from scripts.sections.section import Picture
from scripts.sections.target_tables import learned_rows
from scripts.tables.analysis import Analysis, Pair
from scripts.tables.comparison import Comparison
from scripts.tables.learned import Learned
from scripts.write.folder import file_stems
from scripts.write.pictures import Pictures

MOST_ROWS = 8_500
MOST_FILES = 50
BYTES_A_ROW = 450
"""Files are shown cell by cell while they have fewer verdicts together, so that the page stays
below 5 MB; of the others it has the crossovers, and the CSV files beside it everything. A verdict
takes about so many bytes in tables and heat maps; pictures get what is left."""


class View:
    """The analysis with its pictures, and with learning and a comparison of machines, if any.

    `files` are those that are shown cell by cell, `workloads` those that were timed or trained.

    `stems` and `work_stems` are the names of machines and workloads in names of files and links.
    """

    def __init__(
        self,
        analysis: Analysis,
        pictures: Pictures,
        *,
        learned: Learned | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        self.analysis = analysis
        self.pictures = pictures
        self.learned = learned
        self.comparison = comparison
        self.files = detailed(analysis)
        self.pairs = [pair for file in self.files for pair in analysis.pairs(file)]
        timed = [pair.workload for pair in self.pairs]
        trained = [] if learned is None else list(learned.runs["workload"])
        self.workloads = list(dict.fromkeys([*timed, *trained]))
        self.machines = list(dict.fromkeys(pair.machine for pair in self.pairs))
        self.stems = file_stems(list(analysis.results.files["machine"]))
        self.work_stems = file_stems(self.workloads)
        rows = int(analysis.verdicts["file"].isin(self.files).sum())
        rows += 0 if learned is None else learned_rows(learned)
        rows += 0 if comparison is None else comparison_rows(comparison)
        self.pictures.room -= BYTES_A_ROW * rows
        self._cells: dict[str, pd.DataFrame] = {}

    @cached_property
    def limit(self) -> float:
        """The end of the colour scale of all heat maps, in powers of two."""
        return shared_limit(self.analysis.verdicts)

    def of(self, workload: str) -> list[Pair]:
        """The workload's device pairs, machine by machine."""
        return [pair for pair in self.pairs if pair.workload == workload]

    def machines_of(self, workload: str) -> Iterator[Pair]:
        """One pair of each machine that has the workload."""
        yield from {pair.file: pair for pair in self.of(workload)}.values()

    def cells(self, workload: str) -> pd.DataFrame:
        """The rows of the workload's table of verdicts, numbered; `pair` and `place` tell pairs.

        Warm epochs first, then by epochs and batch size.
        """
        if workload not in self._cells:
            tables = [
                self.analysis.of(pair, self.analysis.verdicts)
                .sort_values(["epochs", "batch_size"], na_position="first", kind="stable")
                .assign(pair=pair.name, place=place)
                for place, pair in enumerate(self.of(workload))
                if pair.device is not None
            ]
            empty = self.analysis.verdicts.head(0).assign(pair="", place=0)
            self._cells[workload] = pd.concat(tables or [empty], ignore_index=True)
        return self._cells[workload]

    def picture(self, name: str, *, caption: str, alt: str, machine: str = "") -> Iterator[Picture]:
        """The report's figure of that name, or nothing where the page has no room for it."""
        source = self.pictures.take(name)
        if source is not None:
            yield Picture(name=name, caption=caption, alt=alt, source=source, machine=machine)


def detailed(analysis: Analysis) -> tuple[str, ...]:
    """The first files whose verdicts fit into the page; the very first in any case."""
    rows = analysis.verdicts.groupby("file", sort=False).size()
    chosen: list[str] = []
    total = 0
    for file in analysis.whole[:MOST_FILES]:
        total += int(rows.get(file, 0))
        if chosen and total > MOST_ROWS:
            break
        chosen.append(file)
    return tuple(chosen)
