"""Step time and samples a second against batch size, a line a device, on logarithmic axes."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, logarithmic_axis, seconds_axis
from scripts.figures.style import device_colours, draw_key, headline, new_figure, plain, style
from scripts.judge.fits import predicted

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")


def speed_figure(rounds: pd.DataFrame, fitted: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload on one machine: both panels over the same batch sizes.

    `rounds` are first-arm rows of the table, `labelled`. Dots are processes, the line runs through
    their medians, the band from the fastest to the slowest. `fitted` are the workload's rows of
    `fits.fits`: the best ones are drawn dotted over the step times, each within its segment.
    """
    measured = rounds[rounds["block"].notna()]
    measured = measured.drop_duplicates(["label", "batch_size", "block"])
    with style():
        figure = new_figure(width=7.0, height=2.9)
        steps, samples = figure.subplots(1, 2)
        for axes, column in ((steps, "step_seconds"), (samples, "samples_a_second")):
            _draw_lines(axes, measured, column=column)
            batch_size_axis(axes, sorted(rounds["batch_size"].unique()))
            sns.despine(ax=axes)
        seconds_axis(steps)
        steps.set_ylabel("time of a step")
        logarithmic_axis(samples, "{:,.0f}".format)
        samples.set_ylabel("samples a second")
        note = "warm epochs; line: median of the processes, band: fastest to slowest of them"
        best = fitted[fitted["best"]]
        if len(best):
            _draw_fits(steps, best, measured)
            note += f"\ndotted: fitted step times, which miss by {_misses(best)} on average"
        headline(figure, f"{plain(title, longest=200)}\n{note}")
        draw_key(figure, steps)
    return figure


def _draw_fits(axes: Axes, best: pd.DataFrame, measured: pd.DataFrame) -> None:
    """The fitted curves, in front of the lines and in their colours."""
    colours = device_colours(measured["label"])
    labels = measured.drop_duplicates("label").set_index(["device", "threads"])["label"]
    for _, row in best.iterrows():
        sizes = np.geomspace(row["smallest"], row["largest"], 60)
        axes.plot(
            sizes, predicted(row, sizes), color=colours[labels[row["device"], row["threads"]]],
            linestyle=(0, (1, 1.5)), linewidth=1.5, zorder=3,
        )  # fmt: skip


def _misses(best: pd.DataFrame) -> str:
    """`3 %`, or `1 to 4 %` where the fits differ."""
    errors = [
        f"{100 * error:.0f}" for error in (best["mean_error"].min(), best["mean_error"].max())
    ]
    return f"{' to '.join(dict.fromkeys(errors))} %"


def _draw_lines(axes: Axes, measured: pd.DataFrame, *, column: str) -> None:
    colours = device_colours(measured["label"])
    shared: dict[str, Any] = {
        "data": measured,
        "x": "batch_size",
        "y": column,
        "hue": "label",
        "hue_order": list(colours),
        "palette": colours,
        "ax": axes,
    }
    sns.lineplot(
        **shared, style="label", style_order=list(colours), markers=MARKERS[: len(colours)],
        dashes=False, estimator="median", errorbar=("pi", 100), linewidth=1.2, markersize=4,
        err_kws={"alpha": 0.2, "linewidth": 0},
    )  # fmt: skip
    sns.scatterplot(**shared, s=5, alpha=0.6, linewidth=0, legend=False)
