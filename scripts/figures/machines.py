"""Machines by networks: the most samples per second of each, the fastest machine on top."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.grid import draw_cells
from scripts.figures.style import GREY, new_figure, plain, style
from scripts.read.text import short_number
from scripts.words.warnings import marked

MOST_MACHINES, MOST_NETWORKS = 15, 6
_ROW, _MARGIN = 0.24, 0.5
"""Inches of a machine's row, and of what stands above the rows and below."""


@style()
def machines_figure(rates: pd.DataFrame, *, width: float) -> Figure:
    """The figure of `rates`: the darker, the nearer to the network's most; bold is the most."""
    machines, networks = rates["machine"].unique(), rates["workload"].unique()
    rows = rates[rates["machine"].isin(machines[:MOST_MACHINES])]
    rows = rows[rows["workload"].isin(networks[:MOST_NETWORKS])]
    texts = [marked(thousands(row["samples_a_second"]), row) for row in rows.to_dict("records")]
    rows = rows.assign(words=texts, machine=[plain(name, longest=18) for name in rows["machine"]])
    height = _MARGIN + _ROW * rows["machine"].nunique()
    figure = new_figure(width=width, height=height)
    axes = figure.subplots()
    _draw(axes, rows)
    more = [
        f"{len(every) - most} more {noun}"
        for every, most, noun in (
            (machines, MOST_MACHINES, "machines"), (networks, MOST_NETWORKS, "networks"),
        )
        if len(every) > most
    ]  # fmt: skip
    if more:
        figure.supxlabel(f"and {' and '.join(more)}", fontsize=7, color=GREY)
    return figure


def thousands(rate: float) -> str:
    """How many thousands a rate is, in a cell: `2,427`, `93.6`."""
    return short_number(rate / 1000)


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    order = {name: list(dict.fromkeys(rows[name])) for name in ("machine", "workload")}
    shares, words = (
        rows.pivot(index="machine", columns="workload", values=name)
        .reindex(index=order["machine"], columns=order["workload"])
        .rename_axis(index="", columns="")
        for name in ("share", "words")
    )
    # Ten times slower than the fastest is as light as it gets, a twentieth is not told from that.
    shades = shares.clip(lower=0.1).transform(np.log10) + 1
    draw_cells(axes, shades, words.fillna(""), cell_width=1.0, cmap="Purples", vmin=-0.1, vmax=1.3)
    axes.xaxis.tick_top()
    best = [tuple(place) for place in np.argwhere(shares.to_numpy() == 1.0)]
    for text in axes.texts:
        column, row = map(int, text.get_position())
        text.set_fontweight("bold" if (row, column) in best else "normal")
