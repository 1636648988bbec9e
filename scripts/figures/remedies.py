"""What each remedy gains: a panel a device, a row a remedy, a point a batch size."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from scripts.figures.axes import logarithmic_ticks
from scripts.figures.style import GREY, draw_key, headline, new_figure, plain, style
from scripts.figures.target.axes import size_colours
from scripts.figures.total import spread
from scripts.read.text import times

DECIDED = ("faster", "slower")
MOST_SIZES = 8
_ROW = 0.75
"""Of a row's height is taken by its points."""


def remedies_figure(rows: pd.DataFrame, *, title: str) -> Figure | None:
    """The figure of one workload on one machine; None where no remedy was timed.

    `rows` are its `remedies` of the kind `remedy`, `labelled`. Bars are the verdict's intervals;
    hollow points got no verdict of faster or slower. A remedy without a time names the reason. Of
    many batch sizes some are drawn.
    """
    every = sorted(int(size) for size in rows["batch_size"].unique())
    sizes = spread(every, MOST_SIZES)
    rows = rows[rows["batch_size"].isin(sizes)]
    if rows["gain"].isna().all():
        return None
    labels = list(dict.fromkeys(rows["label"]))
    colours = size_colours(sizes)
    names = {label: _names(rows[rows["label"] == label]) for label in labels}
    height = max(0.2, 0.07 * len(sizes))
    with style():
        inches = [0.35 + height * len(own) for own in names.values()]
        figure = new_figure(width=5.0, height=1.3 + 0.3 * len(labels) + sum(inches))
        panels = figure.subplots(
            len(labels), 1, squeeze=False, sharex=True, height_ratios=inches
        ).ravel()
        for axes, label in zip(panels, labels, strict=True):
            own = rows[rows["label"] == label]
            _draw_panel(axes, own, names[label], colours)
            axes.set_title(plain(label), loc="left")
        _draw_axis(panels, rows)
        note = "bars: intervals; hollow: no verdict; (on): the plain cell has it, the gain of it"
        if len(sizes) < len(every):
            note += f"; {len(sizes)} of {len(every)} batch sizes"
        headline(figure, f"{plain(title, longest=200)}\n{note}")
        draw_key(figure, *panels)
    return figure


def _names(rows: pd.DataFrame) -> list[str]:
    """The remedies, that with the largest gain first, those without a time last."""
    gains = rows.groupby("remedy")["gain"].max().fillna(-1.0)
    return [str(name) for name in gains.sort_values(ascending=False, kind="stable").index]


def _draw_panel(axes: Axes, rows: pd.DataFrame, names: list[str], colours: dict[int, Any]) -> None:
    axes.axvline(1.0, color=GREY, linewidth=0.8)
    shifts = dict(
        zip(colours, np.linspace(-_ROW / 2, _ROW / 2, len(colours) + 2)[1:-1], strict=True)
    )
    for size, colour in colours.items():
        own = rows[(rows["batch_size"] == size) & rows["gain"].notna()]
        places = [names.index(name) + shifts[size] for name in own["remedy"]]
        axes.hlines(places, own["lo"], own["hi"], color=colour, linewidth=1.0)
        filled = own["verdict"].isin(DECIDED).to_numpy()
        faces = [colour if sure else "white" for sure in filled]
        axes.scatter(
            own["gain"], places, s=11, facecolors=faces, edgecolors=[colour] * len(own),
            linewidths=0.8, zorder=3,
        )  # fmt: skip
        axes.plot([], [], "o-", color=colour, markersize=3.5, label=f"batch size {size}")
    for place, name in enumerate(names):
        own = rows[rows["remedy"] == name]
        if own["gain"].isna().all():
            reason = plain(own["verdict"].iloc[0], longest=40)
            axes.text(
                0.01, place, reason, transform=axes.get_yaxis_transform(), va="center", fontsize=6,
                color=GREY,
            )  # fmt: skip
    axes.set_yticks(range(len(names)), [_tick(rows, name) for name in names], fontsize=6.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    sns.despine(ax=axes)


def _tick(rows: pd.DataFrame, name: str) -> str:
    """The remedy's name, and whether the plain cell has it already."""
    own = rows[rows["remedy"] == name]
    return plain(name, longest=30) + (" (on)" if own["applied"].all() else "")


def _draw_axis(panels: Any, rows: pd.DataFrame) -> None:
    ends = pd.concat([rows["lo"], rows["hi"], rows["gain"]]).astype(float)
    ends = ends[np.isfinite(ends) & (ends > 0)]  # an interval of two blocks may have no end
    low, high = min(0.9, float(ends.min()) / 1.05), max(1.1, float(ends.max()) * 1.05)
    panels[0].set_xscale("log")
    panels[0].set_xlim(low, high)
    for axes in panels:
        axes.xaxis.set_minor_locator(NullLocator())
        logarithmic_ticks(axes.xaxis, low=low, high=high, words=times)
    panels[-1].set_xlabel("plain seconds of an epoch / seconds with it (above 1x: faster)")
