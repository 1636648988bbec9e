"""The roofline: how far from this machine's own peaks each step computes (Williams et al., 2009).

A point is a cell: FLOPs a byte that its operations move, against the FLOP/s that it reaches. The
roofs are the device's best matrix product and its best copy, measured in the same run.
"""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import logarithmic_axis, logarithmic_ticks
from scripts.figures.speed import MARKERS
from scripts.figures.style import device_colours, draw_key, headline, new_figure, plain, style
from scripts.words.why import flops_in_words


def roofline_figure(cells: pd.DataFrame, *, title: str) -> Figure | None:
    """The figure of one machine, all its devices and workloads; None where nothing was counted.

    `cells` are the warm rows of `causes` (epochs NA), `labelled`.
    """
    known = with_rates(cells)
    if known.empty:
        return None
    colours = device_colours(known["label"])
    markers = dict(zip(known["workload"].unique(), MARKERS, strict=False))
    with style():
        figure = new_figure(width=5.2, height=3.9)
        axes = figure.subplots()
        low, high = known["intensity"].min() / 3, known["intensity"].max() * 6
        for place, (label, colour) in enumerate(colours.items()):
            own = known[known["label"] == label]
            _draw_roof(axes, own.iloc[0].to_dict(), colour, low=low, high=high)
            for workload, points in own.groupby("workload", sort=False):
                _draw_points(
                    axes, points, colour, markers.get(workload, "o"), above=bool(place % 2)
                )
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        logarithmic_axis(axes, flops_in_words)
        logarithmic_ticks(axes.xaxis, low=low, high=high, words="{:g}".format)
        axes.set_xlabel("FLOP a byte moved (bytes that operations read and write, uncached)")
        axes.set_ylabel("FLOP a second, whole step")
        sns.despine(ax=axes)
        note = "lines: each device's fastest copy and matrix product; numbers: batch sizes"
        if (known["uncounted"] != "").any():
            note += "\nhollow markers: at least; FLOPs of some operations cannot be counted"
        headline(figure, f"{plain(title, longest=200)}\n{note}")
        _draw_workloads(axes, markers)
        draw_key(figure, axes)
    return figure


def with_rates(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells with FLOPs, with `intensity` (FLOP a byte) and `rate` (FLOP a second)."""
    known = cells[(cells["flops"] > 0) & (cells["moved_bytes"] > 0) & cells["step_seconds"].notna()]
    known = known[known["matmul_flops_per_second"].notna()]
    return known.assign(
        intensity=known["flops"] / known["moved_bytes"],
        rate=known["flops"] / known["step_seconds"],
    )


def _draw_roof(axes: Axes, device: dict[Any, Any], colour: Any, *, low: float, high: float) -> None:
    places = np.geomspace(low, high, 200)
    peak, copy = device["matmul_flops_per_second"], device["copy_bytes_per_second"]
    roof = np.minimum(peak, np.inf if pd.isna(copy) else places * copy)
    axes.plot(places, roof, color=colour, linewidth=1.2, label=device["label"])


def _draw_points(
    axes: Axes, points: pd.DataFrame, colour: Any, marker: str, *, above: bool
) -> None:
    """One curve; its ends' batch sizes stand `above` or below, so that two devices' can be read."""
    ordered = points.sort_values("batch_size")
    partial = bool((ordered["uncounted"] != "").any())
    axes.plot(
        ordered["intensity"], ordered["rate"], color=colour, marker=marker, markersize=4,
        linewidth=0.5, alpha=0.9, markerfacecolor="none" if partial else colour,
    )  # fmt: skip
    for row in (ordered.iloc[0], ordered.iloc[-1])[: len(ordered)]:
        axes.annotate(
            str(row["batch_size"]), (row["intensity"], row["rate"]),
            xytext=(-4, 2) if above else (4, -2), textcoords="offset points", fontsize=5.5,
            color=colour, va="bottom" if above else "top", ha="right" if above else "left",
        )  # fmt: skip


def _draw_workloads(axes: Axes, markers: dict[Any, str]) -> None:
    """The workloads' markers join the key in grey."""
    for workload, marker in markers.items():
        axes.plot(
            [], [], linestyle="", marker=marker, markersize=4, color="0.4", label=plain(workload)
        )
