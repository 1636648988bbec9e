"""The curve of the whole project: a side's seconds over its base's against batch size."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.optimize import isotonic_regression

from scripts.figures.axes import batch_size_axis, log_axis
from scripts.figures.marks import MOST_MACHINES, machine_looks
from scripts.figures.style import GREY, new_figure, plain, style
from scripts.judge.rule import DECIDED, SUSPECT
from scripts.read.rounds import Floats
from scripts.read.text import filled

FIRST_SCREEN, SLIDE = (4.4, 2.9), (6.67, 3.75)
"""Width and height in inches; a slide's are 16 to 9, and its letters large."""
SLIDE_DPI = 288
"""Makes 1920 dots of a slide's width."""
_MOST_BANDS = 40
_ROOM = 0.1
"""Of the height, on either side of the line at 1."""
_LIGHTEST = 0.6
"""Of white's brightness: the letters of a name."""
_APART, _EARLY = 0.058, 0.9
"""Of the height: how far apart the names at the lines' ends are at least; of the width."""


@style()
def crossover_figure(
    panels: Mapping[str, pd.DataFrame], *, other: str, size: tuple[float, float], title: str = "",
) -> Figure:  # fmt: skip
    """The figure of contests (what is compared: warm rows of verdicts), one below the other.

    Bands are 95 % intervals, hollow points are not decided, crosses suspect. Above 1 it is slower
    than `other`. Where there are several machines each network has a line for each.
    """
    share = (0.25 + 0.75 * len(panels)) / len(panels)
    figure = new_figure(width=size[0], height=size[1] * share * len(panels))
    names = list(dict.fromkeys(name for rows in panels.values() for name in rows["workload"]))
    looks = machine_looks(names)
    # A browser's letters may be wider than ours: names end before the picture does.
    figure.get_layout_engine().set(rect=(0, 0, 0.96, 1))  # type: ignore[union-attr,call-arg]
    drawn = figure.subplots(len(panels), 1, squeeze=False).ravel()
    for axes, (name, rows) in zip(drawn, panels.items(), strict=True):
        _draw(axes, rows[rows["workload"].isin(looks)], looks, other, apart=_APART / share)
        if len(panels) > 1 or not title:
            words = filled(plain(name, longest=90), int(size[0] * 11))
            axes.set_title(words, fontsize=8)
    if title:
        columns = int(size[0] * 11)
        figure.suptitle(filled(plain(title, longest=300), columns), x=0.01, ha="left", fontsize=12)
    if (more := len(names) - MOST_MACHINES) > 0:
        figure.supxlabel(f"and {more} more networks", fontsize=7, color=GREY)
    return figure


def _draw(
    axes: Axes, rows: pd.DataFrame, looks: Mapping[Any, Any], other: str, *, apart: float
) -> None:
    lines = list(rows.groupby(["workload", "file"], sort=False))
    ends: dict[str, tuple[float, float]] = {}
    for (name, _file), own in lines:
        known = own[own["ratio"].notna()]
        if known.empty:
            continue
        _draw_line(axes, known, *looks[name], band=len(lines) <= _MOST_BANDS)
        x, y = known[["batch_size", "ratio"]].iloc[-1]
        ends.setdefault(str(name), (float(x), float(y)))
    axes.axhline(1, color="black", linewidth=1)
    batch_size_axis(axes, sorted(rows["batch_size"].unique()))
    axes.set_xlim(right=rows["batch_size"].max() * 1.1)
    log_axis(axes, "y", "{:g}x".format)
    low, high = axes.get_ylim()
    low, high = min(low, 0.8) / 1.2, max(high, 1.25) * 1.4
    room = (high / low) ** _ROOM  # for the two words below
    axes.set_ylim(min(low, 1 / room), max(high, room))
    axes.set_ylabel(f"seconds / seconds of {plain(other, longest=24)}")
    for word, y, va in ((f"↑ slower than {other}", 0.985, "top"), ("↓ faster", 0.02, "bottom")):
        axes.text(0.012, y, plain(word), transform=axes.transAxes, va=va, color=GREY, fontsize=8)
    _name_ends(axes, ends, looks, apart=apart)


def _draw_line(axes: Axes, own: pd.DataFrame, colour: Any, marker: str, *, band: bool) -> None:
    """A network's line and band; points are filled where their verdict is decided."""
    x, y = own["batch_size"], own["ratio"]
    if band and own["lo"].notna().any():
        axes.fill_between(x, own["lo"], own["hi"], color=colour, alpha=0.18, linewidth=0)
    axes.plot(x, y, color=colour, linewidth=1.3)
    kinds = {
        "full": own["verdict"].isin(DECIDED),
        "none": ~own["verdict"].isin([*DECIDED, SUSPECT]),
        "x": own["verdict"] == SUSPECT,
    }
    for kind, mask in kinds.items():
        axes.plot(
            x[mask], y[mask], linestyle="", color=colour, markersize=4,
            marker="x" if kind == "x" else marker,
            markerfacecolor="white" if kind == "none" else colour,
        )  # fmt: skip


def _name_ends(
    axes: Axes, ends: Mapping[str, tuple[float, float]], looks: Mapping[Any, Any], *, apart: float
) -> None:
    """The networks' names right of their lines' ends, in their order.

    To one that stands apart for want of room, or whose line ends early, leads a thin line.
    """
    low, high = np.log(axes.get_ylim())
    names = sorted(ends, key=lambda name: ends[name][1])
    wanted = np.array([(np.log(ends[name][1]) - low) / (high - low) for name in names])
    places = moved_apart(wanted, least=apart)
    moved = np.abs(places - wanted) > apart / 5
    for name, y, place, is_moved in zip(names, wanted, places, moved, strict=True):
        colour, x = looks[name][0], 1.06 if moved.any() else 1.015
        axes.text(
            x, place, plain(name, longest=20), transform=axes.transAxes,
            color=_darker(colour), va="center", fontsize=8, fontweight="bold",
        )  # fmt: skip
        start, _ = axes.transAxes.inverted().transform(axes.transData.transform(ends[name]))
        if is_moved or start < _EARLY:
            line = Line2D([start, x - 0.01], [y, place], transform=axes.transAxes, color=colour)
            axes.add_artist(line).set(clip_on=False, linewidth=0.6)


def _darker(colour: Any) -> Any:
    """The colour as letters need it on white: yellow and pink are too light for them."""
    rgb = np.array(to_rgb(colour))
    return tuple(rgb * min(1.0, _LIGHTEST / float(rgb @ [0.299, 0.587, 0.114])))


def moved_apart(places: Floats, *, least: float) -> Floats:
    """Rising places between 0 and 1, moved as little as it takes for the `least` distance."""
    steps = least * np.arange(len(places))
    near = isotonic_regression(places - steps).x + steps if len(places) else steps
    answer: Floats = np.clip(near, steps, 1 - steps[::-1])
    return answer
