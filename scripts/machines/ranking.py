"""Machines in order: geometric means against the base, ranks with ties, the fastest of each cell.

A rank is one more than the number of machines that are decided to be faster: machines that are too
close to each other share one, and so do machines between which nothing is decided, which is said.
"""

from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np
import pandas as pd

from scripts.judge.moderate import Summary
from scripts.judge.pairs import Scope
from scripts.judge.rule import CLOSE, UNDECIDED, interval
from scripts.machines.cells import (
    ALPHA,
    PLACE,
    SECONDS,
    Margins,
    difference_of,
    timed_cells,
)
from scripts.machines.means import Means, Work, work_means
from scripts.machines.two_runs import FASTER, SLOWER, judge

_WORK = ["workload", "side"]
_MEANS = [*_WORK, "machine", "scope", "ratio", "lo", "hi", "margin", "cells", "blocks", "verdict"]
_RANKS = [*_WORK, "scope", "rank", "machine", "seconds", "cells", "tied_with", "undecided_with"]
_FASTEST = ["scope", *PLACE, "machine", "seconds", "tied_with", "undecided_with"]
_TURNED = {SLOWER: FASTER, FASTER: SLOWER}


def geometric_means(rounds: pd.DataFrame, *, base: str, strict: bool = False) -> pd.DataFrame:
    """A row per workload (and ALL of them), side, machine and scope: ratio to the base.

    ratio, lo, hi: of geometric means of seconds over the `cells` that all machines with that side
    have measured, none of them suspect; `margin` is a fraction; `verdict` is adjusted over the rows
    of a scope. Files of one machine are runs of it.
    """

    def against_base(machines: list[str]) -> list[tuple[str, str]]:
        return [(name, base) for name in machines if name != base and base in machines]

    tables = [
        _judged(work_means(rounds, scope=scope), rounds, against_base, scope=scope, strict=strict)
        for scope in SECONDS
    ]
    return pd.concat(tables, ignore_index=True)[_MEANS]


def ranking(rounds: pd.DataFrame, *, strict: bool = False) -> pd.DataFrame:
    """A row per workload (and ALL), side, scope and machine, the fastest first.

    `seconds` is the geometric mean over the `cells` that all of them have measured. The verdicts
    between all pairs of machines are adjusted together, scope by scope.
    """
    rows = []
    for scope in SECONDS:
        works = work_means(rounds, scope=scope)
        pairs = _judged(
            works, rounds, lambda machines: combinations(machines, 2), scope=scope, strict=strict
        )
        verdict = pairs.set_index([*_WORK, "machine", "other"])["verdict"]
        turned = verdict.map(lambda word: _TURNED.get(word, word)).swaplevel("machine", "other")
        known = verdict.to_dict() | turned.to_dict()
        for work, means in works.items():
            for machine, mean in means.mean.dropna().sort_values(kind="stable").items():
                against = [
                    (name, known[*work, machine, name])
                    for name in means.machines
                    if name != machine
                ]
                rank = 1 + sum(word == SLOWER for _name, word in against)
                company = [
                    ", ".join(name for name, own in against if own == word)
                    for word in (CLOSE, UNDECIDED)
                ]
                rows.append((*work, scope, rank, machine, np.exp(mean), means.cells, *company))
    table = pd.DataFrame(rows, columns=_RANKS)
    return table.sort_values([*_WORK, "scope", "rank"], kind="stable", ignore_index=True)


def _judged(
    works: dict[Work, Means],
    rounds: pd.DataFrame,
    pairs_of: Callable[[list[str]], Iterable[tuple[str, str]]],
    *,
    scope: Scope,
    strict: bool,
) -> pd.DataFrame:
    """A row per workload, side and pair of its machines (_MEANS and other), judged all together."""
    pairs = {work: list(pairs_of(means.machines)) for work, means in works.items()}
    table = pd.DataFrame(
        [(*work, *pair) for work, own in pairs.items() for pair in own],
        columns=[*_WORK, "machine", "other"],
    )
    parts = [works[work].differences(own) for work, own in pairs.items()]
    found = Summary(
        *(
            np.concatenate([np.empty(0), *(getattr(part, name) for part in parts)])
            for name in Summary.__dataclass_fields__
        )
    )
    level, limit = Margins(rounds, scope=scope, of_means=True).of(table["machine"], table["other"])
    lo, hi = interval(found, level=level)
    return table.assign(
        scope=scope,
        ratio=np.exp(found.mean),
        lo=np.exp(lo),
        hi=np.exp(hi),
        margin=np.expm1(limit),
        cells=[works[work].cells for work, own in pairs.items() for _pair in own],
        blocks=[
            int(min(works[work].least_blocks[name] for name in pair))
            for work, own in pairs.items()
            for pair in own
        ],
        verdict=judge(found, margin=limit, level=min(level, default=ALPHA), strict=strict),
    )


def fastest(rounds: pd.DataFrame, *, strict: bool = False) -> pd.DataFrame:
    """A row per cell (whatever the side) and scope: the machine and side that is fastest.

    `seconds` is its geometric mean over blocks. `tied_with` names those that are too close to it,
    `undecided_with` those that are not decided to be slower. Suspect cells take no part.
    """
    tables = [pd.DataFrame(columns=_FASTEST)]
    for scope in SECONDS:
        cells = timed_cells(rounds, scope=scope).query("suspect == ''")
        if len(cells):
            found = _fastest(cells, Margins(rounds, scope=scope), strict=strict)
            tables.append(found.assign(scope=scope))
    return pd.concat(tables[1:] or tables, ignore_index=True)[_FASTEST]


def _fastest(cells: pd.DataFrame, limits: Margins, *, strict: bool) -> pd.DataFrame:
    work = ["workload", "batch_size", "epochs"]
    cells = cells.sort_values([*work, "mean"], kind="stable", ignore_index=True)
    leads = ~cells.duplicated(work).to_numpy()
    first = np.flatnonzero(leads)[np.cumsum(leads) - 1]  # of each cell, the place of its fastest
    winners, others, best = cells[leads], cells[~leads], cells.loc[first[~leads]]
    level, limit = limits.of(others["machine"], best["machine"])
    found = difference_of(others, "", best, "")
    words = judge(found, margin=limit, level=min(level, default=ALPHA), strict=strict)
    names = others["machine"] + " " + others["side"]
    tied, undecided = (
        names[words == word].groupby(first[~leads][words == word]).agg(", ".join)
        for word in (CLOSE, UNDECIDED)
    )
    return winners[[*PLACE, "machine"]].assign(
        seconds=np.exp(winners["mean"]),
        tied_with=tied.reindex(winners.index, fill_value=""),
        undecided_with=undecided.reindex(winners.index, fill_value=""),
    )
