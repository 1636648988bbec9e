"""How the crossover batch size moves: a row a machine, a panel a workload."""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scripts.figures.axes import batch_size_axis
from scripts.figures.style import GREY, headline, new_figure, plain, style
from scripts.machines.shift import bounds
from scripts.read.text import counted

MOST_ROWS = 24
_LOOKS: dict[str, tuple[str, str, str]] = {
    "gpu slower": ("#b35806", "s", "full"),
    "gpu faster": ("#542788", "o", "full"),
    "too close": ("0.45", "D", "full"),
    "undecided": ("0.45", "o", "none"),
    "suspect": ("0.45", "X", "none"),
    "not measured": ("0.6", "x", "full"),
}
"""Colour, marker and fill of a verdict; the colours are those of the heat maps."""


def moves_figure(curves: pd.DataFrame, verdicts: pd.DataFrame, *, base: str) -> Figure:
    """The figure of warm rows of `crossover.crossovers` and of `verdict.verdicts`.

    A marker is a batch size with its verdict, the thick line the crossover batch size: from the
    last that is decided slower to the first that is decided faster, to the edge where it is open.
    """
    warm, cells = (table[table["scope"] == "warm"] for table in (curves, verdicts))
    warm = warm.sort_values("machine", key=lambda names: names != base, kind="stable")
    panels = {str(name): own for name, own in warm.groupby("workload", sort=False)}
    columns = min(len(panels), 2)
    lines = -(-len(panels) // columns)
    rows = max(min(len(own), MOST_ROWS) for own in panels.values())
    with style():
        figure = new_figure(width=max(4.6, 3.7 * columns), height=1.1 + lines * (0.75 + 0.2 * rows))
        drawn = figure.subplots(lines, columns, squeeze=False).ravel()
        for axes, (workload, own) in zip(drawn, panels.items(), strict=False):
            own_cells = cells[cells["workload"] == workload]
            _draw(axes, own.head(MOST_ROWS), own_cells, base=base)
            more = f" (the first {MOST_ROWS} of {len(own)})" if len(own) > MOST_ROWS else ""
            axes.set_title(plain(workload) + more, loc="left", fontweight="bold")
        for axes in drawn[len(panels) :]:
            axes.remove()
        note = "thick line: from the last batch size decided slower to the first decided faster"
        headline(figure, f"Crossover batch size by machine, once warm\n{note}")
        _key(figure, set(cells["verdict"]))
    return figure


def _draw(axes: Axes, curves: pd.DataFrame, cells: pd.DataFrame, *, base: str) -> None:
    names = []
    sizes = sorted(int(size) for size in cells["batch_size"].unique())
    for y, curve in enumerate(curves.to_dict("records")):
        names.append(_name(curve, base))
        place = [cells[key] == curve[key] for key in ("file", "device", "threads")]
        own = cells[place[0] & place[1] & place[2]]
        if (ends := bounds(curve)) is not None:
            left, right = max(ends[0], sizes[0] / 1.4), min(ends[1], sizes[-1] * 1.4)
            axes.hlines(y, left, right, color="black", linewidth=3.5, alpha=0.35)
        for row in own.to_dict("records"):
            colour, marker, fill = _LOOKS[row["verdict"]]
            axes.plot(row["batch_size"], y, marker, color=colour, markersize=5,
                      markerfacecolor=colour if fill == "full" else "white")  # fmt: skip
    batch_size_axis(axes, sizes)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_ylabel("machine: device")
    axes.grid(axis="y", color="0.9", linewidth=0.5)
    axes.set_axisbelow(True)
    sns.despine(ax=axes)


def _name(curve: dict[Any, Any], base: str) -> str:
    threads = f" vs {counted(curve['threads'], 'thread')}" if curve["threads"] else ""
    mark = " (base)" if curve["machine"] == base else ""
    return f"{plain(curve['machine'], longest=22)}{mark}: {curve['device']}{threads}"


def _key(figure: Figure, words: set[str]) -> None:
    handles = [
        Line2D([], [], linestyle="", marker=marker, color=colour, markersize=5,
               markerfacecolor=colour if fill == "full" else "white", label=word)
        for word, (colour, marker, fill) in _LOOKS.items()
        if word in words
    ]  # fmt: skip
    handles.append(Line2D([], [], color=GREY, linewidth=3.5, alpha=0.5, label="crossover"))
    columns = 4 if figure.get_figwidth() > 6 else 3
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False)
