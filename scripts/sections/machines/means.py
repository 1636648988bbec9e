"""What compare.py begins with: geometric means, of two machines in full, of more side by side."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from scripts.machines.means import ALL
from scripts.read.text import counted, times
from scripts.sections.machines.side_by_side import mean_lines
from scripts.sections.machines.tables import means_table
from scripts.sections.section import Column, Line, Table, plain_values
from scripts.tables.comparison import Comparison
from scripts.words.answer.told import mark_of, marks_key
from scripts.words.machines import fastest_mean_sentence

MOST_ROWS = 8
MOST_MACHINES = 10
"""Rows of either table: with more of them the answer would not fit on a screen."""


def brief_means(comparison: Comparison) -> Iterator[Line | Table]:
    """Yield a sentence and a table: a row per network of one other machine, else per machine."""
    means = comparison.means
    if means["machine"].nunique() < 2:
        yield from mean_lines(comparison, tone="strong")
        rows = untold(means)
        if len(rows):
            yield means_table(comparison, rows.head(MOST_ROWS), short=True)
        if (more := len(rows) - MOST_ROWS) > 0:
            yield Line(f"and {counted(more, 'more row')}", tone="faint")
        return
    rows = over_all(means)
    yield Line(fastest_mean_sentence(rows, comparison.base), tone="strong")
    yield _beside(rows, comparison.base)
    yield Line(marks_key(), tone="faint")


def over_all(means: pd.DataFrame) -> pd.DataFrame:
    """Return the means over all workloads where there are such, else those by workload."""
    whole = means["workload"] == ALL
    return means[whole if whole.any() else ~whole]


def untold(means: pd.DataFrame) -> pd.DataFrame:
    """Return the networks' own means once warm; of one network all that there are."""
    whole = means["workload"] == ALL
    return means[~whole & (means["scope"] == "warm")] if whole.any() else means


def _beside(means: pd.DataFrame, base: str) -> Table:
    """Return a row per machine, the fastest on top, a column per side and scope; then costs."""
    logs = np.log(means["ratio"]).groupby(means["machine"]).mean()
    order = logs.sort_values(kind="stable").index
    machines = list(order[:MOST_MACHINES])
    columns = [Column("machine", machines, "machine")]
    for lead, ratio in (("", "ratio"), ("cost, ", "cost_ratio")):
        known = means[means[ratio].notna()] if ratio in means else means.head(0)
        for place, own in known.groupby(["side", "scope", "workload"], sort=False):
            name = lead + " ".join(part for part in map(str, place) if part != ALL)
            cells = own.set_index("machine").reindex(machines)
            words = [_short(row, ratio) for row in cells.to_dict("records")]
            columns.append(Column(name, plain_values(cells[ratio]), name, words))
    more = len(order) - len(machines)
    others = f"; {more} more machines: --out FOLDER" if more else ""
    return Table("means", f"Geometric means of seconds / seconds of {base}{others}", columns)


def _short(row: Mapping[Any, Any], ratio: str) -> str:
    """Return `0.51x +`, the mark being that of the seconds."""
    if pd.isna(row[ratio]):
        return ""
    return times(row[ratio]) + (f" {mark_of(row['verdict'])}" if ratio == "ratio" else "")
