"""Price and performance: what it costs and how long it takes to reach the target."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scripts.figures.axes import logarithmic_ticks, short_seconds
from scripts.figures.machines import key_columns, left_out, machine_looks
from scripts.figures.style import headline, new_figure, plain, style


def cost_figure(costs: pd.DataFrame, *, machines: list[str]) -> Figure:
    """The figure of `prices.target_costs`: a panel a workload, a point a machine and device.

    `machines` are all that are compared, in their order. Lower left is better. Bars are 95 %
    intervals; filled points are accelerators, hollow ones CPUs.
    """
    known = costs[costs["usd"].notna()]
    looks = machine_looks(machines)
    known = known[known["machine"].isin(looks)]
    panels = {str(name): own for name, own in known.groupby("workload", sort=False)}
    columns = min(len(panels), 3)
    lines = -(-len(panels) // max(columns, 1))
    width = max(3.5, 2.6 * columns)
    names = {name: plain(name, longest=30) for name in looks if name in set(known["machine"])}
    key = key_columns(names.values(), width=width)
    with style():
        figure = new_figure(width=width, height=1.1 + 2.2 * lines + 0.16 * (len(names) // key))
        drawn = figure.subplots(max(lines, 1), max(columns, 1), squeeze=False).ravel()
        for axes, (workload, own) in zip(drawn, panels.items(), strict=False):
            _draw(axes, own, looks)
            axes.set_title(plain(workload, longest=30), loc="left", fontweight="bold")
        for axes in drawn[len(panels) :]:
            axes.remove()
        note = "each device at its soonest setting; bars: 95 % intervals; filled: GPU, hollow: CPU"
        headline(figure, f"Time and cost to the target{left_out(machines)}\n{note}")
        handles = [
            Line2D([], [], linestyle="", marker=looks[name][1], color=looks[name][0],
                   markersize=5, label=label)
            for name, label in names.items()
        ]  # fmt: skip
        figure.legend(handles=handles, loc="outside lower center", ncols=key, frameon=False)
    return figure


def _draw(axes: Axes, costs: pd.DataFrame, looks: dict[str, Any]) -> None:
    for row in costs.to_dict("records"):
        colour, marker = looks[row["machine"]]
        if np.isfinite(row["hi"]):
            axes.vlines(row["usd"], row["lo"], row["hi"], color=colour, linewidth=0.9)
            axes.hlines(row["seconds"], row["usd_lo"], row["usd_hi"], color=colour, linewidth=0.9)
        axes.plot(row["usd"], row["seconds"], marker, color=colour, markersize=5.5,
                  markerfacecolor="white" if row["device"] == "cpu" else colour)  # fmt: skip
    for own, name, words in ((axes.xaxis, "usd", _dollars), (axes.yaxis, "seconds", short_seconds)):
        low, high = costs[name].min() / 1.8, costs[name].max() * 1.8
        (axes.set_xscale if name == "usd" else axes.set_yscale)("log")
        (axes.set_xlim if name == "usd" else axes.set_ylim)(low, high)
        logarithmic_ticks(own, low=low, high=high, words=words)
    axes.set_xlabel("cost to the target (USD)")
    axes.set_ylabel("time to the target")
    sns.despine(ax=axes)


def _dollars(value: float) -> str:
    return f"{value:.12f}".rstrip("0").rstrip(".")
