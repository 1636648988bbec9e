"""The heat map: GPU seconds / CPU seconds over batch size x epochs, and where it crosses 1."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, TwoSlopeNorm
from matplotlib.figure import Figure

from scripts.figures.grid import (
    CELL_HEIGHT,
    CELL_WIDTH,
    COLOURS,
    DECIDED,
    Grid,
    cell_words,
    colour_cells,
    colour_of,
    draw_absence,
    edges_of,
    grid_axes,
    grid_of,
    key_words,
)
from scripts.figures.style import GREY, headline, new_figure, plain, readable_on, style

_LETTERS_AN_INCH, _LINE_HEIGHT = 19, 0.12


def shared_limit(cells: pd.DataFrame) -> float:
    """The largest |log2 ratio| that the colours of all heat maps span, between 2x and 64x."""
    steps = np.log2(cells["ratio"].dropna())
    return float(np.clip(np.ceil(steps.abs().max()), 1, 6)) if len(steps) else 1.0


def heat_map_figure(
    cells: pd.DataFrame, *, title: str, subtitle: str, limit: float, note: str = ""
) -> Figure:
    """The figure of one workload, machine and device pair.

    `cells` are rows of verdicts of both scopes, `limit` the colour scale's end in powers of two;
    `note` stands below the grid.
    """
    grid = grid_of(cells)
    width = max(3.5, 1.75 + CELL_WIDTH * len(grid.batch_sizes))
    with style():
        lines = textwrap.wrap(plain(note, longest=1000), int(width * _LETTERS_AN_INCH))
        height = 1.75 + CELL_HEIGHT * len(grid.rows) + _LINE_HEIGHT * len(lines)
        figure = new_figure(width=width, height=height)
        axes = figure.subplots()
        draw_heat_map(axes, grid, limit=limit)
        headline(figure, f"{plain(title, longest=200)}\n{subtitle}")
        draw_scale(figure, [axes], limit=limit)
        draw_key(figure, [grid], note=lines)
    return figure


def overview_figure(panels: Mapping[str, pd.DataFrame], *, title: str, limit: float) -> Figure:
    """The heat maps of several workloads (name: its cells) side by side, with one colour scale."""
    grids = {name: grid_of(cells) for name, cells in panels.items()}
    columns = min(len(grids), 2)
    lines = -(-len(grids) // columns)
    widest = max(len(grid.batch_sizes) for grid in grids.values())
    tallest = max(len(grid.rows) for grid in grids.values())
    with style():
        figure = new_figure(
            width=1.4 + columns * (0.6 + CELL_WIDTH * widest),
            height=0.7 + lines * (0.85 + CELL_HEIGHT * tallest),
        )
        axes = figure.subplots(lines, columns, squeeze=False).ravel()
        for panel, (name, grid) in zip(axes, grids.items(), strict=False):
            draw_heat_map(panel, grid, limit=limit)
            panel.set_title(plain(name), loc="left", fontweight="bold")
        for panel in axes[len(grids) :]:
            panel.remove()
        headline(figure, plain(title, longest=200))
        draw_scale(figure, axes[: len(grids)], limit=limit)
        draw_key(figure, grids.values())
    return figure


def draw_heat_map(axes: Axes, grid: Grid, *, limit: float) -> None:
    """Colours, ratios, marks, hatched absences and the crossover line of one grid."""
    steps = np.log2(grid.matrix("ratio").astype(float))
    sizes = [str(size) for size in grid.batch_sizes]
    norm = Normalize(-limit, limit)
    colour_cells(axes, steps, norm, colours=COLOURS, columns=sizes, rows=grid.rows)
    for cell in grid.table.to_dict("records"):
        if cell["verdict"] == "not measured":
            draw_absence(axes, cell)
        else:
            _draw_ratio(axes, cell, limit=limit)
    _draw_crossover(axes, grid)
    grid_axes(axes)


def draw_scale(figure: Figure, axes: Iterable[Axes], *, limit: float) -> None:
    """The colour bar, its ends in words."""
    norm = TwoSlopeNorm(0, -limit, limit)
    bar = figure.colorbar(
        ScalarMappable(norm, COLOURS), ax=list(axes), aspect=16, pad=0.02, fraction=0.08,
        extend="both" if limit == 6 else "neither",
    )  # fmt: skip
    step = 1 if limit <= 3 else 2
    ticks = [tick for tick in range(-6, 7, step) if abs(tick) <= limit]
    bar.set_ticks(ticks, labels=[_factor(tick) for tick in ticks])
    bar.ax.tick_params(length=2, pad=2)
    bar.outline.set_visible(False)
    bar.set_label("GPU faster   ↔   GPU slower")


def draw_key(figure: Figure, grids: Iterable[Grid], *, note: Iterable[str] = ()) -> None:
    """What numbers, marks and lines mean, below the grids; only those that occur; then the note."""
    cells = pd.concat([grid.table for grid in grids])
    parts = ["numbers: GPU seconds / CPU seconds", *key_words(cells)]
    lines = textwrap.wrap("; ".join(parts), int(figure.get_figwidth() * _LETTERS_AN_INCH))
    lines += note
    figure.supxlabel("\n".join(lines), fontsize=6.5, color=GREY, x=0.01, ha="left")


def _factor(step: int) -> str:
    return "equal" if step == 0 else f"{2 ** abs(step)}x"


def _draw_ratio(axes: Axes, cell: dict[Any, Any], *, limit: float) -> None:
    colour = colour_of(cell["ratio"], limit=limit)
    decided = cell["verdict"] in DECIDED
    axes.text(
        cell["column"] + 0.5, cell["row"] + 0.5, cell_words(cell),
        ha="center", va="center", fontsize=7, color=readable_on(colour),
        fontweight="bold" if decided else "normal", fontstyle="normal" if decided else "italic",
    )  # fmt: skip


def _draw_crossover(axes: Axes, grid: Grid) -> None:
    """The crossover line: solid where both verdicts are decided, dashed where one is not."""
    for edge in edges_of(grid):
        right, bottom = edge.column + 1, edge.row + 1
        start = (edge.column, bottom) if edge.below else (right, edge.row)
        axes.plot(
            [start[0], right], [start[1], bottom], color="black", linewidth=2,
            linestyle="-" if edge.decided else (0, (2, 1)), clip_on=False,
            solid_capstyle="projecting",
        )  # fmt: skip
