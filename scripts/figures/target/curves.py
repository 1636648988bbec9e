"""The same runs against epochs and against seconds: which batch size is soonest differs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import TickWords, short_seconds
from scripts.figures.style import GREY, draw_key, headline, new_figure, plain, style
from scripts.figures.target.axes import (
    device_title,
    name_untimed,
    powers_axis,
    score_factor,
    score_words,
    size_colours,
)
from scripts.figures.total import spread
from scripts.read.text import optimizer_name
from scripts.target.curves import band, figure_runs

MOST_SIZES = 8
MOST_DEVICES = 3

Clock = Callable[[int, Any], Any]
"""(batch size, steps) -> the x values, or None where they are not known."""


def curves_figure(runs: pd.DataFrame, times: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload: a row of panels an optimiser, a panel for each way to count.

    `runs` are the workload's rows of `learning.load`, `times` its rows of `times_to_target`
    (empty without timing). Lines are medians over the figure seeds, bands their extremes; each
    ends when half of the seeds have reached the target.
    """
    optimizers = list(runs["optimizer"].unique())
    devices = list(times["label"].unique())[:MOST_DEVICES] if len(times) else []
    sizes = spread(sorted(runs["batch_size"].unique()), MOST_SIZES)
    colours = size_colours(sizes)
    with style():
        width, height = max(4.0, 2.35 * (1 + len(devices))), 1.15 + 1.75 * len(optimizers)
        figure = new_figure(width=width, height=height)
        panels = figure.subplots(len(optimizers), 1 + len(devices), squeeze=False, sharey=True)
        for row, optimizer in zip(panels, optimizers, strict=True):
            own = runs[runs["optimizer"] == optimizer]
            _panel(row[0], own, colours, _epochs(own), name="epochs")
            for axes, device in zip(row[1:], devices, strict=True):
                timed = times[(times["label"] == device) & (times["optimizer"] == optimizer)]
                _panel(axes, own, colours, _seconds(timed), name="seconds")
                axes.set_title(device_title(device), loc="left", fontsize=7)
            row[0].set_title(optimizer_name(optimizer), loc="left", fontsize=7, fontweight="bold")
            row[0].set_ylabel(score_words(runs["metric"].iloc[0]))
        for axes in panels[:-1].ravel():
            axes.set_xlabel("")
        note = "each at its best learning rate; line: median of the seeds, band: all of them"
        headline(figure, f"{plain(title, longest=200)}\n{note}; dashed: the target")
        draw_key(figure, *panels[:, 0])
    return figure


def _epochs(runs: pd.DataFrame) -> Clock:
    an_epoch = runs.drop_duplicates("batch_size").set_index("batch_size")["steps_an_epoch"]
    return lambda size, steps: steps / an_epoch[size]


def _seconds(times: pd.DataFrame) -> Clock:
    """Cold start and steps in seconds on one device."""
    known = times[times["seconds"].notna()].set_index("batch_size")

    def clock(size: int, steps: Any) -> Any:
        if size not in known.index:
            return None
        row = known.loc[size]
        an_epoch = row["steps_an_epoch"]
        return row["cold_seconds"] + steps * row["epoch_seconds"] / an_epoch

    return clock


def _panel(
    axes: Axes, runs: pd.DataFrame, colours: dict[int, Any], clock: Clock, *, name: str
) -> None:
    metric, target = runs["metric"].iloc[0], float(runs["target"].iloc[0])
    factor, ends, untimed = score_factor(metric), [], []
    for size, colour in colours.items():
        own = figure_runs(runs[runs["batch_size"] == size])
        if own.empty:
            continue
        curve = band(own.to_dict("records"), "score")
        x = clock(size, curve.steps)
        if x is None:
            untimed.append(str(size))
            continue
        label = f"batch {size}"
        axes.plot(x, factor * curve.median, color=colour, linewidth=1.2, label=label)
        axes.fill_between(x, factor * curve.low, factor * curve.high, color=colour, alpha=0.15,
                          linewidth=0)  # fmt: skip
        axes.plot(x[-1:], factor * curve.median[-1:], "o", color=colour, markersize=2.5)
        ends += [float(x[0]), float(x[-1])]
    axes.axhline(factor * target, color=GREY, linestyle="--", linewidth=0.8)
    if ends:
        powers_axis(axes, min(ends) / 1.2, max(ends) * 1.3)
        if name == "seconds":
            axes.xaxis.set_major_formatter(TickWords(short_seconds))
    else:
        axes.set_xticks([])
    # Curves of a score that falls end below, at the target: there is room above them.
    falls = metric == "bits_per_character"
    name_untimed(axes, [f"batch {', '.join(untimed)}"] if untimed else [], top=falls)
    axes.set_xlabel("epochs" if name == "epochs" else "time, cold start included")
    axes.set_ylim(*_limits(runs, factor * target, factor))
    sns.despine(ax=axes)


def _limits(runs: pd.DataFrame, target: float, factor: float) -> tuple[float, float]:
    """From the untrained score to a little beyond the target."""
    first = factor * float(np.median([score[0] for score in runs["score"] if len(score)]))
    low, high = sorted((first, target))
    room = 0.08 * (high - low)
    return low - room, high + room
