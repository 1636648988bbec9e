"""Time to the target against batch size, a line a device, with each one's optimum marked."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, seconds_axis
from scripts.figures.speed import MARKERS
from scripts.figures.style import GREY, device_colours, draw_key, headline, new_figure, plain, style
from scripts.read.text import optimizer_name, seconds_in_words


def time_figure(times: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload on one machine: a panel an optimiser.

    `times` are its rows of `times_to_target`, with a column `label`. Bars are 95 % intervals,
    markers with a white centre stand on a fitted curve of step times, a ring is a device's soonest
    batch size.
    """
    optimizers = list(times["optimizer"].unique())
    sizes = sorted(int(size) for size in times["batch_size"].unique())
    colours = device_colours(times["label"])
    with style():
        figure = new_figure(width=max(4.0, 3.5 * len(optimizers)), height=3.1)
        panels = figure.subplots(1, len(optimizers), squeeze=False, sharey=True)[0]
        for axes, optimizer in zip(panels, optimizers, strict=True):
            own = times[times["optimizer"] == optimizer]
            for (label, colour), marker in zip(colours.items(), MARKERS, strict=False):
                _draw(axes, own[own["label"] == label], label, colour, marker)
            axes.set_title(_panel_title(own), loc="left", fontsize=7)
            batch_size_axis(axes, sizes)
            sns.despine(ax=axes)
        _seconds_axis(panels, times)
        note = "bar: 95 % interval over seeds and processes; ring: soonest"
        if times["note"].str.contains("curve").any():
            note += "; white centre: step time read off a fitted curve"
        headline(figure, f"{plain(title, longest=200)}\n{note}")
        draw_key(figure, *panels)
    return figure


def _panel_title(own: pd.DataFrame) -> str:
    """The optimiser, and where the seconds of another one stand for its own."""
    name = optimizer_name(str(own["optimizer"].iloc[0]))
    timed = own[own["seconds"].notna()]
    assumed = timed[timed["note"].str.contains("assumed")]
    if assumed.empty:
        return name
    note = assumed["note"].iloc[0].partition(";")[0]
    if len(assumed) == len(timed):
        return f"{name} ({note})"
    shares = timed["note"].str.contains("assumed").groupby(timed["label"], sort=False).mean()
    devices = [
        f"{str(label).partition(' (')[0]}{'' if share == 1 else ' in part'}"
        for label, share in shares[shares > 0].items()
    ]
    return f"{name} ({', '.join(devices)}: {note})"


def _draw(axes: Axes, own: pd.DataFrame, label: str, colour: Any, marker: str) -> None:
    there = own[own["seconds"].notna()].sort_values("batch_size")
    axes.plot(there["batch_size"], there["seconds"], color=colour, linewidth=1.2, marker=marker,
              markersize=4, label=label)  # fmt: skip
    for row in there.to_dict("records"):
        if "curve" in row["note"]:
            axes.plot(row["batch_size"], row["seconds"], marker, color="white", markersize=2.5)
        high = row["hi"] if np.isfinite(row["hi"]) else row["seconds"] * 10
        axes.vlines(row["batch_size"], row["lo"], high, color=colour, linewidth=0.9, alpha=0.6)
    if there.empty:
        return
    best = there.sort_values("seconds").iloc[0]
    axes.plot(best["batch_size"], best["seconds"], "o", markersize=9, markerfacecolor="none",
              markeredgecolor=colour, markeredgewidth=1.0)  # fmt: skip
    left = best["batch_size"] == own["batch_size"].min()
    axes.annotate(
        f"{best['batch_size']}: {seconds_in_words(best['seconds'])}",
        (best["batch_size"], best["lo"]), xytext=(0, -6), textcoords="offset points",
        ha="left" if left else "center", va="top", fontsize=6.5, color=colour,
    )  # fmt: skip


def _seconds_axis(panels: Any, times: pd.DataFrame) -> None:
    known = times[times["seconds"].notna()]
    for axes in panels:
        if known.empty:
            axes.text(0.5, 0.5, "not timed", transform=axes.transAxes, ha="center", color=GREY)
            continue
        axes.set_yscale("log")
        axes.set_ylim(known["lo"].min() / 2, known["seconds"].max() * 2)
        seconds_axis(axes)
    panels[0].set_ylabel("time to the target")
