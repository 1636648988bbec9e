"""The colours and markers of sides, machines and batch sizes, their points, and the key."""

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scripts.figures.style import LETTERS_PER_INCH, plain
from scripts.judge.rule import SUSPECT
from scripts.read.text import filled
from scripts.words.warnings import MARK

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
MOST_MACHINES = 10
"""Machines of a figure: more colours are not told apart. The tables have all."""
_KEY_LINE = 0.15
_APART = (0, 1, 2, 4, 3, 9, 5, 7)
"""Places in seaborn's palette `colorblind`, without yellow and pink, which paper hardly shows."""

Looks = Mapping[Any, tuple[Any, str]]
"""A colour and a marker by name."""


def side_looks(labels: Iterable[str]) -> Looks:
    """A look for each side, those of the CPU first, the first of all in black.

    The order of the colour-blind-safe hues keeps the first few far apart; where they begin anew,
    the markers differ.
    """
    names = sorted(set(labels), key=lambda name: (not name.startswith("cpu"), name))
    hues = sns.color_palette("colorblind", 10)
    colours = cycle([(0.15, 0.15, 0.15), *(hues[place] for place in _APART)])
    return dict(zip(names, zip(colours, cycle(MARKERS), strict=False), strict=False))


def machine_looks(machines: Iterable[str], *, known: Iterable[str] | None = None) -> Looks:
    """A look for each of the first MOST_MACHINES machines; of these only the `known`, if given."""
    hues = sns.color_palette("colorblind", MOST_MACHINES)
    looks = dict(zip(dict.fromkeys(machines), zip(hues, MARKERS, strict=True), strict=False))
    drawn = set(looks if known is None else known)
    return {name: look for name, look in looks.items() if name in drawn}


def left_out(machines: Iterable[str]) -> str:
    """A note for the headline where there are more machines than are drawn."""
    count = len(set(machines))
    return f"; the first {MOST_MACHINES} of {count} machines" if count > MOST_MACHINES else ""


def size_looks(batch_sizes: Iterable[int]) -> Looks:
    """A look for each batch size, dark to light; the lightest are left out: paper is white."""
    sizes = sorted(set(batch_sizes))
    places = np.linspace(0, 0.88, len(sizes))
    return {
        size: (colormaps["viridis"](place), "o") for size, place in zip(sizes, places, strict=True)
    }


def palette(looks: Looks) -> dict[Any, Any]:
    """The colours of looks, by name."""
    return {name: colour for name, (colour, _marker) in looks.items()}


def look_by(column: str, looks: Looks) -> dict[str, Any]:
    """Seaborn's arguments for a column whose values have these looks."""
    return {
        "hue": column,
        "hue_order": list(looks),
        "palette": palette(looks),
        "style": column,
        "style_order": list(looks),
        "markers": {name: marker for name, (_colour, marker) in looks.items()},
        "legend": False,
    }


def draw_points(
    axes: Axes, rows: pd.DataFrame, *, x: str, y: str, by: str, looks: Looks, hollow: pd.Series,
    size: float = 16,
) -> None:  # fmt: skip
    """Points with the look of their `by`, in front of all else; the `hollow` ones white inside."""
    if rows.empty:
        return
    sns.scatterplot(rows, x=x, y=y, **look_by(by, looks), ax=axes, s=size, linewidth=1, zorder=3)
    points = axes.collections[-1]
    colours = np.asarray(points.get_facecolor())
    points.set_edgecolor(list(colours))
    points.set_facecolor(list(np.where(hollow.to_numpy()[:, None], 1.0, colours)))


def draw_doubts(axes: Axes, rows: pd.DataFrame, *, x: str, y: str, by: str = "label") -> None:
    """A mark at the median of each suspect figure of `rows`, which have a `doubt`."""
    medians = rows[rows["doubt"] != ""].groupby([by, x], observed=True)[y].median().reset_index()
    for place, value in zip(medians[x], medians[y], strict=True):
        mark_doubt(axes, float(place), float(value))


def mark_doubt(axes: Axes, x: float, y: float) -> None:
    """A mark above a suspect figure."""
    axes.annotate(
        MARK, (x, y), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=9,
        fontweight="bold", zorder=4,
    )  # fmt: skip


def key_marks(looks: Looks, *, words: str = "{}", hollow: Container[Any] = ()) -> list[Line2D]:
    """The marks of looks for the key, lines where they have no marker; the `hollow` ones white."""
    return [
        Line2D(
            [], [], linestyle="" if marker else "-", marker=marker, color=colour, markersize=4,
            markerfacecolor="white" if name in hollow else colour,
            label=plain(words.format(name), longest=200),
        )
        for name, (colour, marker) in looks.items()
    ]  # fmt: skip


def draw_intervals(
    axes: Axes, rows: pd.DataFrame, *, x: str, row: str, names: list[str], by: str, looks: Looks,
    hollow: pd.Series,
) -> None:  # fmt: skip
    """Points and their intervals, `lo` to `hi`: a line for each name of `row`, split by look.

    Those whose `verdict` is suspect have the mark.
    """
    places = {name: (place + 1) / (len(looks) + 1) - 0.5 for place, name in enumerate(looks)}
    rows = rows.assign(y=rows[row].map(names.index) + rows[by].map(places))
    bars = rows[np.isfinite(rows["lo"]) & np.isfinite(rows["hi"])]
    colours = bars[by].map(palette(looks))
    axes.hlines(bars["y"], bars["lo"], bars["hi"], colors=list(colours), linewidth=1.0)
    draw_points(axes, rows, x=x, y="y", by=by, looks=looks, hollow=hollow)
    for value, y in rows.loc[rows["verdict"] == SUSPECT, [x, "y"]].to_numpy(np.float64):
        mark_doubt(axes, value, y)
    axes.set_yticks(range(len(names)), [plain(name, longest=30) for name in names])
    axes.set(ylim=(len(names) - 0.5, -0.5), ylabel="")


def draw_key(figure: Figure, marks: Sequence[Artist]) -> None:
    """A legend of labelled marks below the figure, which grows by the lines that it takes."""
    labels = [str(mark.get_label()) for mark in marks]
    room = int(figure.get_figwidth() * LETTERS_PER_INCH)
    lines = -(-len(labels) // max(1, room // (max(map(len, labels)) + 8)))
    figure.set_figheight(figure.get_figheight() + _KEY_LINE * (lines - 1))
    figure.legend(
        marks, [filled(label, room - 8) for label in labels], frameon=False,
        loc="outside lower center", ncols=-(-len(labels) // lines),
    )  # fmt: skip
