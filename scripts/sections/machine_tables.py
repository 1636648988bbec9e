"""The page's tables about machines side by side."""

import pandas as pd

from scripts.machines.shift import base_curves
from scripts.read.text import counted, seconds_in_words
from scripts.sections.section import Column, Table, column
from scripts.tables.comparison import Comparison
from scripts.words.derived import epoch_column
from scripts.words.learning import cost_text, setting_text, time_text
from scripts.words.verdicts import crossover_words, ratio_words

MOST_CELLS = 1200
"""Cells of a comparison that the page shows one by one; of more it has the means, and the CSV file
beside it has everything."""

_SCOPES = {"warm": "warm", "total": "with cold start"}


def comparison_rows(comparison: Comparison) -> int:
    """How many rows these tables have together."""
    if comparison.alone:
        return len(comparison.costs)
    tables = (comparison.means, comparison.ranks, comparison.fastest, comparison.moves)
    changed = len(comparison.changed)
    cells = len(comparison.cells)
    few = (cells if cells <= MOST_CELLS else 0) + min(changed, MOST_CELLS)
    return sum(map(len, tables)) + few


def means_table(comparison: Comparison) -> Table | None:
    """A row a machine, device, workload and scope: the geometric mean against the base."""
    rows = comparison.means.reset_index(drop=True)
    if rows.empty:
        return None
    records = rows.to_dict("records")
    return Table(
        name="geometric-means",
        caption=f"Geometric means of seconds / seconds of {comparison.base}",
        columns=[
            *_work(rows),
            _scope(rows),
            column(rows, "machine", "machine"),
            column(rows, "ratio", "ratio", words=[ratio_words(row) for row in records]),
            column(rows, "verdict", "verdict"),
            column(rows, "cells", "cells"),
            *_cost_column(rows),
            *[column(rows, key) for key in ("lo", "hi", "margin", "blocks", "scope", "threads")],
        ],
        choices=["workload", "verdict"],
    )


def ranks_table(comparison: Comparison) -> Table | None:
    """The machines in order, where there are more than two."""
    rows = comparison.ranks.reset_index(drop=True)
    if rows.empty or len(comparison.machines) < 3:
        return None
    return Table(
        name="ranks",
        caption="Ranks: machines that share one are not told apart",
        columns=[
            *_work(rows),
            _scope(rows),
            column(rows, "rank", "rank"),
            column(rows, "machine", "machine"),
            column(rows, "seconds", "geometric mean", words=_seconds(rows["seconds"])),
            column(rows, "tied_with", "too close to"),
            column(rows, "undecided_with", "undecided against"),
            *[column(rows, key) for key in ("scope", "threads", "cells")],
        ],
        choices=["workload"],
    )


def moves_table(moves: pd.DataFrame) -> Table | None:
    """A row a curve and machine: the crossover batch size beside the base's."""
    rows = moves[moves["scope"] == "warm"].reset_index(drop=True)
    if rows.empty:
        return None
    records = rows.to_dict("records")
    return Table(
        name="crossover-moves",
        caption="How the crossover batch size moves from the base to each machine, once warm",
        columns=[
            *_work(rows),
            column(rows, "machine", "machine"),
            Column("crossover", [crossover_words(row) for row in records], "crossover"),
            Column("base_crossover", list(map(crossover_words, base_curves(rows))), "the base's"),
            column(rows, "moves", "to"),
            *[column(rows, key) for key in ("base", "base_device", "threads")],
            *[column(rows, f"{side}{key}") for side in ("", "base_")
              for key in ("kind", "lower", "upper")],
        ],
    )  # fmt: skip


def fastest_table(fastest: pd.DataFrame) -> Table | None:
    """A row a cell: which machine and device has done it soonest."""
    rows = fastest.reset_index(drop=True)
    if rows.empty:
        return None
    return Table(
        name="fastest",
        caption="The fastest for each cell, whatever the device",
        columns=[
            column(rows, "workload", "workload"),
            column(rows, "batch_size", "batch size"),
            column(rows, "epochs", "epochs", words=epoch_column(rows)),
            column(rows, "machine", "machine"),
            Column("device", _devices(rows), "device"),
            column(rows, "seconds", "seconds", words=_seconds(rows["seconds"])),
            column(rows, "tied_with", "too close to"),
            column(rows, "undecided_with", "undecided against"),
            column(rows, "scope"),
            column(rows, "derived"),
        ],
        choices=["workload", "machine"],
    )


def upgrade_table(changed: pd.DataFrame) -> Table | None:
    """A row a cell that became slower or faster with other software on the base's hardware."""
    if changed.empty:
        return None
    rows = changed.head(MOST_CELLS)
    return Table(
        name="upgrade",
        caption="Upgrade check: regressions, the worst first, then improvements",
        columns=[column(rows, "change", "change"), *_cell_columns(rows)],
        choices=["change"],
    )


def cells_table(cells: pd.DataFrame) -> Table | None:
    """A row a cell and machine, where these are few enough."""
    rows = cells.reset_index(drop=True)
    if rows.empty or len(rows) > MOST_CELLS:
        return None
    return Table(
        name="compared-cells",
        caption=f"Every cell against {rows['base'].iloc[0]}",
        columns=_cell_columns(rows),
        choices=["verdict"],
    )


def costs_table(costs: pd.DataFrame) -> Table | None:
    """A row a machine and device: time and cost to the target at its soonest setting."""
    if costs.empty:
        return None
    rows = costs.reset_index(drop=True)
    records = rows.to_dict("records")
    return Table(
        name="cost-to-target",
        caption="Time and cost to the target, each device at its soonest setting, cheapest first",
        columns=[
            column(rows, "workload", "workload"),
            column(rows, "machine", "machine"),
            column(rows, "label", "device"),
            Column("setting", [setting_text(row) for row in records], "setting"),
            column(rows, "seconds", "time", words=[time_text(row) for row in records]),
            column(rows, "usd", "USD", words=[cost_text(row) or "no price" for row in records]),
            *[column(rows, key) for key in ("lo", "hi", "usd_lo", "usd_hi", "optimizer")],
            *[column(rows, key) for key in ("batch_size", "learning_rate", "epochs", "threads")],
        ],
    )


def _cell_columns(rows: pd.DataFrame) -> list[Column]:
    records = rows.to_dict("records")
    return [
        *_work(rows),
        column(rows, "batch_size", "batch size"),
        column(rows, "epochs", "epochs", words=epoch_column(rows)),
        column(rows, "machine", "machine"),
        column(rows, "base_seconds", "base", words=_seconds(rows["base_seconds"])),
        column(rows, "seconds", "time", words=_seconds(rows["seconds"])),
        column(rows, "ratio", "ratio", words=[ratio_words(row) for row in records]),
        column(rows, "verdict", "verdict"),
        column(rows, "reason", "reason"),
        *_cost_column(rows),
        *[column(rows, key) for key in ("lo", "hi", "margin", "blocks", "base_blocks")],
        *[column(rows, key) for key in ("scope", "threads", "base", "derived")],
    ]


def _work(rows: pd.DataFrame) -> list[Column]:
    return [column(rows, "workload", "workload"), Column("device", _devices(rows), "device")]


def _devices(rows: pd.DataFrame) -> list[str]:
    return [
        f"{device}, {counted(threads, 'thread')}" if threads else str(device)
        for device, threads in zip(rows["device"], rows["threads"], strict=True)
    ]


def _scope(rows: pd.DataFrame) -> Column:
    return Column("seconds_of", [_SCOPES[scope] for scope in rows["scope"]], "seconds")


def _seconds(values: "pd.Series[float]") -> list[str]:
    return ["" if pd.isna(value) else seconds_in_words(value) for value in values]


def _cost_column(rows: pd.DataFrame) -> list[Column]:
    """The ratio of costs, where there are prices."""
    if "cost_ratio" not in rows or rows["cost_ratio"].isna().all():
        return []
    words = [ratio_words(row, of="cost_") for row in rows.to_dict("records")]
    return [column(rows, "cost_ratio", "cost / the base's", words=words)]
