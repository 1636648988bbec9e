"""What must hold in the studies of a file: diagnosis, dispatch and peaks."""

import math
from collections.abc import Sequence

from msgspec import UNSET

from scripts.read.breach import Breach, Place, bounded, once
from scripts.read.checks.cells import check_workloads
from scripts.read.records.result import Own
from scripts.read.records.study import Cell, Study

MOST_VALUES = 64
"""Batch sizes, or variants, of a table: each of them is drawn."""
MOST_CELLS = 200_000
"""Readers compare batch sizes two by two at every place of their grid."""


def check_studies(own: Own) -> None:
    """Raises Breach for the first rule that is broken."""
    check_study(own, "diagnosis", own.diagnosis)
    _check_dispatch(own, ["crossover", "dispatch"])
    once(["crossover", "peaks"], [row.side for row in own.peaks])


def _check_dispatch(own: Own, where: Place) -> None:
    check_workloads(own, where, own.dispatch)
    once(where, [row.workload for row in own.dispatch])
    for index, row in enumerate(own.dispatch):
        _check_row([*where, index], row)
        if row.kernel_seconds > row.step_seconds:
            raise Breach([*where, index, "kernel_seconds"], "are more than the whole step's")


def check_study(own: Own, table: str, rows: Sequence[Cell], *more: str) -> None:
    """The same for one table; `more` are axes that its rows have besides those of a cell."""
    where: Place = ["crossover", table]
    check_workloads(own, where, rows)
    for index, row in enumerate(rows):
        _check_row([*where, index], row)
    axes = ("workload", "batch_size", "side", *more)
    cells = [tuple(getattr(row, axis) for axis in axes) for row in rows]
    once(where, cells)
    values = dict(zip(axes, map(len, map(set, zip(*cells, strict=True))), strict=False))
    for axis in ("batch_size", *more):
        bounded(where, values.get(axis, 0), MOST_VALUES, f"values of {axis}")
    bounded(where, math.prod(values.values()) if cells else 0, MOST_CELLS, "cells in their grid")


def _check_row(where: Place, row: Study) -> None:
    """A row says what was measured, or why nothing was."""
    for name in row.__struct_fields__ if row.reason is UNSET else ():
        if name != "reason" and _missing(getattr(row, name)):
            raise Breach([*where, name], "is missing, and no reason is given")


def _missing(value: object) -> bool:
    return value is UNSET or (isinstance(value, float) and math.isnan(value))
