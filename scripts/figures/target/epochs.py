"""Epochs and steps to the target against batch size, with the critical batch size."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, log_axis
from scripts.figures.marks import Looks, draw_key, key_marks, look_by, palette
from scripts.figures.style import headline, new_panels, style
from scripts.figures.target.axes import optimizer_looks
from scripts.read.text import interval, optimizer_name
from scripts.target.critical import GOOD, NONE, steps_at


@style()
def epochs_figure(epochs: pd.DataFrame, fitted: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload: rows of `learning.epochs_to_target` and of `critical`.

    Small dots are seeds, large ones their median; crosses at the top are batch sizes that did not
    reach the target.
    """
    looks = optimizer_looks(epochs["optimizer"].unique())
    fits = fitted.set_index("optimizer").to_dict("index")
    figure, panels = new_panels(2, 2, panel=(3.5, 2.9), margin=(0, 0))
    for axes, unit in zip(panels, ("epochs", "steps"), strict=True):
        _draw_medians(axes, epochs, looks, unit=unit)
        for optimizer, (colour, _marker) in looks.items():
            own = epochs[epochs["optimizer"] == optimizer]
            _draw_fit(axes, own, fits[optimizer], colour, unit=unit)
        for optimizer, own in epochs[epochs["epochs"].isna()].groupby("optimizer", sort=False):
            axes.plot(
                own["batch_size"], np.ones(len(own)), "x", color=looks[optimizer][0], markersize=5,
                clip_on=False, transform=axes.get_xaxis_transform(),
            )  # fmt: skip
        batch_size_axis(axes, sorted(int(size) for size in epochs["batch_size"].unique()))
        log_axis(axes, "y", "{:,.10g}".format)
        axes.set_ylabel(f"{unit} to the target")
    note = "dots: seeds; line: their median; dashed: the fit S_min (1 + B_crit / B)"
    if (fitted["judgement"] != NONE).any():
        note += "; upright: B_crit and its interval"
    if (epochs["edge"] != "").any():
        note += "; white centre: the best learning rate was the last one tried"
    headline(figure, title, note)
    named = {fit_words(name, fits[name]): look for name, look in looks.items()}
    draw_key(figure, key_marks(named))
    return figure


def _draw_medians(axes: Axes, epochs: pd.DataFrame, looks: Looks, *, unit: str) -> None:
    """Seeds and their medians, each optimiser's a little beside the others'."""
    shifts = {name: 1.06 ** (place - (len(looks) - 1) / 2) for place, name in enumerate(looks)}
    there = epochs[epochs["epochs"].notna()]
    per_epoch = there["steps_an_epoch"].astype(float)
    there = there.assign(
        x=there["batch_size"] * there["optimizer"].map(shifts),
        median=there["epochs"] * (1.0 if unit == "epochs" else per_epoch),
        seeds=there["steps"] / (per_epoch if unit == "epochs" else 1.0),
    )
    seeds = there.explode("seeds", ignore_index=True).astype({"seeds": float})
    seeds = seeds[np.isfinite(seeds["seeds"])]  # the others never got there
    sns.lineplot(
        there, x="x", y="median", ax=axes, **look_by("optimizer", looks), dashes=False,
        estimator=None, linewidth=1.2, markersize=5, markeredgewidth=0,
    )  # fmt: skip
    at_edge = there[there["edge"] != ""]
    sns.scatterplot(at_edge, x="x", y="median", ax=axes, color="white", s=6, linewidth=0, zorder=3)
    sns.scatterplot(
        seeds, x="x", y="seeds", ax=axes, hue="optimizer", palette=palette(looks), s=4,
        linewidth=0, legend=False,
    )  # fmt: skip


def _draw_fit(
    axes: Axes, own: pd.DataFrame, fit: dict[Any, Any], colour: Any, *, unit: str
) -> None:
    """The fitted curve, and the critical batch size with its interval where it was trained."""
    reached = own.loc[own["epochs"].notna(), "batch_size"].astype(float)
    if fit["judgement"] == NONE or reached.empty:
        return
    sizes = np.geomspace(reached.min(), reached.max(), 100)
    steps = steps_at(sizes, smallest=fit["smallest_steps"], critical=fit["critical_batch"])
    per_epoch = own["samples"].iloc[0] / sizes if unit == "epochs" else 1.0
    dashes = "--" if fit["judgement"] == GOOD else ":"
    axes.plot(sizes, steps / per_epoch, dashes, color=colour, linewidth=1.0)
    low, high = float(own["batch_size"].min()), float(own["batch_size"].max())
    if low <= fit["critical_batch"] <= high:
        ends = max(fit["lo"], low), min(fit["hi"], high)
        axes.axvline(fit["critical_batch"], color=colour, linestyle=dashes, linewidth=0.7)
        axes.axvspan(*ends, color=colour, alpha=0.08, linewidth=0)


def fit_words(optimizer: str, fit: dict[Any, Any]) -> str:
    """`Adam: critical batch size 124 [90 to 160], at least 35 steps (fit misses by 6 %)`."""
    name = optimizer_name(optimizer)
    if fit["judgement"] == NONE:
        return f"{name}: no fit ({fit['reason']})"
    words = (
        f"{name}: critical batch size {fit['critical_batch']:.3g} "
        f"{interval(format(fit['lo'], '.3g'), format(fit['hi'], '.3g'))}, "
        f"at least {fit['smallest_steps']:.3g} steps"
    )
    how = "" if fit["judgement"] == GOOD else "poor "
    return f"{words} ({how}fit, misses by {fit['mean_error']:.0%})"
