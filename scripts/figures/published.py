"""GPU seconds over CPU seconds that others published, against batch size and against epochs."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, log_axis
from scripts.figures.style import headline, new_figure, plain, style
from scripts.published.points import CONTEST
from scripts.words.published import MARK, about, answer_words

_SHADES = ("0.15", "0.4", "0.6")
_DASHES: tuple[Any, ...] = ("-", (0, (4, 1.2)), (0, (1.2, 1.2)))
_POINT: dict[str, Any] = {
    "marker": "o",
    "markerfacecolor": "white",
    "markersize": 4,
    "markeredgewidth": 0.9,
}
_MOST_EPOCHS = 1000
_APART = 0.036
"""Of the height of the axes, between two names."""
Names = Mapping[str, float]
"""Heights by name."""
_NEAR = 1.4
"""Crossings within this factor share a label."""


@style()
def published_figure(
    ratios: pd.DataFrame, crossings: pd.DataFrame, even: pd.DataFrame
) -> Figure | None:
    """The figure of the tables of `points`: the fastest GPU against the fastest CPU of each.

    Left: seconds of the same work, a hollow point per figure. Right: seconds of a whole training,
    its start included, where a table tells it. None where nothing is told.
    """
    own = ratios[ratios["fastest"]]
    by_size = own[own["batch_size"].notna()]
    by_epochs = own.dropna(subset=["side_fixed", "base_fixed", "side_epoch", "base_epoch"])
    if by_size.empty:
        return None
    figure = new_figure(width=7.2, height=4.2)
    passes, starts = _fastest(crossings, own), _fastest(even, own)
    panels = list(figure.subplots(1, 2 if len(by_epochs) else 1, squeeze=False, sharey=True)[0])
    names = [(panels[0], *one) for one in _draw_sizes(panels[0], by_size, passes)]
    if len(by_epochs):
        ends = _draw_epochs(panels[1], by_epochs, starts)
        names.append((panels[1], _MOST_EPOCHS, ends))
    for axes in panels:
        _draw_halves(axes)
    for axes, place, heights in names:  # the limits, which tell heights apart, stand now
        _draw_names(axes, place, heights)
    panels[0].set_ylabel("seconds of the GPU / seconds of the CPU")
    most = max(own["runs"])
    each = "one run" if most == 1 else f"one to {most} runs"
    headline(
        figure,
        "When is a GPU slower than a CPU? What others measured",
        answer_words(passes, starts),
        f"{MARK}, {each} per point, no intervals; diamond: equally fast",
        "the fastest GPU of each table against its fastest CPU",
    )
    return figure


def _fastest(table: pd.DataFrame, ratios: pd.DataFrame) -> pd.DataFrame:
    return table.merge(ratios[CONTEST].drop_duplicates(), on=CONTEST)


def _draw_sizes(
    axes: Axes, rows: pd.DataFrame, crossings: pd.DataFrame
) -> list[tuple[float, Names]]:
    """A line per workload of which several batch sizes are told, a point for every other.

    Returns the slower points' batch sizes and names.
    """
    curves = [own for _key, own in rows.groupby(CONTEST, sort=False, dropna=False)]
    several = [own.sort_values("batch_size") for own in curves if len(own) > 1]
    for look, own in zip(_looks(several), several, strict=True):
        name = plain(own["workload"].iloc[0], longest=30)
        axes.plot(own["batch_size"].astype(float), own["ratio"], **look, **_POINT, label=name)
    alone = pd.concat([rows.head(0), *(own for own in curves if len(own) == 1)])
    if len(alone):
        single: dict[str, Any] = {"ls": "", "color": "0.6", "label": "one batch size only"}
        axes.plot(alone["batch_size"].astype(float), alone["ratio"], **_POINT, **single)
    batch_size_axis(axes, sorted({int(size) for size in rows["batch_size"]}))
    axes.set_title("the same work, by batch size")
    _draw_crossings(axes, crossings["batch_size"])
    axes.legend(
        loc="center right", bbox_to_anchor=(1, 0.42), handlelength=1.6, fontsize=6.5, borderpad=0,
        framealpha=0.8, edgecolor="none",
    )  # fmt: skip
    return [
        (float(str(size)), dict(zip(own["workload"], own["ratio"], strict=True)))
        for size, own in alone[alone["ratio"] > 1].groupby("batch_size")
    ]


def _draw_epochs(axes: Axes, rows: pd.DataFrame, even: pd.DataFrame) -> Names:
    """A line per workload: fixed seconds and epochs of either side; its point is what was timed.

    Returns the lines' names and ends.
    """
    epochs = np.geomspace(1, _MOST_EPOCHS, 200)
    curves = [row for _key, own in rows.groupby(CONTEST, sort=False, dropna=False)
              for row in own.head(1).to_dict("records")]  # fmt: skip
    ends = {}
    for look, row in zip(_looks(curves), curves, strict=True):
        totals = _total_ratio(row, epochs)
        axes.plot(epochs, totals, **look)
        ends[f"{row['workload']}, batch {row['batch_size']}"] = float(totals[-1])
    log_axis(axes, "x", "{:g}".format)
    axes.set(xlabel="epochs", xlim=(1, _MOST_EPOCHS))
    axes.set_title("start and epochs together, by epochs")
    _draw_crossings(axes, even["epochs"].dropna())
    return ends


def _total_ratio(row: Mapping[Any, Any], epochs: Any) -> Any:
    side = row["side_fixed"] + epochs * row["side_epoch"]
    return side / (row["base_fixed"] + epochs * row["base_epoch"])


def _looks(curves: Sequence[Any]) -> Iterable[dict[str, Any]]:
    """Greys and dashes: what was measured elsewhere has no colour."""
    every = [{"color": shade, "linestyle": dash} for dash in _DASHES for shade in _SHADES]
    return [every[place % len(every)] | {"linewidth": 1.1} for place in range(len(curves))]


def _draw_halves(axes: Axes) -> None:
    """The line at 1, and on which side of it the GPU is slower."""
    log_axis(axes, "y", "{:g}x".format)
    low, high = axes.get_ylim()
    low, high = min(low, 0.5), max(high, 3.2)
    axes.axhspan(1, high, color="0.93", linewidth=0, zorder=0)
    axes.axhline(1, color="black", linewidth=1.2, zorder=2)
    axes.set_ylim(low, high)
    for corner, away, words in ((1, -4, "GPU slower"), (0, 4, "GPU faster")):
        axes.annotate(
            words, (corner, corner), xycoords="axes fraction", xytext=(away, away),
            textcoords="offset points", ha="right" if corner else "left",
            va="top" if corner else "bottom", fontweight="bold", color="0.25",
        )  # fmt: skip


def _draw_crossings(axes: Axes, places: pd.Series) -> None:
    """Where curves pass 1, and beside the mark at which number; near ones share their words."""
    groups: list[list[float]] = []
    for place in sorted(places.astype(float)):
        if groups and place < _NEAR * groups[-1][0]:
            groups[-1].append(place)
        else:
            groups.append([place])
    for own in groups:
        axes.plot(own, np.ones(len(own)), "D", color="black", markersize=3.5, zorder=4)
        ends = dict.fromkeys((about(own[0]), about(own[-1])))
        axes.annotate(
            "-".join(ends), (own[0], 1), xytext=(-3, -10), textcoords="offset points",
            ha="right", fontweight="bold", fontsize=8,
        )  # fmt: skip


def _draw_names(axes: Axes, x: float, heights: Names) -> None:
    """Names to the right of `x`, as near to these heights as they are told apart."""
    names = sorted(heights, key=heights.__getitem__)
    low, high = np.log(axes.get_ylim())
    places = apart([heights[name] for name in names], _APART * (high - low))
    for words, place in zip(names, places, strict=True):
        axes.annotate(
            plain(words, longest=40), (x, place), xytext=(5, 0), textcoords="offset points",
            fontsize=6.5, color="0.25", va="center", annotation_clip=False,
        )  # fmt: skip


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Ascending heights, moved until their logarithms differ by a gap; groups stay in place."""
    groups: list[list[float]] = []
    for height in np.log(heights):
        groups.append([height])
        while len(groups) > 1 and _top(groups[-2], gap) > -_top([-one for one in groups[-1]], gap):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [
        float(np.exp(fmean(group) + (place - (len(group) - 1) / 2) * gap))
        for group in groups
        for place in range(len(group))
    ]


def _top(group: Sequence[float], gap: float) -> float:
    return fmean(group) + len(group) / 2 * gap
