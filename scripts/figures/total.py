"""Total seconds against epochs, a panel a batch size: the cold start, and when it has paid off."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis, short_seconds
from scripts.figures.marks import (
    Looks,
    draw_doubts,
    draw_key,
    draw_points,
    key_marks,
    palette,
    side_looks,
)
from scripts.figures.style import GREY, headline, new_panels, style
from scripts.read.text import interval
from scripts.words.derived import MEANS
from scripts.words.verdicts import break_even_words
from scripts.words.warnings import key

PANELS = 6
"""At most so many batch sizes are drawn, spread over the grid; the tables hold all of them."""
MOST_LINES = 3
"""Sides of a panel whose break-even is said in words."""
_FARTHEST = 20
"""Break-even further off than so many times the most epochs of the grid is not drawn."""


@style()
def total_figure(
    rounds: pd.DataFrame, crossings: pd.DataFrame, *, title: str, measured_epochs: float = math.inf
) -> Figure:
    """The figure of one workload on one machine.

    `rounds` are `trusted` rows of the table, `labelled`; `crossings` are rows of `break_even` (none
    where nothing is compared). Dots are measured totals, lines cold start + epochs x warm epoch,
    dotted beyond the `measured_epochs`, where hollow dots are derived totals; a dashed line and its
    band are break-even and its interval.
    """
    measured = rounds[rounds["block"].notna()]
    sizes = spread(sorted(measured["batch_size"].unique()), PANELS)
    looks = side_looks(measured["label"])
    figure, panels = new_panels(len(sizes), 3, panel=(2.35, 1.9), margin=(0, 1.0))
    for axes, size in zip(panels, sizes, strict=True):
        own = crossings[crossings["batch_size"] == size]
        here = measured[measured["batch_size"] == size]
        farthest = _farthest(here, own)
        _draw_totals(axes, here, looks, ends=(1, measured_epochs, farthest))
        _mark_break_even(axes, own, looks, farthest)
        words = [f"batch size {size}", *break_even_lines(own)]
        axes.set_title("\n".join(words), fontsize=6 if len(words) > 2 else 7)
        axes.set(xlim=(0.9, farthest * 1.1), xlabel="", ylabel="")
        log_axis(axes, "x", "{:g}".format, whole=True)
        log_axis(axes, "y", short_seconds)
    for axes in panels[-3:]:
        axes.set_xlabel("epochs")
    figure.supylabel("total time, cold start included", fontsize=8)
    note = f"hollow dots are derived: {MEANS}" if measured["derived"].any() else ""
    headline(figure, title, note, *key(measured))
    draw_key(figure, key_marks(looks))
    return figure


def spread(values: Sequence[int], count: int) -> list[int]:
    """At most `count` of the values, evenly spread, first and last among them."""
    places = np.linspace(0, len(values) - 1, min(count, len(values))).round().astype(int)
    return [int(values[place]) for place in places]


def break_even_lines(crossings: pd.DataFrame) -> list[str]:
    """Break-even in words, a line a side: `even at 3 epochs [2 to 5]`, `never even`."""
    if len(crossings) == 1:
        return [_in_words(crossings.iloc[0].to_dict(), unit=" epochs")]
    if len(crossings) > MOST_LINES:
        return []
    return [f"{row['side']}: {_in_words(row, unit='')}" for row in crossings.to_dict("records")]


def _in_words(crossing: dict[Any, Any], *, unit: str) -> str:
    kind = str(crossing["kind"])
    if kind not in ("after", "until"):
        return {"never": "never even", "from the first epoch": "faster at once"}.get(kind, kind)
    if kind == "until" and crossing["lower"] == 0:
        return break_even_words(crossing)
    upper = "∞" if pd.isna(crossing["upper"]) else crossing["upper"]
    word = "even at" if kind == "after" else "faster until"
    return f"{word} {crossing['epochs']}{unit} {interval(crossing['lower'], upper)}"


def _draw_totals(
    axes: Axes, measured: pd.DataFrame, looks: Looks, *, ends: tuple[float, float, float]
) -> None:
    """The totals of one batch size, and the lines from the first of `ends` to the others."""
    cells = measured.groupby(["label", "derived", "epochs"], as_index=False)
    totals = cells[["total_seconds"]].median()
    draw_points(
        axes, totals, x="epochs", y="total_seconds", by="label", looks=looks,
        hollow=totals["derived"],
    )  # fmt: skip
    draw_doubts(axes, measured, x="epochs", y="total_seconds")
    medians = measured.groupby("label")[["cold_start_seconds", "epoch_seconds"]].median()
    middle = min(totals["epochs"].max(), ends[1])
    for start, end, dashes in ((ends[0], middle, "-"), (middle, ends[2], ":")):
        epochs = np.geomspace(start, end, 24)
        seconds = {label: cold + epochs * epoch for label, cold, epoch in medians.itertuples()}
        sns.lineplot(
            pd.DataFrame(seconds, index=epochs), palette=palette(looks), dashes=False,
            estimator=None, linestyle=dashes, linewidth=1.1, legend=False, ax=axes,
        )  # fmt: skip


def _farthest(measured: pd.DataFrame, crossings: pd.DataFrame) -> float:
    """How many epochs are drawn: the measured ones, and break-even when it is not too far off."""
    largest = float(measured["epochs"].max())
    near = crossings.loc[crossings["epochs"] <= _FARTHEST * largest, "epochs"].astype(float)
    return float(max([2 * largest, *(1.5 * near)]))


def _mark_break_even(axes: Axes, crossings: pd.DataFrame, looks: Looks, farthest: float) -> None:
    for crossing in crossings[crossings["epochs"] <= farthest].to_dict("records"):
        side = crossing["side"]
        own = (look for name, look in looks.items() if name.partition(" (")[0] == side)
        colour, _marker = next(own, (GREY, ""))
        axes.axvline(float(crossing["epochs"]), color=colour, linewidth=0.8, linestyle="--")
        lower, upper = max(1.0, float(crossing["lower"])), crossing["upper"]
        upper = farthest if pd.isna(upper) else min(farthest, float(upper))
        axes.axvspan(lower, upper, color=colour, alpha=0.12, linewidth=0)
