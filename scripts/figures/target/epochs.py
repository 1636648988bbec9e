"""Epochs and steps to the target against batch size, with the critical batch size."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, logarithmic_axis
from scripts.figures.style import draw_key, headline, new_figure, plain, style
from scripts.figures.target.axes import MARKERS, optimizer_colour
from scripts.read.text import optimizer_name
from scripts.target.critical import GOOD, NONE, steps_at


def epochs_figure(epochs: pd.DataFrame, fitted: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload: rows of `learning.epochs_to_target` and of `critical`.

    Small dots are seeds, large ones their median, bars their extremes; crosses at the top are batch
    sizes that did not reach the target.
    """
    sizes = sorted(int(size) for size in epochs["batch_size"].unique())
    optimizers = list(epochs["optimizer"].unique())
    with style():
        figure = new_figure(width=7.0, height=2.75 + 0.14 * len(optimizers))
        panels = figure.subplots(1, 2)
        for axes, unit in zip(panels, ("epochs", "steps"), strict=True):
            for place, optimizer in enumerate(optimizers):
                own = epochs[epochs["optimizer"] == optimizer].sort_values("batch_size")
                fit = fitted[fitted["optimizer"] == optimizer].iloc[0].to_dict()
                shift = 1.06 ** (place - (len(optimizers) - 1) / 2)
                _draw(axes, own, fit, unit=unit, shift=shift)
            batch_size_axis(axes, sizes)
            logarithmic_axis(axes, "{:,.10g}".format)
            axes.set_ylabel(f"{unit} to the target")
            sns.despine(ax=axes)
        for axes in panels:
            _mark_absent(axes, epochs)
        note = "dots: seeds; line: their median; dashed: the fit S_min (1 + B_crit / B)"
        if (fitted["judgement"] != NONE).any():
            note += "; upright: B_crit and its interval"
        if (epochs["edge"] != "").any():
            note += "; white centre: the best learning rate was the last one tried"
        headline(figure, f"{plain(title, longest=200)}\n{note}")
        draw_key(figure, *panels)
    return figure


def _draw(axes: Axes, own: pd.DataFrame, fit: dict[Any, Any], *, unit: str, shift: float) -> None:
    optimizer = str(own["optimizer"].iloc[0])
    colour = optimizer_colour(optimizer)
    there = own[own["epochs"].notna()]
    x = there["batch_size"].to_numpy(dtype=float)
    an_epoch = there["steps_an_epoch"].to_numpy(dtype=float)
    scale = np.ones_like(an_epoch) if unit == "epochs" else an_epoch
    axes.plot(
        x * shift, there["epochs"] * scale, color=colour, marker=MARKERS.get(optimizer, "o"),
        linewidth=1.2, markersize=4.5, label=fit_words(optimizer, fit),
    )  # fmt: skip
    at_edge = (there["edge"] != "").to_numpy()
    axes.plot(
        (x * shift)[at_edge], (there["epochs"] * scale)[at_edge], ".", color="white", markersize=4,
        zorder=3,
    )  # fmt: skip
    for place, row in enumerate(there.to_dict("records")):
        seeds = row["steps"][np.isfinite(row["steps"])] / row["steps_an_epoch"] * scale[place]
        axes.plot(np.full(len(seeds), x[place] * shift), seeds, ".", color=colour, markersize=2.5)
    if fit["judgement"] == NONE or len(x) == 0:
        return
    sizes = np.geomspace(x[0], x[-1], 100)
    steps = steps_at(sizes, smallest=fit["smallest_steps"], critical=fit["critical_batch"])
    per_epoch = own["samples"].iloc[0] / sizes if unit == "epochs" else 1.0
    dashes = "--" if fit["judgement"] == GOOD else ":"
    axes.plot(sizes, steps / per_epoch, dashes, color=colour, linewidth=1.0)
    low, high = float(own["batch_size"].min()), float(own["batch_size"].max())
    if low <= fit["critical_batch"] <= high:
        axes.axvline(fit["critical_batch"], color=colour, linestyle=dashes, linewidth=0.7)
        axes.axvspan(
            max(fit["lo"], low), min(fit["hi"], high), color=colour, alpha=0.08, linewidth=0
        )


def fit_words(optimizer: str, fit: dict[Any, Any]) -> str:
    """`Adam: critical batch size 124 [90, 160], at least 35 steps (fit misses by 6 %)`."""
    name = optimizer_name(optimizer)
    if fit["judgement"] == NONE:
        return f"{name}: no fit ({fit['reason']})"
    words = (
        f"{name}: critical batch size {fit['critical_batch']:.3g} "
        f"[{fit['lo']:.3g}, {fit['hi']:.3g}], at least {fit['smallest_steps']:.3g} steps"
    )
    how = "" if fit["judgement"] == GOOD else "poor "
    return f"{words} ({how}fit, misses by {fit['mean_error']:.0%})"


def _mark_absent(axes: Axes, epochs: pd.DataFrame) -> None:
    """Crosses above the axes' top for the batch sizes without a figure."""
    absent = epochs[epochs["epochs"].isna()]
    for optimizer, own in absent.groupby("optimizer", sort=False):
        axes.plot(
            own["batch_size"], np.full(len(own), 1.0), "x", color=optimizer_colour(str(optimizer)),
            markersize=5, clip_on=False, transform=axes.get_xaxis_transform(),
        )  # fmt: skip
