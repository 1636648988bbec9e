"""The heat map: seconds / base seconds over batch size x epochs, and where it crosses 1."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.grid import (
    CELL_HEIGHT,
    CELL_WIDTH,
    COLOURS,
    DECIDED,
    cell_words,
    draw_grid,
    edges_of,
    grid_of,
    key_words,
)
from scripts.figures.style import GREY, headline, new_figure, new_panels, plain, style
from scripts.read.text import wrapped

_LETTERS_PER_INCH, _LINE_HEIGHT = 19, 0.12


def shared_limit(cells: pd.DataFrame) -> float:
    """The largest |log2 ratio| that the colours of all heat maps span, between 2x and 64x."""
    steps = np.log2(cells["ratio"].dropna())
    return float(np.clip(np.ceil(steps.abs().max()), 1, 6)) if len(steps) else 1.0


@style()
def heat_map_figure(
    cells: pd.DataFrame, *, title: str, subtitle: str, limit: float, note: str = ""
) -> Figure:
    """The figure of one workload, machine and pair of sides.

    `cells` are rows of verdicts of both scopes, `limit` the colour scale's end in powers of two;
    `note` stands below the grid.
    """
    width = max(3.5, 1.75 + CELL_WIDTH * cells["batch_size"].nunique())
    height = 1.75 + CELL_HEIGHT * cells["epochs"].nunique(dropna=False)
    figure = new_figure(width=width, height=height)
    axes = figure.subplots()
    _draw(axes, cells, limit=limit)
    headline(figure, title, subtitle)
    _draw_scale(figure, [axes], limit=limit)
    _draw_words(figure, cells, note=note)
    return figure


@style()
def overview_figure(panels: Mapping[str, pd.DataFrame], *, title: str, limit: float) -> Figure:
    """The heat maps of several workloads (name: its cells) side by side, with one colour scale."""
    widest = max(cells["batch_size"].nunique() for cells in panels.values())
    tallest = max(cells["epochs"].nunique(dropna=False) for cells in panels.values())
    size = (0.6 + CELL_WIDTH * widest, 0.85 + CELL_HEIGHT * tallest)
    figure, drawn = new_panels(len(panels), 2, panel=size, margin=(1.4, 0.7))
    for axes, (name, cells) in zip(drawn, panels.items(), strict=True):
        _draw(axes, cells, limit=limit)
        axes.set_title(plain(name), fontweight="bold")
    headline(figure, title)
    _draw_scale(figure, drawn, limit=limit)
    _draw_words(figure, pd.concat(panels.values()))
    return figure


def _draw(axes: Axes, cells: pd.DataFrame, *, limit: float) -> None:
    """One grid: ratios with their verdicts' marks, and the crossover line between them.

    The line is solid where both neighbours are decided, dashed where one is not.
    """
    shown = cells.assign(
        shade=np.log2(cells["ratio"]),
        words=[cell_words(cell) for cell in cells.to_dict("records")],
        bold=cells["verdict"].isin(DECIDED),
    )
    grid = grid_of(shown)
    draw_grid(axes, grid, cmap=COLOURS, vmin=-limit, vmax=limit)
    for edge in edges_of(grid):
        right, bottom = edge.column + 1, edge.row + 1
        start = (edge.column, bottom) if edge.below else (right, edge.row)
        axes.plot(
            [start[0], right], [start[1], bottom], color="black", linewidth=2,
            linestyle="-" if edge.decided else (0, (2, 1)), clip_on=False,
            solid_capstyle="projecting",
        )  # fmt: skip


def _draw_scale(figure: Figure, axes: Sequence[Axes], *, limit: float) -> None:
    """The colour bar, its ends in words."""
    bar = figure.colorbar(
        axes[0].collections[0], ax=axes, aspect=16, pad=0.02, fraction=0.08,
        extend="both" if limit == 6 else "neither", label="faster   ↔   slower",
    )  # fmt: skip
    step = 1 if limit <= 3 else 2
    ticks = [tick for tick in range(-6, 7, step) if abs(tick) <= limit]
    bar.set_ticks(ticks, labels=[f"{2 ** abs(tick)}x" if tick else "equal" for tick in ticks])
    bar.ax.tick_params(length=2, pad=2)
    bar.outline.set_visible(False)


def _draw_words(figure: Figure, cells: pd.DataFrame, *, note: str = "") -> None:
    """What numbers, marks and lines mean, below the grids; then the note, for which they grow."""
    width = int(figure.get_figwidth() * _LETTERS_PER_INCH)
    words = "; ".join(key_words(cells))
    more = wrapped(plain(note, longest=1000), width)
    figure.set_figheight(figure.get_figheight() + _LINE_HEIGHT * len(more))
    lines = [*wrapped(words, width), *more]
    figure.supxlabel("\n".join(lines), fontsize=6.5, color=GREY, x=0.01, ha="left")
