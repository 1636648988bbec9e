"""The ladder: from the loop that is taught down to the lean one, and on to the best remedy."""

import textwrap

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis, short_seconds
from scripts.figures.marks import Looks, draw_key, key_marks, look_by, size_looks
from scripts.figures.style import headline, new_panels, plain, split, style
from scripts.why.ladder import RUNGS, rung_words
from scripts.why.remedies import LADDER

BEST = "best remedy"


@style()
def ladder_figure(rows: pd.DataFrame, best: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload on one machine.

    `rows` are `variants_table` rows of that workload, `labelled`; `best` the best remedy of each
    cell (rows of `remedies`). Dots are processes, lines run through their medians.
    """
    timed = rows[rows["block"].notna() & (rows["arm"] == "first")]
    timed = timed[timed["variant"].str.startswith(LADDER)]
    devices = split(timed, "label")
    looks = size_looks(timed["batch_size"])
    widest = max(own["variant"].nunique() for _label, own in devices)
    size = (0.9 + 0.85 * (widest + 1), 2.3)
    figure, panels = new_panels(len(devices), 1, panel=size, margin=(0, 0.9))
    for axes, (label, own) in zip(panels, devices, strict=True):
        _draw_rungs(axes, own, best[best["device"] == own["device"].iloc[0]], looks)
        axes.set_title(plain(label))
    headline(figure, title, "each step leaves one thing out; dots: processes, lines: their medians")
    draw_key(figure, key_marks(looks, words="batch size {}"))
    return figure


def _draw_rungs(axes: Axes, timed: pd.DataFrame, best: pd.DataFrame, looks: Looks) -> None:
    rungs = [name for name in RUNGS if name in set(timed["variant"])]
    timed = timed.assign(rung=timed["variant"].map(rungs.index))
    shared = look_by("batch_size", looks) | {"x": "rung", "y": "epoch_seconds", "ax": axes}
    sns.scatterplot(timed, s=6, alpha=0.6, linewidth=0, **shared)
    sns.lineplot(
        timed, estimator="median", errorbar=None, dashes=False, markersize=4.5, linewidth=1.2,
        **shared,
    )  # fmt: skip
    lean = timed[timed["rung"] == len(rungs) - 1].groupby("batch_size")["epoch_seconds"].median()
    remedies = list(best["remedy"].unique())
    for row in best[best["batch_size"].isin(lean.index)].to_dict("records"):
        named = plain(row["remedy"], longest=24) if len(remedies) > 1 else ""
        colour = looks[row["batch_size"]][0]
        _draw_best(axes, len(rungs), lean[row["batch_size"]], row["gain"], colour, name=named)
    device = str(timed["device"].iloc[0])
    names = [textwrap.fill(rung_words(rung, device)[0], 14) for rung in rungs]
    if remedies:
        names.append(BEST if len(remedies) > 1 else f"{BEST}:\n{plain(remedies[0], longest=24)}")
    axes.set_xticks(range(len(names)), names, fontsize=6)
    axes.set(xlim=(-0.4, len(names) - 0.2), xlabel="", ylabel="time of an epoch")
    log_axis(axes, "y", short_seconds)


def _draw_best(
    axes: Axes, place: int, lean: float, gain: float, colour: object, *, name: str
) -> None:
    """One step further: the lean epoch divided by the remedy's gain; `name` stands beside it."""
    ends = [lean, lean / gain]
    axes.plot(
        [place - 1, place], ends, color=colour, marker="o", markersize=3.5, linewidth=1.2,
        linestyle="--",
    )  # fmt: skip
    axes.annotate(
        name, (place, ends[1]), xytext=(5, 0), textcoords="offset points", fontsize=5.5,
        va="center", color=colour,
    )  # fmt: skip
