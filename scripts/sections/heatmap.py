"""The page's heat maps as numbers for a template: places, colours and words of cells and lines.

Drawn as SVG by the page itself, with no chart library: each cell has to be an element that a
keyboard reaches and a screen reader reads, the same drawing has to serve without a script and on
paper, and the libraries that could be embedded weigh a megabyte or more. Colours, marks and line
are those of `figures_heatmap`.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import to_hex

from scripts.figures.grid import WARM, Grid, grid_of, short_reason
from scripts.figures.heatmap import COLOURS, MARKS
from scripts.read.text import times
from scripts.words.derived import MARK, MEANS

CELL_WIDTH, CELL_HEIGHT = 60, 30
LEFT, LINE, GAP = 62, 16, 9
ABSENT = "#e6e6e6"
_DECIDED = ("gpu slower", "gpu faster")
NARROWEST = 320
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
class Edge:
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
    warm_edges: tuple[Edge, ...]
    total_edges: tuple[Edge, ...]
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
    edges = list(_edges(grid, tops))
    key = _wrapped(_key(grid.table), width / _SMALL)
    bottom = tops[-1] + CELL_HEIGHT
    return HeatMap(
        name=name, table=table, machine=machine, pair=pair, caption=caption,
        title=lines, key=key, columns=_columns(grid), warm=bands[:1], totals=bands[1:],
        warm_edges=tuple(edge for row, edge in edges if row == 0),
        total_edges=tuple(edge for row, edge in edges if row > 0),
        width=width, height=bottom + LINE * len(key) + 10, top=top,
        warm_height=CELL_HEIGHT + GAP, totals_height=bottom - top - CELL_HEIGHT,
    )  # fmt: skip


def colour_of(ratio: float, *, limit: float) -> str:
    """The fill of a ratio on the diverging scale that ends at 2 ** limit: `#e08214`."""
    place = 0.5 + 0.5 * float(np.log2(ratio)) / limit
    return to_hex(colormaps[COLOURS](float(np.clip(place, 0, 1))))


def ink_on(fill: str) -> str:
    """Black or white, whichever has the higher contrast on the fill (WCAG 2.2, luminance)."""
    channels = [int(fill[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if luminance > 0.179 else "#fff"


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
    words = (times(record["ratio"]) + MARKS.get(verdict, ""),)
    return Cell(place, x, fill, ink_on(fill), words, decided=verdict in _DECIDED, absent=False)


def _edges(grid: Grid, tops: Sequence[int]) -> Iterator[tuple[int, Edge]]:
    """Between neighbours of which one is slower and one faster; solid where both are decided."""
    steps = np.log2(grid.matrix("ratio").astype(float))
    decided = np.isin(grid.matrix("verdict"), _DECIDED)
    rows, columns = steps.shape
    for row in range(rows):
        for column in range(columns):
            if column + 1 < columns and steps[row, column] * steps[row, column + 1] < 0:
                x, y = _x(column + 1) - 1, tops[row]
                both = bool(decided[row, column] and decided[row, column + 1])
                yield row, Edge(x, y, x, y + CELL_HEIGHT, both)
            if 0 < row < rows - 1 and steps[row, column] * steps[row + 1, column] < 0:
                x, y = _x(column), tops[row + 1] - 1
                both = bool(decided[row, column] and decided[row + 1, column])
                yield row, Edge(x, y, x + CELL_WIDTH, y, both)


def _key(cells: pd.DataFrame) -> str:
    """What numbers, marks and colours mean; of the marks only those that occur."""
    words = set(cells["verdict"])
    marks = [f"{mark} {word}" for word, mark in MARKS.items() if word in words]
    parts = [
        "GPU seconds / CPU seconds",
        "orange: GPU slower, purple: GPU faster",
        "bold: decided",
        *marks,
        f"{WARM}: without the cold start",
    ]
    if cells["ratio"].min() < 1 < cells["ratio"].max():
        parts.append("line: crossover (dashed: not decided on both sides)")
    if cells["derived"].any():
        parts.append(f"{MARK} derived: {MEANS}")
    return "; ".join(parts)


def _wrapped(text: str, letters: float) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, int(letters)))


def _x(column: int) -> int:
    return LEFT + CELL_WIDTH * column
