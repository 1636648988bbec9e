"""The same runs against epochs and against seconds: which batch size is fastest differs."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.marks import Looks, draw_key, key_marks, size_looks
from scripts.figures.style import GREY, headline, new_figure, split, style
from scripts.figures.target.axes import (
    NOTE,
    Clock,
    Curve,
    draw_curves,
    key_of,
    score_words,
    side_title,
)
from scripts.figures.total import spread
from scripts.read.text import optimizer_name

MOST_SIZES = 8
MOST_SIDES = 3


@style()
def curves_figure(runs: pd.DataFrame, times: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload: a row of panels an optimiser, a panel for each way to count.

    `runs` are the workload's rows of `learning.load`, `times` its rows of `times_to_target`
    (empty without timing). Lines are medians over the figure seeds, bands their extremes; each
    ends when half of the seeds have reached the target.
    """
    optimizers = split(runs, "optimizer")
    sides = split(times, "label")[:MOST_SIDES] if len(times) else []
    looks = size_looks(spread(sorted(runs["batch_size"].unique()), MOST_SIZES))
    figure = new_figure(
        width=max(4.0, 2.35 * (1 + len(sides))), height=1.15 + 1.75 * len(optimizers)
    )
    panels = figure.subplots(len(optimizers), 1 + len(sides), squeeze=False, sharey=True)
    drawn: set[int] = set()
    for row, (optimizer, own) in zip(panels, optimizers, strict=True):
        curves = _curves(own, looks)
        drawn |= {curve.batch_size for curve in curves}
        _draw(row[0], curves, own, "epochs")
        row[0].set_title(optimizer_name(optimizer), fontsize=7, fontweight="bold")
        row[0].set_ylabel(score_words(runs["metric"].iloc[0]))
        for axes, (label, timed) in zip(row[1:], sides, strict=True):
            _draw(axes, curves, own, timed[timed["optimizer"] == optimizer])
            axes.set_title(side_title(label), fontsize=7)
    panels[-1][0].set_xlabel("epochs")
    for axes in panels[-1][1:]:
        axes.set_xlabel("time, cold start included")
    headline(figure, title, f"{NOTE}; dashed: the target", *key_of(times))
    used = {size: (colour, "") for size, (colour, _marker) in looks.items() if size in drawn}
    draw_key(figure, key_marks(used, words="batch {}"))
    return figure


def _curves(runs: pd.DataFrame, looks: Looks) -> list[Curve]:
    """The curves of one optimiser."""
    curves = (
        Curve.of(runs[runs["batch_size"] == size], "score", f"batch {size}", colour)
        for size, (colour, _marker) in looks.items()
    )
    return [curve for curve in curves if curve is not None]


def _draw(axes: Axes, curves: list[Curve], runs: pd.DataFrame, clock: Clock) -> None:
    """Curves from the untrained score to a little beyond the target; shares as per cent."""
    metric = runs["metric"].iloc[0]
    factor = metric.factor
    # Curves of a score that falls end below, at the target: there is room above them.
    draw_curves(axes, curves, clock, factor=factor, words_on_top=metric.falls)
    target = factor * float(runs["target"].iloc[0])
    first = factor * float(np.median([score[0] for score in runs["score"] if len(score)]))
    low, high = sorted((first, target))
    room = 0.08 * (high - low)
    axes.set_ylim(low - room, high + room)
    axes.axhline(target, color=GREY, linestyle="--", linewidth=0.8)
