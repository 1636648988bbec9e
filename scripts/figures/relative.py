"""How fast machines are against a base: geometric means with intervals, a row for each side."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis
from scripts.figures.marks import (
    Looks,
    draw_intervals,
    draw_key,
    key_marks,
    left_out,
    machine_looks,
)
from scripts.figures.style import GREY, headline, new_figure, plain, style
from scripts.judge.rule import UNDECIDED
from scripts.machines.means import ALL

_SCOPES = {"warm": "once warm", "total": "cold start included"}
_ROW, _LOW_ROW = 0.15, 0.1
"""Inches of a machine's line; of many machines the lower one."""


@style()
def relative_figure(means: pd.DataFrame, *, base: str, machines: list[str]) -> Figure:
    """The figure of `ranking.geometric_means`: rows are workloads, points machines.

    `machines` are all that are compared. Right of 1 a machine is slower than the base. Bars are
    95 % intervals, the grey band is the margin within which a difference counts as none; hollow
    points are undecided.
    """
    looks = machine_looks(machines, known=means["machine"])
    known = means[means["machine"].isin(looks)]
    sides = list(known.groupby("side", sort=False))
    names = [sorted(own["workload"].unique(), key=lambda name: name == ALL) for _side, own in sides]
    line = (_ROW if len(looks) < 5 else _LOW_ROW) * (len(looks) + 1)
    heights = [0.75 + line * len(rows) for rows in names]
    figure = new_figure(width=7.0, height=1.0 + sum(heights))
    panels = figure.subplots(len(sides), 2, squeeze=False, sharex="col", height_ratios=heights)
    for pair, (side, own), rows in zip(panels, sides, names, strict=True):
        for axes, (scope, scope_words) in zip(pair, _SCOPES.items(), strict=True):
            _draw(axes, own[own["scope"] == scope], rows, looks)
            axes.set_title(f"{side}, {scope_words}", fontweight="bold")
        pair[0].set_ylabel("workload")
        pair[1].set_yticklabels([])
    for axes in panels[-1]:
        axes.set_xlabel(f"seconds / seconds of {plain(base, longest=30)}")
    title = f"Machines against {plain(base)}: geometric means over the cells that all have"
    note = "bar: 95 % interval; grey: the margin; hollow: undecided"
    headline(figure, title + left_out(machines), note)
    draw_key(figure, key_marks(looks))
    return figure


def _draw(axes: Axes, cells: pd.DataFrame, rows: list[str], looks: Looks) -> None:
    log_axis(axes, "x", "{:.3g}x".format)
    band = 1 + float(cells["margin"].max()) if len(cells) else 1.05
    axes.axvspan(1 / band, band, color="0.92", linewidth=0, zorder=0)
    axes.axvline(1, color=GREY, linewidth=0.7, zorder=1)
    draw_intervals(
        axes, cells, x="ratio", row="workload", names=rows, by="machine", looks=looks,
        hollow=cells["verdict"] == UNDECIDED,
    )  # fmt: skip
    if rows[-1] == ALL and len(rows) > 1:
        axes.axhline(len(rows) - 1.5, color=GREY, linewidth=0.5)
    axes.set_xlabel("")
