"""The ladder: from the loop that is taught down to the lean one, and on to the best remedy."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import seconds_axis
from scripts.figures.style import draw_key, headline, new_figure, plain, style
from scripts.why.ladder import NAMES, rung_words
from scripts.why.remedies import LADDER

BEST = "best remedy"


def ladder_figure(rows: pd.DataFrame, best: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload on one machine.

    `rows` are `variants_table` rows of that workload, `labelled`; `best` the best remedy of each
    cell (rows of `remedies`). Dots are processes, lines run through their medians.
    """
    timed = rows[rows["block"].notna() & (rows["arm"] == "first")]
    timed = timed[timed["variant"].str.startswith(LADDER)]
    labels = list(dict.fromkeys(timed["label"]))
    with style():
        widest = max(timed[timed["label"] == label]["variant"].nunique() for label in labels)
        figure = new_figure(
            width=max(3.5, 0.9 + 0.85 * (widest + 1)), height=0.9 + 2.3 * len(labels)
        )
        panels = figure.subplots(len(labels), 1, squeeze=False).ravel()
        for axes, label in zip(panels, labels, strict=True):
            own = timed[timed["label"] == label]
            _draw_panel(axes, own, best[best["device"] == own["device"].iloc[0]])
            axes.set_title(plain(label), loc="left")
        note = "each step leaves one thing out; dots: processes, lines: their medians"
        headline(figure, f"{plain(title, longest=200)}\n{note}")
        draw_key(figure, *panels)
    return figure


def _draw_panel(axes: Axes, timed: pd.DataFrame, best: pd.DataFrame) -> None:
    rungs = [name for name in NAMES if name in set(timed["variant"])]
    sizes = sorted(int(size) for size in timed["batch_size"].unique())
    colours = dict(zip(sizes, sns.color_palette("viridis", len(sizes)), strict=True))
    kinds = list(best["remedy"].unique())
    for size, colour in colours.items():
        own = timed[timed["batch_size"] == size]
        seconds = [own.loc[own["variant"] == name, "epoch_seconds"] for name in rungs]
        middle = [float(values.median()) for values in seconds]
        for place, values in enumerate(seconds):
            axes.plot(
                np.full(len(values), place), values, linestyle="", marker=".", markersize=2.5,
                color=colour, alpha=0.6,
            )  # fmt: skip
        axes.plot(
            range(len(rungs)), middle, color=colour, marker="o", markersize=3.5, linewidth=1.2,
            label=f"batch size {size}",
        )  # fmt: skip
        own_best = best[best["batch_size"] == size]
        _draw_best(axes, own_best, middle[-1], len(rungs), colour, named=len(kinds) > 1)
    device = str(timed["device"].iloc[0])
    names = [textwrap.fill(rung_words(rung, device)[0], 14) for rung in rungs]
    if kinds:
        names.append(BEST if len(kinds) > 1 else f"{BEST}:\n{plain(kinds[0], longest=24)}")
    axes.set_xticks(range(len(names)), names, fontsize=6)
    axes.set_xlim(-0.4, len(names) - 0.5 + 0.3)
    seconds_axis(axes)
    axes.set_ylabel("time of an epoch")
    sns.despine(ax=axes)


def _draw_best(
    axes: Axes, best: pd.DataFrame, lean: float, place: int, colour: Any, *, named: bool
) -> None:
    """One step further: the lean epoch divided by the remedy's gain, `named` where they differ."""
    if best.empty or not np.isfinite(lean):
        return
    row = best.iloc[0]
    seconds = lean / row["gain"]
    axes.plot(
        [place - 1, place], [lean, seconds], color=colour, marker="o", markersize=3.5,
        linewidth=1.2, linestyle="--",
    )  # fmt: skip
    if not named:
        return
    axes.annotate(
        plain(row["remedy"], longest=24), (place, seconds), xytext=(5, 0),
        textcoords="offset points", fontsize=5.5, va="center", color=colour,
    )  # fmt: skip
