"""The page's heat maps for a template: the words and colours of their cells, and their edges.

Drawn as SVG by the page itself, with no chart library: each cell has to be an element that a
keyboard reaches and a screen reader reads, the same drawing has to serve without a script and on
paper, and the libraries that could be embedded weigh a megabyte or more.
"""

from collections.abc import Iterable
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
from scripts.read.text import wrapped
from scripts.sections.section import Map

CELL_WIDTH, LEFT, NARROWEST = 40, 48, 260
"""Pixels, as in heatmap.html."""
_BOLD = 7.0
"""Pixels that a letter of the title takes on average, rounded up."""


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
    batch_sizes: list[int]
    rows: list[tuple[str, list[Cell]]]
    edges: list[Edge]


def heat_map(about: Map) -> HeatMap:
    """Return how a map of verdicts is drawn."""
    grid = grid_of(about.cells)
    width = max(NARROWEST, LEFT + CELL_WIDTH * len(grid.batch_sizes) + 2)
    ordered = grid.table.sort_values(["row", "column"])
    rows: list[tuple[str, list[Cell]]] = [(label, []) for label in grid.rows]
    for place, cell in zip(ordered.index, ordered.to_dict("records"), strict=True):
        rows[cell["row"]][1].append(_cell(int(place), cell, limit=about.limit))
    return HeatMap(
        width=width,
        title=wrapped(about.title, int(width / _BOLD)),
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


def key(maps: Iterable[Map]) -> str:
    """Return what numbers, colours, marks and lines of these maps mean, each once."""
    parts = dict.fromkeys(words for one in maps for words in key_words(one.cells, colours=True))
    return f"{'; '.join(parts)}."
