"""All that a report says of some result files, computed once: verdicts, crossovers, break-even."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from scripts.figures.style import labelled
from scripts.judge.best import best_against_best
from scripts.judge.break_even import break_even
from scripts.judge.crossover import crossovers
from scripts.judge.doubt import doubts, trusted
from scripts.judge.fits import fits
from scripts.judge.noise import repeats
from scripts.judge.pairs import Scope, paired, slim, with_base
from scripts.judge.verdicts import verdicts
from scripts.read.document import Skip
from scripts.read.sides import SIDES
from scripts.read.table import Results, load_results
from scripts.tables.derived import with_mark
from scripts.tables.pair import Pair
from scripts.why.causes import causes
from scripts.why.faults import page_faults
from scripts.why.ladder import ladder
from scripts.why.remedies import remedies
from scripts.words.names import side_label
from scripts.words.why import Studies

_WORK = [
    "file", "machine", "side", "device_label", "workload", "definition", "learning_rate",
    "samples", "precision", "optimizer", "optimizer_implementation", "loop",
]  # fmt: skip


class Analysis:
    """The frames of a report, from the paths of its files or what was loaded of them.

    `whole` are the files whose rounds it has: all of them, unless they are many (`many.analysed`).
    `strict` bounds the chance of any wrong verdict, not the share of wrong ones. `base` is a side
    that is to be every file's base. Tables are of the run's own sides but where remedies are named.
    """

    def __init__(
        self,
        files: Iterable[str | Path] | Results,
        *,
        skip: Skip | None = None,
        strict: bool = False,
        base: str | None = None,
    ) -> None:
        results = files if isinstance(files, Results) else load_results(files, skip=skip)
        rounds = results.rounds if base is None else with_base(results.rounds, base)
        self.results = replace(results, rounds=rounds)
        self.whole = list(self.results.files["file"])
        self.strict = strict
        self._places: dict[tuple[int, bool], tuple[pd.DataFrame, dict[Any, Any]]] = {}

    @property
    def many(self) -> bool:
        """Whether there are more files than can be shown one by one."""
        return len(self.whole) < len(self.results.files)

    @cached_property
    def rounds(self) -> pd.DataFrame:
        """The rows of `table.load` of the run's own sides, each with its name in figures."""
        return labelled(of_sides(self.results.rounds))

    @cached_property
    def every_trusted(self) -> pd.DataFrame:
        """The rows of all sides that figures stand on, each with its `doubt`."""
        return trusted(self.results.rounds)

    @cached_property
    def trusted(self) -> pd.DataFrame:
        """Those of the run's own sides, without A/A repeats, each with its name in figures."""
        own = self.every_trusted
        return labelled(of_sides(own[~own["again"]]))

    @cached_property
    def doubts(self) -> pd.DataFrame:
        """How many cells of each file are suspect, and why; files without any have no row."""
        return doubts(self.trusted)

    @cached_property
    def work(self) -> pd.DataFrame:
        """What was done on which side of which file (_WORK), each once."""
        places = self.rounds.drop_duplicates(["file", "workload", "side"])
        return places[_WORK].drop_duplicates(ignore_index=True)

    @cached_property
    def contests(self) -> pd.DataFrame:
        """The verdicts of all contests, warm and total: those of remedies and rungs too."""
        tables = []
        for looks, (rounds, pairs) in self._by_looks.items():
            judged = partial(verdicts, rounds, looks=looks, strict=self.strict)
            tables += [judged(scope="warm", pairs=pairs), judged(scope="total")]
        return with_mark(pd.concat(tables, ignore_index=True), self.results.rounds)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Every cell's verdict, warm and total."""
        return of_sides(self.contests)

    @cached_property
    def crossovers(self) -> pd.DataFrame:
        """Every curve's crossover batch size."""
        return crossovers(self.verdicts)

    @cached_property
    def fits(self) -> pd.DataFrame:
        """Step times against batch size as curves, side by side."""
        return fits(self.rounds)

    @cached_property
    def repeats(self) -> pd.DataFrame:
        """Every A/A cell, warm and total."""
        scopes: tuple[Scope, ...] = ("warm", "total")
        tables = [repeats(self.rounds, scope=scope).assign(scope=scope) for scope in scopes]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def break_even(self) -> pd.DataFrame:
        """Every batch size's break-even epochs."""
        return of_sides(self.pays_off)

    @cached_property
    def pays_off(self) -> pd.DataFrame:
        """The same of all contests."""
        tables = []
        for looks, (rounds, pairs) in self._by_looks.items():
            known = self.contests[self.contests["looks"] == looks]
            tables.append(
                break_even(rounds, looks=looks, strict=self.strict, known=known, pairs=pairs)
            )
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Why each diagnosed cell takes as long as it does."""
        found = labelled(causes(self.results.diagnosis, self.every_trusted))
        return with_mark(found.assign(doubt=found["suspect"]), self.results.rounds)

    @cached_property
    def page_faults(self) -> pd.DataFrame:
        """How much of a step page faults take up, of the CPU cells of files that count them."""
        return page_faults(self.every_trusted)

    @cached_property
    def remedies(self) -> pd.DataFrame:
        """What would make the cells of files with a study faster."""
        cell = ["file", "workload", "batch_size", "side"]
        tried = self.contests[self.contests["family"] != SIDES].assign(side=self.contests["base"])
        studied = pd.concat([self.results.diagnosis[cell], tried[cell]]).drop_duplicates()
        return remedies(self.contests, self.pays_off, self.rounds.merge(studied, on=cell))

    @cached_property
    def ladder(self) -> pd.DataFrame:
        """From the loop that is taught to the lean one, rung by rung."""
        return ladder(self.contests, self.every_trusted)

    @cached_property
    def best(self) -> pd.DataFrame:
        """Device against device, plain and with the best settings that were tried."""
        return best_against_best(self.results.rounds)

    @cached_property
    def _by_looks(self) -> dict[int, tuple[pd.DataFrame, pd.DataFrame]]:
        """By the number of looks that a file planned, each of which spends its share: their
        rounds, and those paired for warm epochs.
        """
        rounds = self.results.rounds
        answer = {}
        for looks in rounds["looks"].unique():
            own = slim(rounds[rounds["looks"] == looks])
            answer[int(looks)] = (own, paired(own, scope="warm"))
        return answer

    def measured_epochs(self, file: str) -> float:
        """The epochs beyond which a file's totals are derived; infinity: none is."""
        files = self.results.files
        return float(files.loc[files["file"] == file, "measured_epochs"].iloc[0])

    def in_file(self, file: str, table: pd.DataFrame) -> pd.DataFrame:
        """A file's rows of one of these tables."""
        return self._rows(table, file)

    def _rows(self, table: pd.DataFrame, key: str | tuple[str, str]) -> pd.DataFrame:
        """The rows of a file, or of a file and workload; all of them are looked for once."""
        of_file = isinstance(key, str)
        known, places = self._places.get((id(table), of_file), (None, {}))
        if known is not table:
            by = "file" if of_file else ["file", "workload"]
            places = table.groupby(by, sort=False).indices
            self._places[id(table), of_file] = (table, places)
        rows: pd.DataFrame = table.iloc[places.get(key, [])]
        return rows

    def pairs(self, file: str) -> Iterator[Pair]:
        """The pairs of a file, workload by workload; without a pair, the workload alone."""
        own = self.in_file(file, self.rounds)
        sides = own.drop_duplicates("side")
        compared = sides[sides["base"] != ""]
        names = compared[["side", "base", "device_label"]].itertuples(index=False, name=None)
        asked = [(side, base, side_label(side, label), label) for side, base, label in names]
        for workload in own["workload"].unique():
            place = (file, str(own["machine"].iloc[0]), workload)
            yield from (Pair(*place, *contest) for contest in asked) if asked else [Pair(*place)]

    def of(self, pair: Pair, table: pd.DataFrame) -> pd.DataFrame:
        """A pair's rows of verdicts, crossovers or break_even."""
        own = self._of_work(pair, table)
        return own[own["side"] == pair.side]

    def rounds_of(self, pair: Pair) -> pd.DataFrame:
        """The trusted rows of the pair's workload, of every side of its file."""
        return self._of_work(pair, self.trusted)

    def fits_of(self, pair: Pair) -> pd.DataFrame:
        """The fits of the pair's workload, of every side of its file."""
        return self._of_work(pair, self.fits)

    def studies(self, pair: Pair, side: str) -> Studies:
        """What the studies say of one side of the pair's file."""
        own = [
            self._of_work(pair, table)
            for table in (self.causes, self.page_faults, self.ladder, self.remedies)
        ]
        causes, faults = (table[table["side"] == side] for table in own[:2])
        rungs, helps = (table[table["base"] == side] for table in own[2:])
        return Studies(causes, faults, rungs, helps)

    def _of_work(self, pair: Pair, table: pd.DataFrame) -> pd.DataFrame:
        return self._rows(table, (pair.file, pair.workload))


def of_sides(table: pd.DataFrame) -> pd.DataFrame:
    """The rows about the run's own sides, neither remedies nor rungs."""
    return table[table["family"] == SIDES].reset_index(drop=True)
