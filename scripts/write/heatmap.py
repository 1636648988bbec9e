"""The page's heat maps for a template: the words and colours of their cells, and their edges.

Drawn as SVG by the page itself, with no chart library: each cell has to be an element that a
keyboard reaches and a screen reader reads, the same drawing has to serve without a script and on
paper, and the libraries that could be embedded weigh a megabyte or more.
"""

import textwrap
from dataclasses import dataclass
from typing import Any

import pandas as pd

from scripts.figures.grid import (
    DECIDED,
    Edge,
    cell_words,
    colour_of,
    edges_of,
    grid_of,
    key_words,
    short_reason,
)
from scripts.figures.style import readable_on
from scripts.sections.section import Map

CELL_WIDTH, LEFT, NARROWEST = 60, 62, 320
"""Pixels, as in heatmap.html."""
_BOLD, _SMALL = 7.6, 6.2
"""Pixels that a letter takes on average, rounded up: in the title, and in the key below."""


@dataclass(frozen=True)
class Cell:
    """A cell: its row in the table of verdicts, its column in the map, and how it looks."""

    row: int
    column: int
    words: tuple[str, ...]
    fill: str = "#e6e6e6"
    ink: str = "#000"
    decided: bool = False
    absent: bool = True


@dataclass(frozen=True)
class HeatMap:
    """What is drawn of a map: `rows` are numbers of epochs with their cells, warm epochs on top."""

    width: int
    title: list[str]
    key: list[str]
    batch_sizes: list[int]
    rows: list[tuple[str, list[Cell]]]
    edges: list[Edge]


def heat_map(about: Map) -> HeatMap:
    """Return how a map of verdicts is drawn."""
    grid = grid_of(about.cells)
    width = max(NARROWEST, LEFT + CELL_WIDTH * len(grid.batch_sizes) + 2)
    key = "; ".join(key_words(grid.table, colours=True))
    ordered = grid.table.sort_values(["row", "column"])
    rows: list[tuple[str, list[Cell]]] = [(label, []) for label in grid.rows]
    for place, cell in zip(ordered.index, ordered.to_dict("records"), strict=True):
        rows[cell["row"]][1].append(_cell(int(place), cell, limit=about.limit))
    return HeatMap(
        width=width,
        title=textwrap.wrap(about.title, int(width / _BOLD)),
        key=textwrap.wrap(key, int(width / _SMALL)),
        batch_sizes=grid.batch_sizes,
        rows=rows,
        edges=list(edges_of(grid)),
    )


def _cell(row: int, cell: dict[Any, Any], *, limit: float) -> Cell:
    column, verdict = cell["column"], cell["verdict"]
    if verdict == "not measured" or pd.isna(cell["ratio"]):
        return Cell(row, column, tuple(short_reason(cell)[:24].split(" ", 1)))
    fill = colour_of(cell["ratio"], limit=limit)
    words, decided = (cell_words(cell),), verdict in DECIDED
    return Cell(row, column, words, fill, readable_on(fill), decided=decided, absent=False)


def scale(limit: float, *, stops: int = 16) -> list[tuple[float, str]]:
    """Return the colours of the scale from its faster end: (place from 0 to 1, fill)."""
    places = [stop / stops for stop in range(stops + 1)]
    return [(place, colour_of(2 ** (limit * (2 * place - 1)), limit=limit)) for place in places]
