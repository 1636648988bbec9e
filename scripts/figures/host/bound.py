"""What no GPU can beat here: the CPU's seconds of a step, and below them the hatched bound."""

from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from scripts.bound.cards import ANY_CARD
from scripts.figures.axes import batch_size_axis, log_axis, short_seconds
from scripts.figures.marks import draw_doubts, draw_key, machine_looks
from scripts.figures.style import GREY, headline, new_panels, plain, split, style
from scripts.words.warnings import key

_COLUMNS = 4
_BEYOND: dict[str, Any] = {
    "facecolor": "0.93",
    "edgecolor": "0.6",
    "hatch": "////",
    "linewidth": 0.0,
}
_CPU: dict[str, Any] = {"color": "0.15", "marker": "o", "markersize": 4, "linewidth": 1.2}


@style()
def bound_figure(bounds: pd.DataFrame, *, title: str) -> Figure | None:
    """A panel per workload of one file; `bounds` are its rows, of a few cards."""
    if bounds.empty:
        return None
    bounds = bounds.assign(doubt=bounds["suspect"])
    panels_of = split(bounds, "workload")
    figure, panels = new_panels(len(panels_of), _COLUMNS, panel=(1.9, 1.8), margin=(0.2, 0.8))
    looks = machine_looks(bounds.loc[bounds["card"] != ANY_CARD.key, "name"])
    colours = {name: colour for name, (colour, _marker) in looks.items()}
    for axes, (workload, own) in zip(panels, panels_of, strict=True):
        _draw(axes, own.sort_values("batch_size"), colours)
        axes.set_title(plain(workload, longest=30))
    for axes in panels[::_COLUMNS]:
        axes.set_ylabel("time of a step")
    note = "a bound, no measurement: eager PyTorch in true fp32, on this host"
    headline(figure, title, note, *key(bounds))
    marks: list[Artist] = [Line2D([], [], label="this CPU, measured", **_CPU)]
    marks.append(Patch(label="no GPU gets here", **_BEYOND))
    marks += [
        Line2D([], [], label=f"{name}, at best", color=colour, linestyle="--", linewidth=1.0)
        for name, colour in colours.items()
    ]
    draw_key(figure, marks)
    return figure


def _draw(axes: Axes, own: pd.DataFrame, colours: dict[str, object]) -> None:
    anyone = own[own["card"] == ANY_CARD.key]
    sizes = list(anyone["batch_size"])
    batch_size_axis(axes, sizes)
    log_axis(axes, "y", short_seconds)
    bottom = own["floor_seconds"].min() / 3
    low, high = axes.get_xlim()
    axes.fill_between([low, high], bottom, anyone["host_seconds"].iloc[0], **_BEYOND)
    axes.axhline(anyone["host_seconds"].iloc[0], color=GREY, linewidth=0.8)
    for name, colour in colours.items():
        card = own[own["name"] == name]
        axes.plot(card["batch_size"], card["floor_seconds"], "--", color=colour, linewidth=1.0)
    axes.plot(sizes, anyone["step_seconds"], **_CPU)
    draw_doubts(axes, anyone, x="batch_size", y="host_seconds", by="card")
    axes.set_ylim(bottom, own["step_seconds"].max() * 2)
