"""A grid of cells as heat maps draw it: batch size x epochs, warm row apart, absences hatched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from scripts.figures.style import plain, readable_on
from scripts.judge.rule import NOT_MEASURED
from scripts.read.text import times
from scripts.words.derived import MARK, MEANS
from scripts.words.warnings import MARK as SUSPECT_MARK

WARM = "warm"
COLOURS = "PuOr_r"
MARKS = {"undecided": "?", "too close": "≈", "suspect": SUSPECT_MARK}
DECIDED = ("slower", "faster")
CELL_WIDTH, CELL_HEIGHT = 0.62, 0.34
_DIGIT_WIDTH = 0.07
HATCHED: dict[str, Any] = {"facecolor": "0.93", "hatch": "////", "hatchcolor": "0.75"}


@dataclass(frozen=True)
class Grid:
    """One heat map's cells: rows are numbers of epochs (warm on top; a MARK at derived ones),
    columns batch sizes.

    `table` has one row a cell: `row`, `column` (places in the grid), ratio, verdict, reason.
    """

    table: pd.DataFrame
    batch_sizes: list[int]
    rows: list[str]

    def matrix(self, name: str) -> pd.DataFrame:
        """A column of the table as a matrix with named rows and columns; without a cell NaN."""
        places = self.table.pivot(index="row", columns="column", values=name)
        whole = places.reindex(index=range(len(self.rows)), columns=range(len(self.batch_sizes)))
        rows = pd.Index(self.rows, name="epochs")
        return whole.set_axis(rows).set_axis(
            pd.Index(self.batch_sizes, name="batch size (samples)"), axis="columns"
        )


@dataclass(frozen=True)
class Edge:
    """A piece of the crossover line: the right or the lower edge of a cell.

    `decided`: both neighbours' verdicts are.
    """

    row: int
    column: int
    below: bool
    decided: bool


def grid_of(cells: pd.DataFrame) -> Grid:
    """Places the verdicts (warm and total) of one workload and pair of sides in a grid."""
    batch_sizes = sorted(int(size) for size in cells["batch_size"].unique())
    epochs = sorted((int(number) for number in cells["epochs"].dropna().unique()), reverse=True)
    derived = set(cells.loc[cells["derived"], "epochs"].astype(int))
    labels = {number: f"{number}{MARK}" if number in derived else str(number) for number in epochs}
    rows = [WARM, *labels.values()]
    names = [WARM if pd.isna(number) else labels[int(number)] for number in cells["epochs"]]
    table = cells.assign(
        row=[rows.index(name) for name in names],
        column=[batch_sizes.index(size) for size in cells["batch_size"]],
    )
    return Grid(table=table, batch_sizes=batch_sizes, rows=rows)


def edges_of(grid: Grid) -> Iterator[Edge]:
    """Yields the edges between cells of which one is slower and one faster than its base.

    The warm row stands apart from the totals.
    """
    steps = np.log2(grid.matrix("ratio").to_numpy(dtype=float))
    decided = grid.matrix("verdict").isin(DECIDED).to_numpy()
    for below in (False, True):
        here = steps[1:-1] if below else steps[:, :-1]
        there = steps[2:] if below else steps[:, 1:]
        for place, column in np.argwhere(here * there < 0).tolist():
            row = place + below
            both = decided[row, column] and decided[row + below, column + (not below)]
            yield Edge(row, column, below, bool(both))


def cell_words(cell: dict[Any, Any]) -> str:
    """Return what stands in a cell that has a ratio: `0.52x`, and the mark of its verdict."""
    return times(cell["ratio"]) + MARKS.get(cell["verdict"], "")


def colour_of(ratio: float, *, limit: float) -> str:
    """Return the fill of a ratio on the diverging scale that ends at 2 ** limit: `#e08214`."""
    place = 0.5 + 0.5 * float(np.log2(ratio)) / limit
    return to_hex(colormaps[COLOURS](float(np.clip(place, 0, 1))))


def key_words(cells: pd.DataFrame, *, colours: bool = False) -> list[str]:
    """Return what numbers, marks and lines of these cells mean; only of those that occur."""
    base = plain(cells["base"].iloc[0])
    named = [f"orange: slower than {base}, purple: faster"] if colours else []
    marks = [f"{mark} {word}" for word, mark in MARKS.items() if (cells["verdict"] == word).any()]
    numbers = f"numbers: seconds / seconds of {base}"
    parts = [numbers, *named, "bold: decided", *marks, f"{WARM}: without the cold start"]
    if cells["ratio"].min() < 1 < cells["ratio"].max():
        parts.append("line: crossover (dashed: not decided on both sides)")
    if (cells["verdict"] == NOT_MEASURED).any():
        parts.append("hatched: no time, and why")
    if cells["derived"].any():
        parts.append(f"{MARK} derived: {MEANS}")
    return parts


def draw_grid(axes: Axes, grid: Grid, **colours: Any) -> None:
    """A grid whose table has `shade` (NaN: absent), `words`, and `bold`: whether the words are."""
    draw_cells(axes, grid.matrix("shade"), grid.matrix("words"), **colours)
    bold = grid.matrix("bold").to_numpy()
    for text in axes.texts:
        column, row = map(int, text.get_position())
        text.set_fontweight("bold" if bold[row, column] else "normal")
    for cell in grid.table[grid.table["shade"].isna()].to_dict("records"):
        _draw_absence(axes, cell)
    axes.axhline(1, color="white", linewidth=5)


def draw_cells(
    axes: Axes, shades: pd.DataFrame, words: pd.DataFrame, *, cell_width: float = CELL_WIDTH,
    **colours: Any,
) -> None:  # fmt: skip
    """Cells with words on the shades that seaborn's `colours` give them; NaN has neither.

    The names of index and columns name the axes.
    """
    sns.heatmap(
        shades.astype(float), annot=words, fmt="", annot_kws={"fontsize": 7}, cbar=False, ax=axes,
        linewidths=1.2, linecolor="white", xticklabels=True, yticklabels=True, **colours,
    )  # fmt: skip
    shown = np.asarray(axes.collections[0].get_facecolor())
    for text in axes.texts:
        column, row = map(int, text.get_position())
        text.set_color(readable_on(to_hex(shown[row * shades.shape[1] + column])))
    longest = max(len(str(name)) for name in shades.columns)
    axes.tick_params(length=0, pad=2)
    axes.tick_params(axis="x", rotation=90 if longest * _DIGIT_WIDTH > cell_width else 0)
    axes.tick_params(axis="y", rotation=0)


def _draw_absence(axes: Axes, cell: dict[Any, Any]) -> None:
    """Hatches a cell without a time and writes its reason into it."""
    place = (cell["column"], cell["row"])
    axes.add_patch(Rectangle(place, 1, 1, edgecolor="white", linewidth=1.2, **HATCHED))
    words = plain(short_reason(cell), longest=14).replace(" ", "\n", 1)
    axes.text(
        place[0] + 0.5, place[1] + 0.5, words, ha="center", va="center", fontsize=6, color="0.2",
        linespacing=0.9, bbox={"boxstyle": "square,pad=0.15", "facecolor": "0.93", "linewidth": 0},
    )  # fmt: skip


def short_reason(cell: Mapping[Any, Any]) -> str:
    """`cuda: unsupported (what torch said)` -> `unsupported`; that the base is absent says so."""
    side, _colon, rest = cell["reason"].partition("; ")[0].partition(": ")
    word = rest.partition(" (")[0] or side
    return f"base {word}" if side == cell.get("base") else word
