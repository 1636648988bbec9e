"""Price and performance: what it costs and how long it takes to reach the target."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis, short_seconds
from scripts.figures.marks import (
    Looks,
    draw_doubts,
    draw_key,
    draw_points,
    key_marks,
    left_out,
    machine_looks,
    palette,
)
from scripts.figures.style import headline, new_panels, plain, split, style
from scripts.read.sides import is_cpu
from scripts.words.warnings import key


@style()
def cost_figure(costs: pd.DataFrame, *, machines: list[str]) -> Figure:
    """The figure of `prices.target_costs`: a panel for each workload, a point per side.

    `machines` are all that are compared, in their order. Lower left is better. Bars are 95 %
    intervals; filled points are accelerators, hollow ones CPUs.
    """
    known = costs[costs["usd"].notna()].assign(doubt=lambda own: own["suspect"])
    looks = machine_looks(machines, known=known["machine"])
    workloads = split(known[known["machine"].isin(looks)], "workload")
    figure, panels = new_panels(len(workloads), 3, panel=(2.6, 2.2), margin=(0, 1.1))
    for axes, (workload, own) in zip(panels, workloads, strict=True):
        _draw(axes, own, looks)
        axes.set_title(plain(workload, longest=30), fontweight="bold")
    note = "each side at its fastest setting; bars: 95 % intervals; hollow: the CPU"
    title = f"Time and cost to the target{left_out(machines)}"
    headline(figure, title, note, *key(known))
    draw_key(figure, key_marks(looks))
    return figure


def _draw(axes: Axes, costs: pd.DataFrame, looks: Looks) -> None:
    bars = costs[np.isfinite(costs["hi"])]
    shared: dict[str, Any] = {"colors": list(bars["machine"].map(palette(looks))), "linewidth": 0.9}
    axes.vlines(bars["usd"], bars["lo"], bars["hi"], **shared)
    axes.hlines(bars["seconds"], bars["usd_lo"], bars["usd_hi"], **shared)
    draw_points(
        axes, costs, x="usd", y="seconds", by="machine", looks=looks, size=28,
        hollow=costs["side"].map(is_cpu),
    )  # fmt: skip
    draw_doubts(axes, costs, x="usd", y="seconds", by="machine")
    axes.set(
        xlim=(costs["usd"].min() / 1.8, costs["usd"].max() * 1.8),
        ylim=(costs["seconds"].min() / 1.8, costs["seconds"].max() * 1.8),
        xlabel="cost to the target (USD)", ylabel="time to the target",
    )  # fmt: skip
    log_axis(axes, "x", _dollars)
    log_axis(axes, "y", short_seconds)


def _dollars(value: float) -> str:
    return f"{value:.12f}".rstrip("0").rstrip(".")
