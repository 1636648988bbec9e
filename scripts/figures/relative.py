"""How fast machines are against a base: geometric means with intervals, a panel a device."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from scripts.figures.machines import key_columns, left_out, machine_looks
from scripts.figures.style import GREY, headline, new_figure, plain, style
from scripts.judge.rule import UNDECIDED
from scripts.machines.means import ALL
from scripts.read.text import counted

_SCOPES = {"warm": "once warm", "total": "cold start included"}
_TICKS = sorted(
    base * 10.0**power for power in range(-4, 5) for base in (1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 7.5)
)
_ROW, _LOW_ROW = 0.15, 0.1


def relative_figure(means: pd.DataFrame, *, base: str, machines: list[str]) -> Figure:
    """The figure of `ranking.geometric_means`: rows are workloads, points machines.

    `machines` are all that are compared. Right of 1 a machine is slower than the base. Bars are
    95 % intervals, the grey band is the margin within which a difference counts as none; hollow
    points are undecided.
    """
    known = set(means["machine"])
    looks = {name: look for name, look in machine_looks(machines).items() if name in known}
    own = means[means["machine"].isin(looks)]
    arms = list(own[["device", "threads"]].drop_duplicates().itertuples(index=False, name=None))
    rows = {arm: _rows(own, arm) for arm in arms}
    height = _ROW if len(looks) < 5 else _LOW_ROW
    heights = [0.75 + height * (len(looks) + 1) * len(rows[arm]) for arm in arms]
    with style():
        labels = [plain(name, longest=30) for name in looks]
        key = key_columns(labels, width=7.0)
        figure = new_figure(width=7.0, height=1.0 + sum(heights) + 0.16 * (len(looks) // key))
        panels = figure.subplots(len(arms), 2, squeeze=False, sharex="col", height_ratios=heights)
        for line, arm in zip(panels, arms, strict=True):
            for axes, scope in zip(line, _SCOPES, strict=True):
                cells = own[(own["device"] == arm[0]) & (own["threads"] == arm[1])]
                _draw(axes, cells[cells["scope"] == scope], rows[arm], looks)
                words = f"{_arm_words(*arm)}, {_SCOPES[scope]}"
                axes.set_title(words, loc="left", fontweight="bold")
            line[0].set_ylabel("workload")
            line[1].set_yticklabels([])
        for axes in panels[-1]:
            axes.set_xlabel(f"seconds / seconds of {plain(base, longest=30)}")
        note = "bar: 95 % interval; grey: the margin; hollow: undecided"
        title = f"Machines against {plain(base)}: geometric means over the cells that all have"
        headline(figure, f"{title}{left_out(machines)}\n{note}")
        handles = [
            Line2D([], [], linestyle="", marker=marker, color=colour, markersize=4)
            for colour, marker in looks.values()
        ]
        figure.legend(handles, labels, loc="outside lower center", ncols=key, frameon=False)
    return figure


def _rows(means: pd.DataFrame, arm: tuple[str, int]) -> list[str]:
    own = means[(means["device"] == arm[0]) & (means["threads"] == arm[1])]
    names = list(dict.fromkeys(own["workload"]))
    return [name for name in names if name != ALL] + [name for name in names if name == ALL]


def _draw(axes: Axes, cells: pd.DataFrame, rows: list[str], looks: dict[str, Any]) -> None:
    step = 1 / (len(looks) + 1)
    band = 1 + float(cells["margin"].max()) if len(cells) else 1.05
    axes.axvspan(1 / band, band, color="0.92", linewidth=0, zorder=0)
    axes.axvline(1, color=GREY, linewidth=0.7, zorder=1)
    for row in cells.to_dict("records"):
        colour, marker = looks[row["machine"]]
        place = list(looks).index(row["machine"]) - (len(looks) - 1) / 2
        y = rows.index(row["workload"]) + place * step
        hollow = row["verdict"] == UNDECIDED
        if np.isfinite(row["lo"]) and np.isfinite(row["hi"]):
            axes.hlines(y, row["lo"], row["hi"], color=colour, linewidth=1.0)
        axes.plot(row["ratio"], y, marker, color=colour, markersize=4,
                  markerfacecolor="white" if hollow else colour)  # fmt: skip
    axes.set_yticks(range(len(rows)), [plain(name, longest=24) for name in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    if rows[-1] == ALL and len(rows) > 1:
        axes.axhline(len(rows) - 1.5, color=GREY, linewidth=0.5)
    _ratio_axis(axes, cells, band)
    sns.despine(ax=axes)


def _ratio_axis(axes: Axes, cells: pd.DataFrame, band: float) -> None:
    numbers = cells[["ratio", "lo", "hi"]].astype(float).to_numpy()
    known = [*numbers[np.isfinite(numbers)], band, 1 / band]
    low, high = min(known) / 1.05, max(known) * 1.05
    if axes.get_xscale() == "log":  # another row's panel has been here
        low, high = min(low, axes.get_xlim()[0]), max(high, axes.get_xlim()[1])
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    while len(ticks) > 6:
        ticks = ticks[::2]
    axes.xaxis.set_major_locator(FixedLocator(sorted({*ticks, 1.0})))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.3g}x"))
    axes.xaxis.set_minor_locator(NullLocator())


def _arm_words(device: str, threads: int) -> str:
    return f"{device}, {counted(threads, 'thread')}" if threads else device
