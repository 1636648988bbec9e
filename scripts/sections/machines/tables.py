"""The page's tables about machines side by side."""

from collections.abc import Iterator

import pandas as pd

from scripts.machines.shift import base_curves
from scripts.sections.columns import table
from scripts.sections.section import Table
from scripts.tables.comparison import Comparison
from scripts.words.crossovers import crossover_words

MOST_CELLS = 1200
"""Cells of a comparison that the page shows one by one; of more it has the means, and the CSV file
beside it has everything."""
_HIDDEN = "lo hi margin blocks base_blocks scope base_machine derived"


def side_tables(comparison: Comparison) -> list[Table]:
    """Return the page's tables: what changed with other software, in short, and every cell."""
    if comparison.alone:
        return summary_tables(comparison)
    upgrade = [_upgrade(comparison.changed)] if len(comparison.changed) else []
    return [*upgrade, *summary_tables(comparison), *_cells(comparison.cells)]


def summary_tables(comparison: Comparison) -> list[Table]:
    """Return means, ranks, moves, what is fastest and what it costs; of one machine only that."""
    tables = [] if comparison.alone else list(_of_several(comparison))
    if len(comparison.costs):
        tables.append(costs_table(comparison.costs))
    return [one for one in tables if one.rows]


def _of_several(comparison: Comparison) -> Iterator[Table]:
    yield means_table(comparison, comparison.means)
    if len(comparison.machines) > 2:
        yield table(
            comparison.ranks,
            "ranks",
            "Ranks: machines that share one are not told apart",
            "workload side seconds_of:scope rank machine seconds:mean tied_with undecided_with",
            "scope cells",
            choices="workload",
        )
    yield table(
        _warm_moves(comparison.moves),
        "crossover-moves",
        "How the crossover batch size moves from the base to each machine, once warm",
        "workload side machine crossover base_crossover moves",
        "base base_machine base_side kind lower upper base_kind base_lower base_upper",
    )
    yield table(
        comparison.fastest,
        "fastest",
        "The fastest for each cell, whatever the side",
        "workload batch_size epochs machine side seconds:mean tied_with undecided_with",
        "scope derived",
        choices="workload machine",
    )


def means_table(comparison: Comparison, means: pd.DataFrame, *, short: bool = False) -> Table:
    """Return these rows of the geometric means; `short` without what all of them share."""
    shared = ("machine", "side", "scope") if short else ()
    alike = [name for name in shared if means[name].nunique() < 2]
    of = ", ".join(str(means[name].iloc[0]) for name in alike)
    scope = "seconds_of:scope" * ("scope" not in alike)
    shown = f"workload side {scope} machine ratio verdict margin cells {_priced(means)}"
    return table(
        means,
        "geometric-means",
        f"Geometric means of seconds / seconds of {comparison.base}{of and f': {of}'}",
        [name for name in shown.split() if name not in alike],
        "lo hi blocks scope",
        choices="workload verdict",
    )


def _upgrade(changed: pd.DataFrame) -> Table:
    """Return a row per cell that other software on the base's hardware made slower or faster."""
    rows = changed.head(MOST_CELLS)
    caption = "Upgrade check: regressions, the worst first, then improvements"
    return table(rows, "upgrade", caption, f"change {_cell(rows)}", _HIDDEN, choices="change")


def _cells(cells: pd.DataFrame) -> Iterator[Table]:
    """Yield every cell and machine, where these are few enough."""
    if 0 < len(cells) <= MOST_CELLS:
        caption = f"Every cell against {cells['base_machine'].iloc[0]}"
        yield table(cells, "compared-cells", caption, _cell(cells), _HIDDEN, choices="verdict")


def _cell(rows: pd.DataFrame) -> str:
    return (
        "workload side batch_size epochs machine base_seconds seconds:time ratio verdict reason "
        f"{_priced(rows)}"
    )


def costs_table(costs: pd.DataFrame) -> Table:
    """Return a row per machine and side: time and cost to the target at its fastest setting."""
    return table(
        costs,
        "cost-to-target",
        "Time and cost to the target, each side at its fastest setting, cheapest first",
        "workload machine label setting seconds:time_needed usd:price",
        "lo hi usd_lo usd_hi optimizer batch_size learning_rate epochs",
    )


def _warm_moves(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of warm curves, the base's crossover in words."""
    warm = moves[moves["scope"] == "warm"]
    return warm.assign(base_crossover=list(map(crossover_words, base_curves(warm))))


def _priced(rows: pd.DataFrame) -> str:
    """Return the column of the ratio of costs, where there are prices."""
    return "cost_ratio" if "cost_ratio" in rows and rows["cost_ratio"].notna().any() else ""
