"""Machines in order: geometric means against the base, ranks with ties, the fastest of each cell.

A rank is one more than the number of machines that are decided to be faster: machines that are too
close to each other share one, and so do machines between which nothing is decided, which is said.
"""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from scripts.judge import rule as decide
from scripts.machines.cells import PLACE, SECONDS, Margins, timed
from scripts.machines.means import arm_means
from scripts.machines.two_runs import FASTER, SLOWER, Difference, judge

_ARM = ["workload", "device", "threads"]
_MEANS = [*_ARM, "machine", "scope", "ratio", "lo", "hi", "margin", "cells", "blocks", "verdict"]
_RANKS = [*_ARM, "scope", "rank", "machine", "seconds", "cells", "tied_with", "undecided_with"]
_FASTEST = ["scope", *PLACE, "machine", "seconds", "tied_with", "undecided_with"]


def geometric_means(rounds: pd.DataFrame, *, base: str, alpha: float = 0.05) -> pd.DataFrame:
    """A row a workload (and ALL of them), device, machine and scope: ratio to the base, interval.

    ratio, lo, hi: of geometric means of seconds over the `cells` that all machines with that device
    have measured, none of them suspect; `margin` is a fraction; `verdict` is Holm-adjusted over the
    rows of a scope.
    """
    tables = [pd.DataFrame(columns=_MEANS)]
    for scope in SECONDS:
        limits = Margins(rounds, scope=scope)
        rows: list[tuple[Any, ...]] = []
        for arm, means in arm_means(rounds, scope=scope).items():
            others = [name for name in means.machines if name != base]
            for machine in others if base in means.machines else []:
                own = means.difference(machine, base)
                level = limits.level(machine, base, alpha=alpha)
                lo, hi = own.interval(level=level)
                limit = limits.between(machine, base)
                blocks = int(means.of([machine, base]).blocks.min())
                numbers = [float(np.exp(value[0])) for value in (own.mean, lo, hi)]
                rows.append((*arm, machine, scope, *numbers, float(np.expm1(limit)), means.cells,
                             blocks, own, level, limit))  # fmt: skip
        if rows:
            words = _judged([row[-3:] for row in rows])
            kept = [(*row[:-3], word) for row, word in zip(rows, words, strict=True)]
            tables.append(pd.DataFrame(kept, columns=_MEANS))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def ranking(rounds: pd.DataFrame, *, alpha: float = 0.05) -> pd.DataFrame:
    """A row a workload (and ALL), device, scope and machine, the fastest first.

    `seconds` is the geometric mean over the `cells` that all of them have measured. The verdicts
    between all pairs of machines are Holm-adjusted together, scope by scope.
    """
    rows = []
    for scope in SECONDS:
        limits = Margins(rounds, scope=scope)
        arms = arm_means(rounds, scope=scope)
        pairs = [
            (arm, *pair) for arm, means in arms.items() for pair in combinations(means.machines, 2)
        ]
        words = _judged(
            [
                (arms[arm].difference(one, other), limits.level(one, other, alpha=alpha),
                 limits.between(one, other))
                for arm, one, other in pairs
            ]
        )  # fmt: skip
        known = dict(zip(pairs, words, strict=True))
        known |= {(arm, two, one): _turned(word) for (arm, one, two), word in known.items()}
        for arm, means in arms.items():
            order = np.argsort(means.mean, kind="stable")
            for place in order[np.isfinite(means.mean[order])]:
                machine = means.machines[place]
                against = {o: known[arm, machine, o] for o in means.machines if o != machine}
                rank = 1 + sum(word == SLOWER for word in against.values())
                seconds = float(np.exp(means.mean[place]))
                rows.append((*arm, scope, rank, machine, seconds, means.cells,
                             *_company(against)))  # fmt: skip
    table = pd.DataFrame(rows, columns=_RANKS)
    return table.sort_values([*_ARM, "scope", "rank"], kind="stable", ignore_index=True)


def fastest(rounds: pd.DataFrame, *, alpha: float = 0.05) -> pd.DataFrame:
    """A row a cell (whatever the device) and scope: which machine and device has done it soonest.

    `seconds` is its geometric mean over blocks. `tied_with` names those that are too close to it,
    `undecided_with` those that are not decided to be slower. Suspect cells take no part.
    """
    tables = [pd.DataFrame(columns=_FASTEST)]
    for scope in SECONDS:
        rows = timed(rounds, scope=scope)
        groups = rows.groupby(["machine", *PLACE], dropna=False)
        cells = groups.agg(
            mean=("log", "mean"), spread=("log", "std"), blocks=("log", "count"),
            suspect=("suspect", "max"),
        ).reset_index()  # fmt: skip
        cells = cells[cells["suspect"] == ""]
        if len(cells):
            tables.append(_fastest(cells, Margins(rounds, scope=scope), alpha).assign(scope=scope))
    return pd.concat(tables[1:] or tables, ignore_index=True)[_FASTEST]


def _fastest(cells: pd.DataFrame, limits: Margins, alpha: float) -> pd.DataFrame:
    work = ["workload", "batch_size", "epochs"]
    cells = cells.sort_values([*work, "mean"], kind="stable", ignore_index=True)
    leads = ~cells.duplicated(work).to_numpy()
    first = np.flatnonzero(leads)[np.cumsum(leads) - 1]  # of each cell, the place of its fastest
    best = cells.loc[first].reset_index(drop=True)
    others = np.flatnonzero(~leads)
    difference = Difference.of(_summary(cells.loc[others]), _summary(cells.loc[first[others]]))
    names = zip(cells["machine"][others], best["machine"][others], strict=True)
    levels, margins = _limits(limits, list(names), alpha)
    company: dict[int, dict[str, str]] = {int(place): {} for place in first}
    words = judge(difference, margin=margins, level=min(levels, default=alpha))
    for place, word in zip(others, words, strict=True):
        company[int(first[place])][_name(cells.iloc[place])] = str(word)
    winners = cells.loc[sorted(company)]
    pairs = [_company(company[place]) for place in sorted(company)]
    tied, undecided = zip(*pairs, strict=True)
    return winners[[*PLACE, "machine"]].assign(
        seconds=np.exp(winners["mean"]), tied_with=tied, undecided_with=undecided
    )


def _limits(
    limits: Margins, pairs: list[tuple[str, str]], alpha: float
) -> tuple[decide.Array, decide.Array]:
    """Levels and margins of pairs of machines, an entry a pair."""
    known = {pair: (limits.level(*pair, alpha=alpha), limits.between(*pair)) for pair in set(pairs)}
    values = np.array([known[pair] for pair in pairs], dtype=np.float64).reshape(-1, 2)
    return values[:, 0], values[:, 1]


def _summary(cells: pd.DataFrame) -> decide.Summary:
    arrays = [cells[name].to_numpy(dtype=np.float64) for name in ("mean", "spread", "blocks")]
    return decide.Summary(*arrays)


def _name(cell: "pd.Series") -> str:
    threads = f" ({cell['threads']} threads)" if cell["threads"] else ""
    return f"{cell['machine']} {cell['device']}{threads}"


def _judged(tests: list[tuple[Difference, float, float]]) -> list[str]:
    """The words of differences of one entry each, with their levels and margins, all together."""
    if not tests:
        return []
    parts, levels, limits = zip(*tests, strict=True)
    joined = Difference(
        *(np.concatenate([getattr(part, name) for part in parts])
          for name in ("mean", "error", "freedom"))
    )  # fmt: skip
    return [str(word) for word in judge(joined, margin=np.array(limits), level=min(levels))]


def _turned(word: str) -> str:
    return {SLOWER: FASTER, FASTER: SLOWER}.get(word, word)


def _company(against: dict[str, str]) -> tuple[str, str]:
    """Whom a machine is too close to, and against whom nothing is decided."""
    return (
        ", ".join(name for name, word in against.items() if word == decide.CLOSE),
        ", ".join(name for name, word in against.items() if word == decide.UNDECIDED),
    )
