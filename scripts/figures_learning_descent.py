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

from scripts.curves import band, figure_runs
from scripts.figures import draw_key, headline, new_figure, plain, style
from scripts.figures_axes import short_seconds
from scripts.figures_learning import device_title, name_untimed, powers_axis

USUAL_MINIBATCH = 32
_HUES = (3, 0, 2)


def descents(runs: pd.DataFrame) -> dict[str, int]:
    """The batch size of each kind of descent, by its name: single-sample, minibatch, full batch.

    Without batch size 1 the smallest one stands in for it and says so.
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
    colours = [sns.color_palette("colorblind")[hue] for hue in _HUES]
    with style():
        figure = new_figure(width=2.35 * (2 + max(len(labels), 1)), height=2.9)
        panels = figure.subplots(1, 2 + max(len(labels), 1), sharey=True)
        untimed: dict[Axes, list[str]] = {}
        for (kind, size), colour in zip(kinds.items(), colours, strict=False):
            own = figure_runs(runs[runs["batch_size"] == size])
            if own.empty:
                continue
            curve = band(own.to_dict("records"), "train_loss")
            an_epoch = int(own["steps_an_epoch"].iloc[0])
            clocks: list[Any] = [curve.steps, curve.steps / an_epoch]
            clocks += [_seconds(times, label, size, curve.steps / an_epoch) for label in labels]
            for axes, x in zip(panels, clocks, strict=False):
                if x is None:
                    untimed.setdefault(axes, []).append(kind)
                else:
                    _line(axes, x, curve, colour, kind)
        for axes, kinds_untimed in untimed.items():
            name_untimed(axes, kinds_untimed, top=True)
        names = ["steps (updates)", "epochs (passes over the data)"]
        names += ["time, cold start included"] * len(labels) or ["time: not timed"]
        for axes, name in zip(panels, names, strict=True):
            _finish(axes, name)
        for axes, label in zip(panels[2:], labels, strict=False):
            axes.set_title(device_title(label), loc="left", fontsize=7)
        panels[0].set_ylabel("training loss (nats)")
        headline(figure, plain(title, longest=200))
        draw_key(figure, panels[0])
    return figure


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
            axes.xaxis.set_major_formatter(lambda value, _place: short_seconds(value))
    else:
        axes.set_xticks([])
    axes.set_xlabel(name)
    sns.despine(ax=axes)
