"""What must hold in the studies of a file: diagnosis, peaks and variants."""

import math
from collections.abc import Sequence

from msgspec import UNSET

from scripts.read.breach import Breach, Place, bounded, once
from scripts.read.checks.cells import check_workloads
from scripts.read.records.result import Own
from scripts.read.records.study import Cell, Variant, VariantRound

MOST_VALUES = 64
"""Batch sizes, or variants, of a table: each of them is drawn."""
MOST_CELLS = 200_000
MOST_ROUNDS = 4_000_000
"""Readers compare every variant at every place of its grid, and batch sizes two by two."""
_AXES = ("workload", "batch_size", "device", "threads", "variant", "again")


def check_studies(own: Own) -> None:
    """Raises Breach for the first rule that is broken."""
    for table, rows in (("diagnosis", own.diagnosis), ("variants", own.variants)):
        where: Place = ["crossover", table]
        check_workloads(own, where, rows)
        for index, row in enumerate(rows):
            _check_row([*where, index], row)
        cells = [tuple(getattr(row, axis, 0) for axis in _AXES) for row in rows]
        once(where, cells)
        _check_size(where, cells, blocks={one.block for one in _rounds(rows)})
    once(["crossover", "peaks"], [(row.device, row.threads) for row in own.peaks])
    for index, row in enumerate(own.variants):
        blocks = [one.block for one in _rounds([row])]
        once(["crossover", "variants", index, "rounds"], blocks, "has the block of another round")


def _rounds(rows: Sequence[Cell]) -> list[VariantRound]:
    variants = (row for row in rows if isinstance(row, Variant))
    return [one for row in variants for one in row.rounds or ()]


def _check_row(where: Place, row: Cell) -> None:
    """A row says what was measured, or why nothing was."""
    for name in row.__struct_fields__ if row.reason is UNSET else ():
        if name != "reason" and _missing(getattr(row, name)):
            raise Breach([*where, name], "is missing, and no reason is given")


def _missing(value: object) -> bool:
    return value is UNSET or (isinstance(value, float) and math.isnan(value))


def _check_size(where: Place, cells: Sequence[tuple[object, ...]], blocks: set[int]) -> None:
    values = dict(zip(_AXES, map(len, map(set, zip(*cells, strict=True))), strict=False))
    for axis in ("batch_size", "variant"):
        bounded(where, values.get(axis, 0), MOST_VALUES, f"values of {axis}")
    size = math.prod(values.values()) if cells else 0
    bounded(where, size, MOST_CELLS, "cells in their grid")
    bounded(where, size * len(blocks), MOST_ROUNDS, "rounds")
