"""What must hold in the studies of a valid document: diagnosis, peaks and variants."""

import math
from collections.abc import Iterator
from typing import Any

from scripts.read.cell_checks import Breach
from scripts.read.document import Document

_AXES = ("workload", "batch_size", "device", "threads", "variant", "again")
_SEEN = (
    "parts",
    "step_seconds",
    "instrumented_step_seconds",
    "host_enqueue_seconds",
    "alone_seconds",
    "operations",
    "steps",
    "context_seconds",
    "transfer_seconds",
    "first_step_seconds",
    "warm_step_seconds",
)
_NEEDED = {"diagnosis": _SEEN, "variants": ("rounds",)}
MOST_VALUES = {"batch_size": 64, "variant": 64}
"""Of a table: each of them is drawn."""
MOST_CELLS = 200_000
MOST_ROUNDS = 4_000_000


def study_breaches(document: Document) -> Iterator[Breach]:
    """Each invariant that the studies break: the place and what is wrong there."""
    own = document["crossover"]
    for table, needed in _NEEDED.items():
        rows = own.get(table, [])
        yield from _whole(table, rows, needed, known=own.get("workloads", {}))
        yield from _once(table, rows, _AXES)
        yield from _readable(table, rows)
    yield from _once("peaks", own.get("peaks", []), ("device", "threads"))
    yield from _blocks_once(own.get("variants", []))


def _whole(
    table: str, rows: list[dict[str, Any]], needed: tuple[str, ...], *, known: dict[str, Any]
) -> Iterator[Breach]:
    """A row says what was measured, or why nothing was."""
    for index, row in enumerate(rows):
        if row["workload"] not in known:
            yield ["crossover", table, index, "workload"], "names no entry of crossover.workloads"
        lost = [name for name in needed if name not in row]
        if lost and "reason" not in row:
            yield ["crossover", table, index, lost[0]], "is missing, and no reason is given"


def _once(table: str, rows: list[dict[str, Any]], axes: tuple[str, ...]) -> Iterator[Breach]:
    seen = set()
    for index, row in enumerate(rows):
        cell = tuple(row.get(axis, 0) for axis in axes)
        if cell in seen:
            yield ["crossover", table, index], "stands in the file twice"
        seen.add(cell)


def _readable(table: str, rows: list[dict[str, Any]]) -> Iterator[Breach]:
    """Readers compare every variant at every place of its grid, and batch sizes two by two."""
    values = {axis: len({row.get(axis, 0) for row in rows}) for axis in _AXES}
    blocks = {one["block"] for row in rows for one in row.get("rounds", [])}
    cells = math.prod(max(1, count) for count in values.values())
    many = [axis for axis, most in MOST_VALUES.items() if values[axis] > most]
    if many:
        count = f"{values[many[0]]} {many[0].replace('_', ' ')}s"
        yield ["crossover", table], f"has {count}, and {MOST_VALUES[many[0]]} can be read"
    elif max(cells / MOST_CELLS, cells * len(blocks) / MOST_ROUNDS) > 1:
        yield ["crossover", table], f"spans a grid of {cells} cells, more than can be read"


def _blocks_once(rows: list[dict[str, Any]]) -> Iterator[Breach]:
    for index, row in enumerate(rows):
        seen = set()
        for number, one in enumerate(row.get("rounds", [])):
            if one["block"] in seen:
                message = f"{one['block']} stands in this row twice"
                yield ["crossover", "variants", index, "rounds", number, "block"], message
            seen.add(one["block"])
