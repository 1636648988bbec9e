"""The ladder: from the loop that is taught down to the lean one, and on to the best remedy."""

import textwrap

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis, short_seconds
from scripts.figures.marks import (
    Looks,
    draw_doubts,
    draw_key,
    key_marks,
    look_by,
    size_looks,
)
from scripts.figures.style import headline, new_panels, plain, split, style
from scripts.why.ladder import RUNGS
from scripts.words.settings import rung_words
from scripts.words.warnings import key

BEST = "best remedy"


@style()
def ladder_figure(
    rounds: pd.DataFrame, cells: pd.DataFrame, best: pd.DataFrame, *, title: str
) -> Figure:
    """The figure of one workload on one machine.

    `rounds` are its `trusted` rows of the table, `cells` its rows of `ladder`, `best` the best
    remedy of each cell (rows of `remedies`). Dots are processes, lines run through their medians.
    """
    timed = rounds[rounds["block"].notna() & ~rounds["again"]]
    timed = timed.drop_duplicates(["side", "batch_size", "block"])
    known = cells[["side", "batch_size", "base", "rung"]].drop_duplicates()
    timed = timed[["side", "batch_size", "epoch_seconds", "doubt"]].merge(known)
    bases = split(timed, "base")
    looks = size_looks(timed["batch_size"])
    widest = max(own["rung"].nunique() for _base, own in bases)
    size = (0.9 + 0.85 * (widest + 1), 2.3)
    figure, panels = new_panels(len(bases), 1, panel=size, margin=(0, 0.9))
    for axes, (base, own) in zip(panels, bases, strict=True):
        _draw_rungs(axes, own, best[best["base"] == base], looks)
        axes.set_title(plain(base))
    note = "each step leaves one thing out; dots: processes, lines: their medians"
    headline(figure, title, note, *key(timed))
    draw_key(figure, key_marks(looks, words="batch size {}"))
    return figure


def _draw_rungs(axes: Axes, timed: pd.DataFrame, best: pd.DataFrame, looks: Looks) -> None:
    rungs = [name for name in RUNGS if name in set(timed["rung"])]
    names = [textwrap.fill(rung_words(rung, timed["base"].iloc[0])[0], 14) for rung in rungs]
    timed = timed.assign(rung=timed["rung"].map(rungs.index))
    shared = look_by("batch_size", looks) | {"x": "rung", "y": "epoch_seconds", "ax": axes}
    sns.scatterplot(timed, s=6, alpha=0.6, linewidth=0, **shared)
    sns.lineplot(
        timed, estimator="median", errorbar=None, dashes=False, markersize=4.5, linewidth=1.2,
        **shared,
    )  # fmt: skip
    draw_doubts(axes, timed, x="rung", y="epoch_seconds", by="batch_size")
    lean = timed[timed["rung"] == len(rungs) - 1].groupby("batch_size")["epoch_seconds"].median()
    remedies = list(best["remedy"].unique())
    for row in best[best["batch_size"].isin(lean.index)].to_dict("records"):
        named = plain(row["remedy"], longest=24) if len(remedies) > 1 else ""
        colour = looks[row["batch_size"]][0]
        _draw_best(axes, len(rungs), lean[row["batch_size"]], row["gain"], colour, name=named)
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
