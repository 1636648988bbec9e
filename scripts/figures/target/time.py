"""Time to the target against batch size, a line for each side, with each one's optimum marked."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, log_axis, short_seconds
from scripts.figures.marks import (
    Looks,
    draw_doubts,
    draw_key,
    key_marks,
    look_by,
    palette,
    side_looks,
)
from scripts.figures.style import GREY, headline, new_panels, split, style
from scripts.read.text import optimizer_name, seconds_in_words
from scripts.words.warnings import key


@style()
def time_figure(times: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload on one machine: a panel for each optimiser.

    `times` are its rows of `times_to_target`, with a column `label`. Bars hold 95 % of single
    runs, markers with a white centre stand on a fitted curve of step times, a ring is a side's
    fastest batch size of those that were timed.
    """
    optimizers = split(times, "optimizer")
    looks = side_looks(times["label"])
    figure, panels = new_panels(
        len(optimizers), len(optimizers), panel=(3.5, 3.1), margin=(0, 0), least_width=4.0,
        sharey=True,
    )  # fmt: skip
    for axes, (_name, own) in zip(panels, optimizers, strict=True):
        _draw(axes, own[own["seconds"].notna()].sort_values("batch_size"), looks)
        axes.set_title(panel_title(own), fontsize=7)
        batch_size_axis(axes, sorted(int(size) for size in times["batch_size"].unique()))
    known = times[times["seconds"].notna()].assign(doubt=lambda own: own["suspect"])
    if len(known):
        panels[0].set_ylim(known["lo"].min() / 2, known["seconds"].max() * 2)
    log_axis(panels[0], "y", short_seconds)
    panels[0].set_ylabel("time to the target")
    note = "bar: 95 % of single runs; ring: fastest of those that were timed"
    if times["note"].str.contains("curve").any():
        note += "; white centre: step time read off a fitted curve"
    headline(figure, title, note, *key(known))
    draw_key(figure, key_marks(looks))
    return figure


def panel_title(own: pd.DataFrame) -> str:
    """The optimiser, and where the seconds of another one stand for its own."""
    name = optimizer_name(str(own["optimizer"].iloc[0]))
    timed = own[own["seconds"].notna()]
    assumed = timed["note"].str.contains("assumed")
    if not assumed.any():
        return name
    note = timed.loc[assumed, "note"].iloc[0].partition(";")[0]
    if assumed.all():
        return f"{name} ({note})"
    shares = assumed.groupby(timed["label"], sort=False).mean()
    sides = [
        f"{str(label).partition(' (')[0]}{'' if share == 1 else ' in part'}"
        for label, share in shares[shares > 0].items()
    ]
    return f"{name} ({', '.join(sides)}: {note})"


def _draw(axes: Axes, times: pd.DataFrame, looks: Looks) -> None:
    if times.empty:
        axes.text(0.5, 0.5, "not timed", transform=axes.transAxes, ha="center", color=GREY)
        return
    shared: dict[str, Any] = {"x": "batch_size", "y": "seconds", "ax": axes}
    sns.lineplot(
        times, **shared, **look_by("label", looks), dashes=False, estimator=None, linewidth=1.2,
        markersize=5.5, markeredgewidth=0,
    )  # fmt: skip
    on_curve = times[times["note"].str.contains("curve")]
    sns.scatterplot(on_curve, **shared, color="white", s=9, linewidth=0, zorder=3)
    ends = np.where(np.isfinite(times["hi"]), times["hi"], times["seconds"] * 10)
    colours = list(times["label"].map(palette(looks)))
    axes.vlines(times["batch_size"], times["lo"], ends, colors=colours, linewidth=0.9, alpha=0.6)
    draw_doubts(axes, times.assign(doubt=times["suspect"]), x="batch_size", y="seconds")
    order = times.sort_values(["measured", "seconds"], ascending=[False, True])
    for place, best in enumerate(order.drop_duplicates("label").to_dict("records")):
        first = best["batch_size"] == times["batch_size"].min()
        _mark_fastest(axes, best, looks[best["label"]][0], below=place == 0, first=first)


def _mark_fastest(
    axes: Axes, best: dict[Any, Any], colour: Any, *, below: bool, first: bool
) -> None:
    """A ring, and beside it the seconds: below the fastest of all, above the others."""
    axes.plot(best["batch_size"], best["seconds"], "o", markersize=9, markerfacecolor="none",
              markeredgecolor=colour, markeredgewidth=1.0)  # fmt: skip
    end = best["lo"] if below else np.fmax(best["seconds"], np.nan_to_num(best["hi"], posinf=0.0))
    axes.annotate(
        f"{best['batch_size']}: {seconds_in_words(best['seconds'])}",
        (best["batch_size"], end), xytext=(0, -6 if below else 6), textcoords="offset points",
        ha="left" if first else "center", va="top" if below else "bottom", fontsize=6.5,
        color=colour,
    )  # fmt: skip
