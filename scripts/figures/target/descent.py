"""Gradient descent by the whole set, by minibatches and by single samples: the same network.

One picture in three clocks. Against steps the whole set wins: its steps are the best ones. Against
epochs single samples win: they take the most steps an epoch. Against seconds it depends on what a
step costs, which is what the hardware decides.
"""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import TickWords, short_seconds
from scripts.figures.style import draw_key, headline, new_figure, plain, style
from scripts.figures.target.axes import device_title, name_untimed, powers_axis
from scripts.target.curves import band, figure_runs

USUAL_MINIBATCH = 32
_SINGLE, _INNER, _WHOLE = (sns.color_palette("colorblind")[hue] for hue in (3, 0, 2))


def descents(runs: pd.DataFrame) -> dict[str, int]:
    """The batch size of each kind of descent, by its name: single-sample, minibatch, full batch.

    Kinds that were not trained are left out.
    """
    sizes = sorted(int(size) for size in runs["batch_size"].unique())
    full = int(runs["samples"].iloc[0])
    inner = [size for size in sizes if 1 < size < full]
    names = {}
    if 1 in sizes:
        names["single samples"] = 1
    if inner:
        usual = min(inner, key=lambda size: abs(size - USUAL_MINIBATCH))
        names[f"minibatches of {usual}"] = usual
    if full in sizes:
        names[f"the whole set ({full})"] = full
    return names


def descent_figure(runs: pd.DataFrame, times: pd.DataFrame, *, title: str) -> Figure | None:
    """The figure of one workload and optimiser; None with fewer than two kinds of descent.

    `runs` are rows of `learning.load`, `times` rows of `times_to_target` on one machine, with a
    column `label`; both of this workload and optimiser. Lines are training losses since the last
    look, the median of the seeds; bands their extremes.
    """
    kinds = descents(runs)
    if len(kinds) < 2:
        return None
    labels = [str(name) for name in times["label"].unique()] if len(times) else []
    with style():
        figure = new_figure(width=2.35 * (2 + max(len(labels), 1)), height=2.9)
        panels = figure.subplots(1, 2 + max(len(labels), 1), sharey=True)
        _draw_kinds(panels, runs, times, kinds)
        names = ["steps (updates)", "epochs (passes over the data)"]
        names += ["time, cold start included"] * len(labels) or ["time: not timed"]
        for axes, name in zip(panels, names, strict=True):
            _finish(axes, name)
        for axes, label in zip(panels[2:], labels, strict=False):
            axes.set_title(device_title(label), loc="left", fontsize=7)
        panels[0].set_ylabel("training loss (nats)")
        note = "each at its best learning rate; line: median of the seeds, band: all of them"
        headline(figure, f"{plain(title, longest=200)}\n{note}")
        draw_key(figure, *panels)
    return figure


def _draw_kinds(
    panels: Any, runs: pd.DataFrame, times: pd.DataFrame, kinds: dict[str, int]
) -> None:
    """Every kind of descent against steps, epochs and the seconds of each device."""
    labels = [str(name) for name in times["label"].unique()] if len(times) else []
    untimed: dict[Axes, list[str]] = {}
    for kind, size in kinds.items():
        own = figure_runs(runs[runs["batch_size"] == size])
        if own.empty:
            continue
        curve = band(own.to_dict("records"), "train_loss")
        epochs = curve.steps / int(own["steps_an_epoch"].iloc[0])
        clocks = [curve.steps, epochs, *(_seconds(times, name, size, epochs) for name in labels)]
        colour = _colour(size, full=int(runs["samples"].iloc[0]))
        for axes, x in zip(panels, clocks, strict=False):
            if x is None:
                untimed.setdefault(axes, []).append(kind)
            else:
                _line(axes, x, curve, colour, kind)
    for axes, names in untimed.items():
        name_untimed(axes, names, top=True)


def _colour(size: int, *, full: int) -> Any:
    """The colour of a kind of descent, the same in every figure."""
    return _SINGLE if size == 1 else _WHOLE if size == full else _INNER


def _seconds(times: pd.DataFrame, label: str, size: int, epochs: Any) -> Any:
    own = times[(times["label"] == label) & (times["batch_size"] == size)]
    own = own[own["seconds"].notna()]
    if own.empty:
        return None
    return own["cold_seconds"].iloc[0] + epochs * own["epoch_seconds"].iloc[0]


def _line(axes: Axes, x: Any, curve: Any, colour: Any, kind: str) -> None:
    axes.plot(x, curve.median, color=colour, linewidth=1.3, label=kind)
    axes.fill_between(x, curve.low, curve.high, color=colour, alpha=0.15, linewidth=0)


def _finish(axes: Axes, name: str) -> None:
    drawn = [np.asarray(line.get_xdata(), dtype=np.float64) for line in axes.lines]
    xs = np.concatenate([*drawn, np.empty(0)])
    if len(xs):
        powers_axis(axes, float(xs.min()) / 1.2, float(xs.max()) * 1.3)
        if name.startswith("time"):
            axes.xaxis.set_major_formatter(TickWords(short_seconds))
    else:
        axes.set_xticks([])
    axes.set_xlabel(name)
    sns.despine(ax=axes)
