"""How the crossover batch size moves: a row a machine, a panel a workload."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scripts.figures.axes import batch_size_axis
from scripts.figures.marks import draw_key, draw_points, key_marks
from scripts.figures.style import GREY, headline, new_panels, plain, split, style
from scripts.machines.shift import bounds

MOST_ROWS = 24
MOVES = "Crossover batch size by machine, once warm"
_LOOKS = {
    "slower": ("#b35806", "s"),
    "faster": ("#542788", "o"),
    "too close": ("0.45", "D"),
    "undecided": ("0.45", "o"),
    "suspect": ("0.45", "P"),
    "not measured": ("0.45", "X"),
}
"""Colour and marker of a verdict; the colours are those of the heat maps."""
_HOLLOW = ("undecided", "suspect", "not measured")
_PLACE = ["file", "side", "base"]


@style()
def moves_figure(curves: pd.DataFrame, verdicts: pd.DataFrame, *, base: str) -> Figure:
    """The figure of warm rows of `crossover.crossovers` and of `verdict.verdicts`.

    A marker is a batch size with its verdict, the thick line the crossover batch size: from the
    last that is decided slower to the first that is decided faster, to the edge where it is open.
    """
    warm, cells = (table[table["scope"] == "warm"] for table in (curves, verdicts))
    warm = warm.sort_values("machine", key=lambda names: names != base, kind="stable")
    workloads = split(warm, "workload")
    height = 0.75 + 0.2 * min(MOST_ROWS, max(len(own) for _name, own in workloads))
    figure, panels = new_panels(
        len(workloads), 2, panel=(3.7, height), margin=(0, 1.1), least_width=4.6
    )
    for axes, (workload, own) in zip(panels, workloads, strict=True):
        _draw(axes, own.head(MOST_ROWS), cells[cells["workload"] == workload], base=base)
        more = f" (the first {MOST_ROWS} of {len(own)})" if len(own) > MOST_ROWS else ""
        axes.set_title(plain(workload) + more, fontweight="bold")
    note = "thick line: from the last batch size decided slower to the first decided faster"
    headline(figure, MOVES, note)
    used = {word: look for word, look in _LOOKS.items() if word in set(cells["verdict"])}
    crossover = Line2D([], [], color=GREY, linewidth=3.5, alpha=0.5, label="crossover")
    draw_key(figure, [*key_marks(used, hollow=_HOLLOW), crossover])
    return figure


def _draw(axes: Axes, curves: pd.DataFrame, cells: pd.DataFrame, *, base: str) -> None:
    curves = curves.assign(y=range(len(curves)))
    sizes = sorted(int(size) for size in cells["batch_size"].unique())
    for curve in curves.to_dict("records"):
        if (ends := bounds(curve)) is not None:
            left, right = max(ends[0], sizes[0] / 1.4), min(ends[1], sizes[-1] * 1.4)
            axes.hlines(curve["y"], left, right, color="black", linewidth=3.5, alpha=0.35)
    points = cells.merge(curves[[*_PLACE, "y"]], on=_PLACE)
    draw_points(
        axes, points, x="batch_size", y="y", by="verdict", looks=_LOOKS, size=25,
        hollow=points["verdict"].isin(_HOLLOW),
    )  # fmt: skip
    batch_size_axis(axes, sizes)
    names = [_name(curve, base) for curve in curves.to_dict("records")]
    axes.set_yticks(range(len(names)), names)
    axes.set(ylim=(len(names) - 0.5, -0.5), ylabel="machine: side", axisbelow=True)
    axes.grid(axis="y", color="0.9", linewidth=0.5)


def _name(curve: dict[Any, Any], base: str) -> str:
    mark = " (base)" if curve["machine"] == base else ""
    return f"{plain(curve['machine'], longest=22)}{mark}: {curve['side']} vs {curve['base']}"
