"""One side's seconds over batch size x epochs: the picture when there is nothing to compare."""

import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis, short_seconds
from scripts.figures.grid import CELL_HEIGHT, CELL_WIDTH, draw_grid, grid_of
from scripts.figures.style import headline, new_figure, style
from scripts.read.text import seconds_in_words
from scripts.words.derived import MARK, MEANS


@style()
def seconds_figure(rounds: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload, machine and side: medians of total and of warm epoch seconds.

    `rounds` are that side's first-arm rows of the table, absent cells among them.
    """
    cells = seconds_cells(rounds)
    low = cells["seconds"].min()
    norm = LogNorm(low, max(cells["seconds"].max(), 1.01 * low))
    words = cells["seconds"].map(seconds_in_words, na_action="ignore")
    grid = grid_of(cells.assign(shade=cells["seconds"], words=words, bold=False))
    width = max(3.5, 1.75 + CELL_WIDTH * len(grid.batch_sizes))
    figure = new_figure(width=width, height=1.6 + CELL_HEIGHT * len(grid.rows))
    axes = figure.subplots()
    draw_grid(axes, grid, cmap="YlGnBu", norm=norm)
    bar = figure.colorbar(axes.collections[0], ax=axes, aspect=16, pad=0.02)
    bar.set_label("total time (warm: one epoch)")
    log_axis(bar.ax, "y", short_seconds)
    headline(figure, title, f"{MARK} derived: {MEANS}" if cells["derived"].any() else "")
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
