"""The page's heat maps as numbers for a template: places, colours and words of cells and lines.

Drawn as SVG by the page itself, with no chart library: each cell has to be an element that a
keyboard reaches and a screen reader reads, the same drawing has to serve without a script and on
paper, and the libraries that could be embedded weigh a megabyte or more.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from scripts.figures.grid import (
    DECIDED,
    Grid,
    cell_words,
    colour_of,
    edges_of,
    grid_of,
    key_words,
    short_reason,
)
from scripts.figures.style import readable_on

CELL_WIDTH, CELL_HEIGHT = 60, 30
LEFT, LINE, GAP = 62, 16, 9
ABSENT = "#e6e6e6"
NARROWEST = 320
_COLOURS = ("GPU seconds / CPU seconds", "orange: GPU slower, purple: GPU faster")
_BOLD, _SMALL = 7.6, 6.2
"""Pixels that a letter takes on average, rounded up: in the title, and in the key below."""


@dataclass(frozen=True)
class Cell:
    """A cell: its row in the table of verdicts, its left edge, and how it looks."""

    row: int
    x: int
    fill: str
    ink: str
    words: tuple[str, ...]
    decided: bool
    absent: bool


@dataclass(frozen=True)
class Band:
    """A row of cells: one number of epochs, or warm epochs."""

    y: int
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Stroke:
    """A piece of the crossover line."""

    x1: int
    y1: int
    x2: int
    y2: int
    solid: bool


@dataclass(frozen=True)
class HeatMap:
    """The heat map of a workload on a machine, for one device pair. Lengths are in pixels.

    `table` is the name of the table of verdicts, `warm` and `totals` the bands and their edges,
    `warm_height` and `totals_height` what goes when one of them is hidden.
    """

    name: str
    table: str
    machine: str
    pair: str
    caption: str
    title: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[tuple[int, str], ...]
    warm: tuple[Band, ...]
    totals: tuple[Band, ...]
    warm_edges: tuple[Stroke, ...]
    total_edges: tuple[Stroke, ...]
    width: int
    height: int
    top: int
    warm_height: int
    totals_height: int


def heat_map(
    cells: pd.DataFrame, *, name: str, table: str, machine: str, pair: str, title: str,
    caption: str, limit: float,
) -> HeatMap:  # fmt: skip
    """The heat map of one pair's verdicts; their index has to be their row in the table.

    `limit` is the end of the colour scale in powers of two.
    """
    grid = grid_of(cells)
    width = max(NARROWEST, LEFT + CELL_WIDTH * len(grid.batch_sizes) + 2)
    lines = _wrapped(title, width / _BOLD)
    top = LINE * (len(lines) + 2) + 8
    tops = [top + (CELL_HEIGHT * row + GAP if row else 0) for row in range(len(grid.rows))]
    bands = tuple(_bands(grid, tops, limit=limit))
    strokes = list(_strokes(grid, tops))
    key = _wrapped("; ".join([*_COLOURS, *key_words(grid.table)]), width / _SMALL)
    bottom = tops[-1] + CELL_HEIGHT
    return HeatMap(
        name=name, table=table, machine=machine, pair=pair, caption=caption,
        title=lines, key=key, columns=_columns(grid), warm=bands[:1], totals=bands[1:],
        warm_edges=tuple(stroke for row, stroke in strokes if row == 0),
        total_edges=tuple(stroke for row, stroke in strokes if row > 0),
        width=width, height=bottom + LINE * len(key) + 10, top=top,
        warm_height=CELL_HEIGHT + GAP, totals_height=bottom - top - CELL_HEIGHT,
    )  # fmt: skip


def scale(limit: float, *, stops: int = 16) -> list[tuple[float, str]]:
    """The colours of the scale from its GPU-faster end: (place from 0 to 1, fill)."""
    places = [stop / stops for stop in range(stops + 1)]
    return [(place, colour_of(2 ** (limit * (2 * place - 1)), limit=limit)) for place in places]


def _columns(grid: Grid) -> tuple[tuple[int, str], ...]:
    return tuple((_x(column), str(size)) for column, size in enumerate(grid.batch_sizes))


def _bands(grid: Grid, tops: Sequence[int], *, limit: float) -> Iterator[Band]:
    """Warm epochs on top, then the totals, the largest number of epochs first."""
    for row, label in enumerate(grid.rows):
        own = grid.table[grid.table["row"] == row].sort_values("column")
        records = zip(own.index, own.to_dict("records"), strict=True)
        cells = tuple(_cell(int(place), record, limit=limit) for place, record in records)
        yield Band(tops[row], label, cells)


def _cell(place: int, record: dict[Any, Any], *, limit: float) -> Cell:
    x, verdict = _x(record["column"]), record["verdict"]
    if verdict == "not measured" or pd.isna(record["ratio"]):
        words = tuple(short_reason(record["reason"])[:24].split(" ", 1))
        return Cell(place, x, ABSENT, "#000", words, decided=False, absent=True)
    fill = colour_of(record["ratio"], limit=limit)
    words = (cell_words(record),)
    decided = verdict in DECIDED
    return Cell(place, x, fill, readable_on(fill), words, decided=decided, absent=False)


def _strokes(grid: Grid, tops: Sequence[int]) -> Iterator[tuple[int, Stroke]]:
    """Yields the pieces of the crossover line, each with its row."""
    for edge in edges_of(grid):
        x, y = _x(edge.column), tops[edge.row]
        if edge.below:
            y = tops[edge.row + 1] - 1
            yield edge.row, Stroke(x, y, x + CELL_WIDTH, y, edge.decided)
        else:
            x += CELL_WIDTH - 1
            yield edge.row, Stroke(x, y, x, y + CELL_HEIGHT, edge.decided)


def _wrapped(text: str, letters: float) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, int(letters)))


def _x(column: int) -> int:
    return LEFT + CELL_WIDTH * column
