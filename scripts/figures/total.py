"""Total seconds against epochs, a panel a batch size: the cold start, and when it has paid off."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from scripts.figures.axes import seconds_axis
from scripts.figures.speed import MARKERS
from scripts.figures.style import GREY, device_colours, draw_key, headline, new_figure, plain, style
from scripts.read.text import counted
from scripts.words.derived import MEANS

PANELS = 6
"""At most so many batch sizes are drawn, spread over the grid; the tables hold all of them."""
_FARTHEST = 20


def total_figure(
    rounds: pd.DataFrame,
    crossings: pd.DataFrame,
    *,
    title: str,
    measured_epochs: float = math.inf,
) -> Figure:
    """The figure of one workload on one machine.

    `rounds` are first-arm rows of the table, `labelled`; `crossings` are rows of `break_even` (none
    without an accelerator). Dots are measured totals, lines cold start + epochs x warm epoch,
    dotted beyond the `measured_epochs`, where hollow dots are derived totals; a dashed line and its
    band are break-even and its interval.
    """
    measured = rounds[rounds["block"].notna()]
    sizes = spread(sorted(measured["batch_size"].unique()), PANELS)
    columns = min(len(sizes), 3)
    lines = -(-len(sizes) // columns)
    colours = device_colours(measured["label"])
    with style():
        figure = new_figure(width=max(3.5, 2.35 * columns), height=1.0 + 1.9 * lines)
        panels = figure.subplots(lines, columns, squeeze=False).ravel()
        for axes, size in zip(panels, sizes, strict=False):
            own = crossings[crossings["batch_size"] == size]
            words = [f"batch size {size}", *break_even_lines(own)]
            axes.set_title("\n".join(words), loc="left", fontsize=6 if len(words) > 2 else 7)
            here = measured[measured["batch_size"] == size]
            _draw_panel(axes, here, own, colours, measured_epochs=measured_epochs)
        for axes in panels[len(sizes) :]:
            axes.remove()
        for axes in panels[: len(sizes)][-columns:]:
            axes.set_xlabel("epochs")
        figure.supylabel("total time, cold start included", fontsize=8)
        note = f"\nhollow dots are derived: {MEANS}" if measured["derived"].any() else ""
        headline(figure, plain(title, longest=200) + note)
        draw_key(figure, *panels)
    return figure


def spread(values: Sequence[int], count: int) -> list[int]:
    """At most `count` of the values, evenly spread, first and last among them."""
    places = np.linspace(0, len(values) - 1, min(count, len(values))).round().astype(int)
    return [int(values[place]) for place in places]


def break_even_lines(crossings: pd.DataFrame) -> list[str]:
    """Break-even in words, a line a device pair: `even at 3 epochs [2, 5]`, `never even`."""
    if len(crossings) == 1:
        return [_in_words(crossings.iloc[0].to_dict(), unit=" epochs")]
    lines = []
    for row in crossings.to_dict("records"):
        threads = f" / {counted(row['threads'], 'thread')}" if row["threads"] else ""
        lines.append(f"{row['device']}{threads}: {_in_words(row, unit='')}")
    return lines


def _in_words(crossing: dict[Any, Any], *, unit: str) -> str:
    kind = str(crossing["kind"])
    if kind not in ("after", "until"):
        return {"never": "never even", "from the first epoch": "faster at once"}.get(kind, kind)
    upper = "∞" if pd.isna(crossing["upper"]) else crossing["upper"]
    word = "even at" if kind == "after" else "faster until"
    return f"{word} {crossing['epochs']}{unit} [{crossing['lower']}, {upper}]"


def _draw_panel(
    axes: Axes,
    measured: pd.DataFrame,
    crossings: pd.DataFrame,
    colours: dict[str, Any],
    *,
    measured_epochs: float,
) -> None:
    farthest = _farthest(measured, crossings)
    largest = min(measured["epochs"].max(), measured_epochs)
    for (label, colour), marker in zip(colours.items(), MARKERS, strict=False):
        own = measured[measured["label"] == label]
        for derived, part in own.groupby("derived"):
            totals = part.groupby("epochs")["total_seconds"].median()
            axes.plot(
                totals.index, totals, label=label, color=colour, marker=marker, linestyle="",
                markersize=3.5, markerfacecolor="white" if derived else colour,
            )  # fmt: skip
        cold, epoch = own["cold_start_seconds"].median(), own["epoch_seconds"].median()
        for start, end, dashes in ((1, largest, "-"), (largest, farthest, ":")):
            numbers = np.geomspace(start, end, 60)
            line = cold + numbers * epoch
            axes.plot(numbers, line, color=colour, linestyle=dashes, linewidth=1.1)
    _mark_break_even(axes, crossings, colours, farthest)
    _epochs_axis(axes, farthest)
    seconds_axis(axes)
    sns.despine(ax=axes)


def _farthest(measured: pd.DataFrame, crossings: pd.DataFrame) -> float:
    """How many epochs are drawn: the measured ones, and break-even when it is not too far off."""
    largest = float(measured["epochs"].max())
    known = crossings["epochs"].dropna().astype(float)
    near = known[known <= _FARTHEST * largest]
    return float(max([2 * largest, *(1.5 * near)]))


def _mark_break_even(
    axes: Axes, crossings: pd.DataFrame, colours: dict[str, Any], farthest: float
) -> None:
    for crossing in crossings.dropna(subset="epochs").to_dict("records"):
        colour = next((colours[name] for name in colours if _is(name, crossing["device"])), GREY)
        if crossing["epochs"] > farthest:
            continue
        axes.axvline(float(crossing["epochs"]), color=colour, linewidth=0.8, linestyle="--")
        lower = max(1.0, float(crossing["lower"]))
        upper = farthest if pd.isna(crossing["upper"]) else min(farthest, float(crossing["upper"]))
        axes.axvspan(lower, upper, color=colour, alpha=0.12, linewidth=0)


def _is(label: str, device: str) -> bool:
    return label == device or label.startswith(f"{device} (")


def _epochs_axis(axes: Axes, farthest: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(0.9, farthest * 1.1)
    digits = (1, 2, 5) if farthest < 100 else (1, 3) if farthest < 1000 else (1,)
    ticks = [10.0**power * digit for power in range(7) for digit in digits]
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if tick <= farthest * 1.1]))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
