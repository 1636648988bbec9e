"""Machines side by side, everything that is said of them, each table computed once."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import pandas as pd

from scripts.machines.cells import compared
from scripts.machines.prices import mean_costs, target_costs, with_costs
from scripts.machines.ranking import fastest, geometric_means, ranking
from scripts.machines.same_work import Unlike, only_like
from scripts.machines.shift import moves
from scripts.machines.upgrade import changed, upgrades
from scripts.read.document import ResultError
from scripts.tables.analysis import Analysis
from scripts.tables.derived import with_mark, with_scope_mark
from scripts.tables.learned import Learned
from scripts.target.time import best_of


class Comparison:
    """The tables of a comparison with `base`.

    `rounds` are those that are compared: rows of the analysis, of all its machines or of those with
    the base's work; `left_out` says why others are not. `prices` are USD an hour by machine.
    """

    def __init__(
        self,
        analysis: Analysis,
        rounds: pd.DataFrame,
        *,
        base: str,
        prices: Mapping[str, float] | None = None,
        left_out: list[Unlike] | None = None,
        learned: Learned | None = None,
    ) -> None:
        self.analysis = analysis
        self.rounds = rounds
        self.base = base
        self.prices = dict(prices or {})
        self.left_out = left_out or []
        self.learned = learned
        self.machines = list(rounds["machine"].unique())

    @property
    def alone(self) -> bool:
        """Whether there is no other machine with the base's work."""
        return len(self.machines) < 2

    @cached_property
    def files(self) -> pd.DataFrame:
        """What is known of the compared machines, a row a file."""
        files = self.analysis.results.files
        return files[files["machine"].isin(self.machines)]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Every cell of every machine against the base's."""
        cells = compared(self.rounds, base=self.base)
        cells = with_mark(cells, self.rounds, of=("machine", "base"))
        return with_costs(cells, self.prices) if self.prices else cells

    @cached_property
    def means(self) -> pd.DataFrame:
        """Geometric means of the ratios to the base, by workload and over all of them."""
        means = with_scope_mark(geometric_means(self.rounds, base=self.base), self.rounds)
        return mean_costs(means, self.prices, base=self.base)

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """The machines in order, ties sharing a rank."""
        return with_scope_mark(ranking(self.rounds), self.rounds)

    @cached_property
    def fastest(self) -> pd.DataFrame:
        """For each cell the machine and device that has done it soonest."""
        return with_mark(fastest(self.rounds), self.rounds, of=("machine",))

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """GPU against CPU on the compared machines, for the compared work."""
        return self._own(self.analysis.verdicts)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Their crossover batch sizes."""
        return self._own(self.analysis.crossovers)

    @cached_property
    def moves(self) -> pd.DataFrame:
        """How the crossover batch size moves from the base to each of the others."""
        found = moves(self.curves, base=self.base)
        return with_mark(found, self.rounds, of=("machine", "base"))

    @cached_property
    def upgrades(self) -> pd.DataFrame:
        """The cells of machines that are the base's hardware with other software."""
        return upgrades(self.cells, self.files, base=self.base)

    @cached_property
    def changed(self) -> pd.DataFrame:
        """Those that became slower or faster."""
        return changed(self.upgrades)

    @cached_property
    def costs(self) -> pd.DataFrame:
        """Time and cost to the target on every device; empty without prices or learning files."""
        if self.learned is None or not self.prices or self.learned.times.empty:
            return pd.DataFrame()
        times = self.learned.times
        return target_costs(best_of(times[times["machine"].isin(self.machines)]), self.prices)

    def tables(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Each table with the name of its CSV file; those with nothing to say are left out."""
        costs = self.costs.drop(columns=["draws", "label"], errors="ignore")
        tables = {"cost_to_target.csv": costs}
        if not self.alone:
            tables |= {
                "compared_cells.csv": self.cells,
                "geometric_means.csv": self.means,
                "ranks.csv": self.ranks,
                "fastest.csv": self.fastest,
                "crossover_moves.csv": self.moves,
                "upgrade.csv": self.changed,
            }
        yield from ((name, table) for name, table in tables.items() if len(table))

    def _own(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of one of the analysis's tables that belong to a compared workload."""
        known = self.rounds[["machine", "workload"]].drop_duplicates()
        return table.merge(known, on=["machine", "workload"])


def of_same_work(
    analysis: Analysis,
    files: Collection[str],
    *,
    base: str,
    prices: Mapping[str, float] | None = None,
    learned: Learned | None = None,
) -> Comparison:
    """The comparison of these files of the analysis and the base's; other work is left out."""
    rounds = analysis.rounds
    chosen = rounds[rounds["file"].isin(files) | (rounds["machine"] == base)]
    own, left_out = only_like(chosen, base=base)
    return Comparison(analysis, own, base=base, prices=prices, left_out=left_out, learned=learned)


def base_machine(files: pd.DataFrame, name: str | None) -> str:
    """The machine of that name, or of the file of that name; the first for None.

    `files` are those of `table.load_results`; raises ResultError for a name that is none of theirs.
    """
    machines = list(files["machine"])
    if name is None:
        return str(machines[0])
    stems = [Path(file).stem for file in files["file"]]
    for names in (machines, files["file"], stems):
        found = [machine for own, machine in zip(names, machines, strict=True) if own == name]
        if len(found) == 1:
            return str(found[0])
    message = f"{name!r} is no machine here; name one of: {', '.join(machines)}"
    raise ResultError("", "--base", message)
