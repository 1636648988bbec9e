"""What all sections are made of: the analysis, learning and the comparison, in the page's order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import pandas as pd

from scripts.bound.cards import cards
from scripts.bound.floor import bounds
from scripts.figures.heatmap import shared_limit
from scripts.machines.rates import rates
from scripts.machines.same_work import only_like
from scripts.read.sides import is_cpu
from scripts.read.text import counted, file_stems
from scripts.sections.section import Brief, Line
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison
from scripts.tables.learned import Learned
from scripts.tables.pair import Pair
from scripts.tables.published import Imported
from scripts.tables.told import Told, leading, machine_names, told
from scripts.words.names import listed

MOST_CPUS = 2
"""Files of the CPU alone that are told of at once; of more, each is folded."""
MOST_NAMED = 2
"""Machines whose names a page begins with; of more there is the number."""
MOST_ROWS = 8_500
MOST_FILES = 50
"""Files are shown cell by cell while they have fewer verdicts together, so that the page stays
below 5 MB; of the others it has the crossovers, and the CSV files beside it everything."""


@dataclass(frozen=True)
class Report:
    """The tables of a report, with learning, a comparison and imported tables, if any."""

    analysis: Analysis
    learned: Learned | None = None
    comparison: Comparison | None = None
    published: Imported | None = None

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files that are shown cell by cell."""
        return detailed(self.analysis)

    @cached_property
    def pairs(self) -> list[Pair]:
        """The pairs of sides that are shown."""
        return [pair for file in self.files for pair in self.analysis.pairs(file)]

    @cached_property
    def all_files(self) -> list[dict[Any, Any]]:
        """What is known of each file that is told apart: of none where they are many."""
        return [] if self.analysis.many else self.analysis.results.files.to_dict("records")

    @cached_property
    def all_pairs(self) -> list[Pair]:
        """The pairs of sides of these files, of which there are pictures."""
        return [pair for file in self.all_files for pair in self.analysis.pairs(file["file"])]

    @cached_property
    def cpu_only(self) -> dict[str, str]:
        """The machines that have no side but of the CPU, by their files, which are told apart."""
        rounds = self.analysis.rounds
        others = set(rounds.loc[~rounds["side"].map(is_cpu).astype(bool), "file"])
        return {one["file"]: one["machine"] for one in self.all_files if one["file"] not in others}

    @property
    def cpu_part(self) -> Literal["answer", "after"]:
        """Where on the page these machines are told of."""
        return "answer" if self.cpu_leads and len(self.cpu_only) <= MOST_CPUS else "after"

    @property
    def cpu_leads(self) -> bool:
        """Whether the report begins with these machines: no other has a GPU."""
        return all(one.pair.file in self.cpu_only for one in self.leading)

    @cached_property
    def bounds(self) -> pd.DataFrame:
        """What no GPU can beat, of the sound cells of these machines' files."""
        rounds, dispatch = self.analysis.trusted, self.analysis.results.dispatch
        own = rounds[rounds["file"].isin(self.cpu_only) & (rounds["doubt"] == "")]
        return bounds(own, dispatch, cards().values())

    @cached_property
    def rates(self) -> pd.DataFrame:
        """The most samples per second of several machines with the same work, if there are any.

        A machine's files are one machine, which the first of them names.
        """
        comparison, rounds = self.comparison, self.analysis.trusted
        if comparison is None:
            return rates(rounds.head(0))
        files = comparison.files
        names = machine_names(files)
        if len(set(names.values())) < 2:
            return rates(rounds.head(0))
        own, _ = only_like(rounds[rounds["file"].isin(files["file"])], base=comparison.base)
        return rates(own.assign(machine=own["file"].map(names)))

    @cached_property
    def workloads(self) -> list[str]:
        """Every workload that was timed or trained."""
        timed = [pair.workload for pair in (*self.pairs, *self.all_pairs)]
        trained = [] if self.learned is None else list(self.learned.runs["workload"])
        return list(dict.fromkeys([*timed, *trained]))

    @cached_property
    def told(self) -> list[Told]:
        """Every contest, a machine's files as one machine, those that matter most first."""
        return told(self.analysis, [file["file"] for file in self.all_files])

    @property
    def leading(self) -> list[Told]:
        """The contests that a report begins with."""
        return leading(self.told)

    @cached_property
    def machines(self) -> list[str]:
        """The files that are shown, each by the name of its machine, which tells it from others."""
        return list(dict.fromkeys(pair.machine for pair in self.pairs))

    @cached_property
    def owners(self) -> dict[str, str]:
        """The machine of each file: files of one machine are one machine."""
        return machine_names(self.analysis.results.files)

    @property
    def about(self) -> str:
        """What is measured here: `xeon`, `10 machines`, `xeon and devbox (6 files)`."""
        return about_words(self.owners.values())

    @cached_property
    def stems(self) -> dict[str, str]:
        """The names of machines in names of files and links."""
        return file_stems(self.analysis.results.files["machine"])

    @cached_property
    def work_stems(self) -> dict[str, str]:
        """The names of workloads in names of tables and links."""
        return file_stems(self.workloads)

    @cached_property
    def limit(self) -> float:
        """The end of the colour scale of all heat maps, in powers of two."""
        return shared_limit(self.analysis.verdicts)

    def of(self, workload: str) -> list[Pair]:
        """Return the workload's pairs of sides that are shown, machine by machine."""
        return [pair for pair in self.pairs if pair.workload == workload]

    def all_of(self, workload: str) -> list[Pair]:
        """Return the workload's pairs of sides of all files that are told apart."""
        return [pair for pair in self.all_pairs if pair.workload == workload]

    def rounds_of(self, workload: str) -> pd.DataFrame:
        """Return the rows, without A/A repeats, of the workload, of every machine that is shown."""
        pairs = one_per_file(self.of(workload))
        tables = [self.analysis.rounds_of(pair) for pair in pairs]
        return pd.concat(tables or [self.analysis.trusted.head(0)])

    @cached_property
    def _cells(self) -> dict[str, pd.DataFrame]:
        return {workload: self._cells_of(workload) for workload in self.workloads}

    def cells(self, workload: str) -> pd.DataFrame:
        """Return the rows of the workload's table of verdicts, numbered; `pair` tells pairs.

        Warm epochs first, then by epochs and batch size.
        """
        return self._cells[workload]

    def _cells_of(self, workload: str) -> pd.DataFrame:
        tables = [
            self.analysis.of(pair, self.analysis.verdicts)
            .sort_values(["epochs", "batch_size"], na_position="first", kind="stable")
            .assign(pair=pair.name)
            for pair in self.of(workload)
            if pair.side
        ]
        empty = self.analysis.verdicts.head(0).assign(pair="")
        return pd.concat(tables or [empty], ignore_index=True)


def one_per_file(pairs: list[Pair]) -> Iterator[Pair]:
    """Yield a pair of each file, for what is said of all its sides."""
    yield from {pair.file: pair for pair in pairs}.values()


def first_files(lines: Sequence[Brief]) -> Brief:
    """Return the lines of the first files that have any, and how many more there are."""
    told = [own for own in lines if own]
    more = len(told) - MOST_CPUS
    words = f"and {counted(more, 'more file')}: report.html has them"
    return [*chain(*told[:MOST_CPUS]), *[Line(words, tone="faint")] * (more > 0)]


def about_words(machines: Iterable[str]) -> str:
    """Return the machines of some files in few words."""
    every = list(machines)
    names = list(dict.fromkeys(every))
    words = listed(names) if len(names) <= MOST_NAMED else counted(len(names), "machine")
    return f"{words} ({counted(len(every), 'file')})" if len(every) > len(names) else words


def line_of(pair: Pair, text: str, *, lead: str = "") -> Line:
    """Return a sentence about a pair, its name before it."""
    return Line(text, lead=f"{lead or pair.place}: ", machine=pair.machine, pair=pair.name)


def detailed(analysis: Analysis) -> tuple[str, ...]:
    """Return the first files whose verdicts fit into the page; the very first in any case."""
    rows = analysis.verdicts.groupby("file", sort=False).size()
    files = analysis.whole[:MOST_FILES]
    sums = rows.reindex(files, fill_value=0).cumsum()
    return tuple(file for file in files if file == files[0] or sums[file] <= MOST_ROWS)
