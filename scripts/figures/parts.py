"""Where a step's time goes: stacked bars, a panel a device, a bar a batch size."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from scripts.figures.style import GREY, draw_key, headline, new_figure, plain, readable_on, style
from scripts.read.studies import PARTS
from scripts.read.text import seconds_in_words

_HUES = sns.color_palette("colorblind", 10)
COLOURS = dict(zip(PARTS, [_HUES[place] for place in (7, 5, 0, 9, 2, 1)], strict=True))
"""Colour-blind-safe, the network's own three parts in blues and green."""
_LEAST_WRITTEN = 0.07


def parts_figure(cells: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload on one machine.

    `cells` are the warm rows of `causes` (epochs NA), `labelled`, with a step's parts. A bar is a
    step, its parts as shares of their sum; above it the undisturbed step and its cause.
    """
    labels = list(dict.fromkeys(cells["label"]))
    sizes = sorted(int(size) for size in cells["batch_size"].unique())
    columns = min(len(labels), 2)
    lines = -(-len(labels) // columns)
    with style():
        width = max(3.5, 0.6 + columns * (0.4 + 0.72 * len(sizes)))
        figure = new_figure(width=width, height=0.9 + 2.5 * lines)
        panels = figure.subplots(lines, columns, squeeze=False, sharey=True).ravel()
        for axes, label in zip(panels, labels, strict=False):
            _draw_bars(axes, cells[cells["label"] == label], sizes)
            axes.set_title(plain(label), loc="left", pad=22)
        for axes in panels[len(labels) :]:
            axes.remove()
        figure.supylabel("share of a step", fontsize=8)
        headline(figure, plain(title, longest=200))
        draw_key(figure, *panels)
    return figure


def _draw_bars(axes: Axes, cells: pd.DataFrame, sizes: list[int]) -> None:
    rows = {int(row["batch_size"]): row for row in cells.to_dict("records")}
    bottom = np.zeros(len(sizes))
    places = range(len(sizes))
    for part, colour in COLOURS.items():
        heights = np.array([_share(rows.get(size), part) for size in sizes])
        axes.bar(
            places, heights, 0.78, bottom, color=colour, label=part, linewidth=0.4,
            edgecolor="white",
        )  # fmt: skip
        for place, height, low in zip(places, heights, bottom, strict=True):
            if height >= _LEAST_WRITTEN:
                axes.text(
                    place, low + height / 2, f"{height:.0%}", ha="center", va="center", fontsize=6,
                    color=readable_on(colour),
                )  # fmt: skip
        bottom += heights
    for place, size in zip(places, sizes, strict=True):
        above = _words(rows.get(size))
        axes.text(place, 1.02, above, ha="center", va="bottom", fontsize=6, color=GREY)
    axes.set_xticks(places, [str(size) for size in sizes])
    axes.set_xlabel("batch size (samples)")
    axes.set_ylim(0, 1)
    axes.set_xlim(-0.6, len(sizes) - 0.4)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    sns.despine(ax=axes)


def _share(row: dict[Any, Any] | None, part: str) -> float:
    if row is None or pd.isna(row["step_seconds"]):
        return 0.0
    whole = sum(row[f"{name}_seconds"] for name in PARTS)
    return float(row[f"{part}_seconds"] / whole)


def _words(row: dict[Any, Any] | None) -> str:
    """What stands above a bar: the cause and the undisturbed step, or why there is none."""
    if row is None:
        return ""
    if pd.isna(row["step_seconds"]):
        return plain(row["reason"] or "not seen", longest=14)
    return f"{row['cause']}\n{seconds_in_words(row['step_seconds'])}"
