"""One device's seconds over batch size x epochs: the picture when there is nothing to compare."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from scripts.figures.axes import logarithmic_ticks, short_seconds
from scripts.figures.grid import (
    CELL_HEIGHT,
    CELL_WIDTH,
    colour_cells,
    draw_absence,
    grid_axes,
    grid_of,
)
from scripts.figures.style import headline, new_figure, plain, readable_on, style
from scripts.read.text import seconds_in_words
from scripts.words.derived import MARK, MEANS

COLOURS = "YlGnBu"


def seconds_figure(rounds: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload, machine and device: medians of total and of warm epoch seconds.

    `rounds` are that device's first-arm rows of the table, absent cells among them.
    """
    grid = grid_of(seconds_cells(rounds))
    seconds = grid.matrix("seconds").astype(float)
    norm = LogNorm(np.nanmin(seconds), max(np.nanmax(seconds), 1.01 * np.nanmin(seconds)))
    with style():
        width = max(3.5, 1.75 + CELL_WIDTH * len(grid.batch_sizes))
        figure = new_figure(width=width, height=1.6 + CELL_HEIGHT * len(grid.rows))
        axes = figure.subplots()
        sizes = [str(size) for size in grid.batch_sizes]
        colour_cells(axes, seconds, norm, colours=COLOURS, columns=sizes, rows=grid.rows)
        for cell in grid.table.to_dict("records"):
            if pd.isna(cell["seconds"]):
                draw_absence(axes, cell)
                continue
            axes.text(
                cell["column"] + 0.5, cell["row"] + 0.5, seconds_in_words(cell["seconds"]),
                ha="center", va="center", fontsize=6.5,
                color=readable_on(colormaps[COLOURS](norm(cell["seconds"]))),
            )  # fmt: skip
        grid_axes(axes)
        bar = figure.colorbar(ScalarMappable(norm, COLOURS), ax=axes, aspect=16, pad=0.02)
        low, high = float(norm.vmin or 0), float(norm.vmax or 1)
        logarithmic_ticks(bar.ax.yaxis, low=low, high=high, words=short_seconds)
        bar.set_label("total time (warm: one epoch)")
        note = f"\n{MARK} derived: {MEANS}" if grid.table["derived"].any() else ""
        headline(figure, plain(title, longest=200) + note)
    return figure


def seconds_cells(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a cell: batch_size, epochs (NA: one warm epoch), seconds (NaN: absent), reason.

    `derived`: whether the seconds are.
    """
    total = rounds[["batch_size", "epochs", "total_seconds", "reason", "derived"]]
    warm = rounds[["batch_size", "epoch_seconds", "reason"]].assign(epochs=None, derived=False)
    names = {"total_seconds": "seconds", "epoch_seconds": "seconds"}
    both = pd.concat([frame.rename(columns=names) for frame in (warm, total)])
    groups = both.astype({"epochs": "Int64"}).groupby(["batch_size", "epochs"], dropna=False)
    how = {"seconds": "median", "reason": "max", "derived": "any"}
    return groups.agg(how).reset_index()
