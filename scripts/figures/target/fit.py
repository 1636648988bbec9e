"""Training and held-out loss and score after every epoch: the course's plot for "# of epochs"."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis
from scripts.figures.marks import Looks, draw_key, key_marks
from scripts.figures.style import GREY, headline, new_figure, style
from scripts.figures.target.axes import score_words
from scripts.figures.total import spread
from scripts.read.learning import CELL
from scripts.target.turning import end_runs, epoch_curves
from scripts.words.target.turning import cell_text

MOST_CELLS = 3
BELOW = 4.0
"""The loss axis ends at such a part of the lowest held-out loss: training loss goes on to 0, and
with all of it in view nobody would see the other one turn."""
_TRAIN, _HELD_OUT = (sns.color_palette("colorblind")[hue] for hue in (0, 1))
LOOKS: Looks = {"training data": (_TRAIN, ""), "held-out data": (_HELD_OUT, "")}


@style()
def fit_figure(runs: pd.DataFrame, turning: pd.DataFrame, *, title: str) -> Figure | None:
    """The figure of one workload: a column for each setting, losses above scores.

    `runs` are its rows of `learning.load`, `turning` its rows of `turning_points`; None without
    any. Lines are medians over the figure seeds, bands their extremes; the dashed line is the
    median epoch of the lowest held-out loss, its band the seeds' extremes.
    """
    if turning.empty:
        return None
    cells = dict(list(end_runs(runs).groupby(CELL, sort=False)))
    drawn = turning.sort_values(["optimizer", "batch_size"]).to_dict("records")
    drawn = [drawn[place] for place in spread(range(len(drawn)), MOST_CELLS)]
    figure = new_figure(width=max(3.5, 0.6 + 2.5 * len(drawn)), height=4.6)
    panels = figure.subplots(2, len(drawn), squeeze=False, sharex="col", sharey="row")
    for (above, below), row in zip(panels.T, drawn, strict=True):
        draw_fit(above, below, cells[tuple(row[name] for name in CELL)], row)
        above.set_title(cell_text(row), fontsize=7)
        below.set_xlabel("epochs")
        above.label_outer()
        below.label_outer()
    panels[0][0].set_ylim(min(row["loss_best"] for row in drawn) / BELOW, None)
    headline(figure, title, "line: median of the seeds, band: all of them; "
             "dashed: lowest held-out loss, grey: over the seeds")  # fmt: skip
    draw_key(figure, key_marks(LOOKS))
    return figure


def draw_fit(above: Axes, below: Axes, runs: pd.DataFrame, row: Mapping[Any, Any]) -> None:
    """Losses in one panel and scores in another: of a cell's figure runs and its turning point."""
    curves, metric = epoch_curves(runs), row["metric"]
    for axes, name, times in ((above, "loss", 1.0), (below, "score", metric.factor)):
        _draw(axes, times * curves[f"train_{name}"], _TRAIN)
        _draw(axes, times * curves[name], _HELD_OUT)
        axes.axvspan(row["low"], row["high"], color=GREY, alpha=0.12, linewidth=0)
        axes.axvline(row["lowest"], color=GREY, linestyle="--", linewidth=0.8)
    log_axis(above, "y", "{:g}".format)
    above.set(ylabel="loss (nats)", ylim=(row["loss_best"] / BELOW, None))
    below.set_ylabel(score_words(metric).removeprefix("held-out "))


def _draw(axes: Axes, values: Any, colour: Any) -> None:
    """The median and the extremes over the seeds (seeds, epochs)."""
    epochs = np.arange(values.shape[1])
    axes.plot(epochs, np.median(values, axis=0), color=colour, linewidth=1.2)
    low, high = values.min(axis=0), values.max(axis=0)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.15, linewidth=0)
