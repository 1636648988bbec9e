"""Machines side by side, everything that is said of them, each table computed once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from scripts.judge.crossover import crossovers
from scripts.judge.pairs import SECONDS
from scripts.judge.verdicts import verdicts
from scripts.machines.cells import compared
from scripts.machines.prices import mean_costs, target_costs, with_costs
from scripts.machines.ranking import fastest, geometric_means, ranking
from scripts.machines.runs import as_blocks, machine_of, several
from scripts.machines.same_work import Unlike, only_like
from scripts.machines.shift import moves
from scripts.machines.upgrade import changed, upgrades
from scripts.tables.analysis import Analysis
from scripts.tables.derived import with_mark, with_scope_mark
from scripts.tables.learned import Learned
from scripts.target.time import best_of


@dataclass(frozen=True)
class Comparison:
    """The tables of a comparison with `base`.

    `rounds` are those that are compared: rows of the analysis, of all its machines or of those with
    the base's work; `left_out` says why others are not. `prices` are USD per hour by machine.
    """

    analysis: Analysis
    rounds: pd.DataFrame
    base: str
    prices: Mapping[str, float] = field(default_factory=dict)
    left_out: Sequence[Unlike] = ()
    learned: Learned | None = None

    @cached_property
    def machines(self) -> list[str]:
        """Those that are compared, the base among them."""
        return list(self.rounds["machine"].unique())

    @property
    def alone(self) -> bool:
        """Whether there is no other machine with the base's work."""
        return len(self.machines) < 2

    @cached_property
    def several(self) -> bool:
        """Whether a machine has several runs, so that intervals hold for machines."""
        return several(self.rounds)

    @cached_property
    def files(self) -> pd.DataFrame:
        """What is known of the compared machines, a row per file."""
        files = self.analysis.results.files
        return files[files["machine"].isin(self.machines)]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Every cell of every machine against the base's."""
        cells = compared(self.rounds, base=self.base, strict=self.analysis.strict)
        cells = with_mark(cells, self.rounds, of=("machine", "base_machine"))
        return with_costs(cells, self.prices) if self.prices else cells

    @cached_property
    def means(self) -> pd.DataFrame:
        """Geometric means of the ratios to the base, by workload and over all of them."""
        means = geometric_means(self.rounds, base=self.base, strict=self.analysis.strict)
        means = with_scope_mark(means, self.rounds)
        return mean_costs(means, self.prices, base=self.base)

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """The machines in order, ties sharing a rank."""
        ranks = ranking(self.rounds, strict=self.analysis.strict)
        return with_scope_mark(ranks, self.rounds)

    @cached_property
    def fastest(self) -> pd.DataFrame:
        """The fastest machine and side of each cell."""
        found = fastest(self.rounds, strict=self.analysis.strict)
        return with_mark(found, self.rounds, of=("machine",))

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Sides against their base on the compared machines, for the compared work.

        Where a machine has several runs, a run counts as a block.
        """
        if not self.several:
            return self._own(self.analysis.verdicts)
        looks, strict = int(self.rounds["looks"].max()), self.analysis.strict
        tables = [
            verdicts(as_blocks(self.rounds, scope=scope), scope=scope, looks=looks, strict=strict)
            for scope in SECONDS
        ]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Their crossover batch sizes."""
        return crossovers(self.verdicts) if self.several else self._own(self.analysis.crossovers)

    @cached_property
    def moves(self) -> pd.DataFrame:
        """How the crossover batch size moves from the base to each of the others."""
        found = moves(self.curves, base=self.base)
        return with_mark(found, self.rounds, of=("machine", "base_machine"))

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
        """Time and cost to the target of every side; empty without prices or learning files."""
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
    group_runs: bool = False,
) -> Comparison:
    """The comparison of these files of the analysis and the base's; other work is left out.

    `group_runs`: files of the same hardware and software are runs of one machine.
    """
    rounds = analysis.rounds
    chosen = rounds[rounds["file"].isin(files) | (rounds["machine"] == base)]
    own, left_out = only_like(chosen, base=base)
    found = Comparison(analysis, own, base, prices or {}, left_out, learned)
    return grouped(found) if group_runs else found


def grouped(alone: Comparison) -> Comparison:
    """The same with files of one machine as its runs, which the first of them gives its name.

    What an hour of any of them costs is what an hour of the machine does.
    """
    rounds, files = alone.rounds, alone.analysis.results.files
    known = machine_of(files[files["machine"].isin(rounds["machine"].unique())])
    return replace(
        alone,
        rounds=rounds.assign(machine=rounds["machine"].map(known)),
        base=known[alone.base],
        prices={known.get(name, name): usd for name, usd in alone.prices.items()},
    )
