"""Geometric means over many cells, machine by machine, with intervals: the unit is a process.

All cells of a workload on a side come from the same worker processes, so their errors are not
independent and must not be counted as such. The log seconds of each block are averaged over the
cells first, and an interval stands on the spread of these means between the blocks. Workloads have
processes of their own: the mean over workloads adds their variances up (Welch and Satterthwaite).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from scripts.judge.moderate import Summary
from scripts.judge.pairs import Scope
from scripts.judge.rule import FEWEST_BLOCKS
from scripts.machines.cells import timed
from scripts.machines.runs import between
from scripts.machines.two_runs import difference, satterthwaite, summary

ALL = "all workloads"
Work = tuple[str, str]
"""Workload (or ALL) and side."""


@dataclass(frozen=True)
class Means:
    """A row per run (machine, file): mean log seconds over the same cells, its variance, ..."""

    table: pd.DataFrame
    cells: int

    @property
    def machines(self) -> list[str]:
        """Those that have measured the side."""
        return list(dict.fromkeys(machine for machine, _file in self.table.index))

    @property
    def mean(self) -> pd.Series:
        """Each machine's mean log seconds, over its runs."""
        return self.table["mean"].groupby(level=0, sort=False).mean()

    @cached_property
    def least_blocks(self) -> pd.Series:
        """The blocks of each machine's run that has the fewest."""
        return self.table["blocks"].groupby(level=0, sort=False).min()

    def differences(self, pairs: Sequence[tuple[str, str]]) -> Summary:
        """The runs of one machine against those of another, an entry a pair."""
        owner = self.table.index.get_level_values(0)
        runs_of = self.table.groupby(level=0, sort=False)
        machines, counts = pd.Index(self.machines), runs_of.size().to_numpy()
        runs = np.full((len(machines), counts.max(initial=1)), np.nan)
        runs[machines.get_indexer(owner), runs_of.cumcount()] = self.table["mean"]
        columns = ["mean", "variance", "freedom", "blocks"]
        first = self.table.loc[~owner.duplicated(), columns].to_numpy(np.float64).T
        own, base = (
            machines.get_indexer(pd.Index([pair[end] for pair in pairs])) for end in (0, 1)
        )
        found = difference(summary(*first[:, own]), summary(*first[:, base]))
        several = np.maximum(counts[own], counts[base]) > 1
        if not several.any():
            return found
        together = vars(between(runs[own], runs[base]))
        return Summary(
            *(np.where(several, together[name], one) for name, one in vars(found).items())
        )


def work_means(rounds: pd.DataFrame, *, scope: Scope) -> dict[Work, Means]:
    """The means of every workload and side, then those of a side over all workloads.

    A machine takes part where it has measured the side. Only cells count that all of these have
    measured and none has marked suspect; `cells` may be 0, and the means are NaN then.
    """
    rows = timed(rounds, scope=scope)
    place = ["machine", "workload", "side", "batch_size", "epochs"]
    marked = rows.assign(marked=rows["suspect"] != "")
    doubted = marked.groupby(place, dropna=False)["marked"].transform("any")
    answer: dict[Work, Means] = {}
    for key, own in rows[~doubted].groupby(["workload", "side"]):
        workload, side = map(str, key)
        answer[workload, side] = _means(own)
    for side in dict.fromkeys(side for _workload, side in answer):
        parts = [means for (_, name), means in answer.items() if name == side and means.cells]
        whole = _over_workloads(parts)
        if whole is not None:
            answer[ALL, side] = whole
    return answer


def _means(rows: pd.DataFrame) -> Means:
    """The means of one workload on one side."""
    cells = rows.assign(place=rows["epochs"].fillna(0).astype(np.int64))
    columns = ["machine", "file", "block"]
    table = cells.pivot(index=["batch_size", "place"], columns=columns, values="log")
    table = table.sort_index(axis="columns")
    runs = list(dict.fromkeys(map(_run_of, table.columns)))
    everywhere = np.all([np.asarray(table[run].notna()).any(axis=1) for run in runs], axis=0)
    common = table[everywhere].dropna(axis="columns")
    found = pd.DataFrame(
        [_of_blocks(common, run) for run in runs],
        index=pd.MultiIndex.from_tuples(runs),
        columns=["mean", "variance", "freedom", "blocks"],
    )
    return Means(found, int(everywhere.sum()))


def _run_of(column: Any) -> tuple[str, str]:
    """The machine and file of a column (machine, file, block)."""
    return column[0], column[1]


def _of_blocks(common: pd.DataFrame, run: tuple[str, str]) -> tuple[float, float, float, int]:
    """Mean of a run's block means, its variance and freedom (NaN for few blocks), blocks."""
    if common.empty or run not in map(_run_of, common.columns):
        return np.nan, np.nan, np.nan, 0
    values = np.asarray(common[run], dtype=np.float64).mean(axis=0)
    blocks = len(values)
    if blocks < FEWEST_BLOCKS:
        return values.mean(), np.nan, np.nan, blocks
    return values.mean(), values.var(ddof=1) / blocks, blocks - 1, blocks


def _over_workloads(parts: Sequence[Means]) -> Means | None:
    """Every workload counts the same, however many cells it has; None for fewer than two."""
    everyone = list(dict.fromkeys(run for part in parts for run in part.table.index))
    whole = [part for part in parts if set(part.table.index) == set(everyone)]
    if len(whole) < 2:
        return None
    columns = {
        name: [part.table.loc[everyone, name].to_numpy() for part in whole]
        for name in ("mean", "variance", "freedom", "blocks")
    }
    shares = [variance / len(whole) ** 2 for variance in columns["variance"]]
    table = pd.DataFrame(
        {
            "mean": np.mean(columns["mean"], axis=0),
            "variance": np.sum(shares, axis=0),
            "freedom": satterthwaite(shares, columns["freedom"]),
            "blocks": np.min(columns["blocks"], axis=0),
        },
        index=pd.MultiIndex.from_tuples(everyone),
    )
    return Means(table, sum(part.cells for part in whole))
