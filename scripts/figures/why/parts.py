"""Where a step's time goes: stacked bars, a panel for each side, a bar for each batch size."""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from scripts.figures.marks import draw_key
from scripts.figures.style import GREY, headline, new_panels, plain, readable_on, split, style
from scripts.read.studies import PARTS
from scripts.read.text import seconds_in_words
from scripts.words.warnings import key, marked

_HUES = sns.color_palette("colorblind", 10)
COLOURS = dict(zip(PARTS, [_HUES[place] for place in (7, 5, 0, 9, 2, 1)], strict=True))
"""Colour-blind-safe, the network's own three parts in blues and green."""
_LEAST_WRITTEN = 0.07


@style()
def parts_figure(cells: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload on one machine.

    `cells` are the warm rows of `causes` (epochs NA), `labelled`, with a step's parts. A bar is a
    step, its parts as shares of their sum; above it the undisturbed step and its cause.
    """
    sides = split(cells, "label")
    sizes = sorted(int(size) for size in cells["batch_size"].unique())
    panel = (0.4 + 0.72 * len(sizes), 2.5)
    figure, panels = new_panels(len(sides), 2, panel=panel, margin=(0.6, 0.9), sharey=True)
    for axes, (label, own) in zip(panels, sides, strict=True):
        _draw_bars(axes, own.set_index("batch_size").reindex(sizes))
        axes.set_title(plain(label), pad=22)
    figure.supylabel("share of a step", fontsize=8)
    headline(figure, title, *key(cells))
    draw_key(figure, [Patch(color=colour, label=part) for part, colour in COLOURS.items()])
    return figure


def _draw_bars(axes: Axes, cells: pd.DataFrame) -> None:
    """The bars of one side; `cells` have their batch size as index, without a row NaN."""
    seconds = cells[[f"{part}_seconds" for part in PARTS]].where(cells["step_seconds"].notna())
    shares = seconds.div(seconds.sum(axis="columns"), axis="index").fillna(0.0).astype(float)
    shares.plot.bar(
        stacked=True, ax=axes, color=list(COLOURS.values()), width=0.78, linewidth=0.4,
        edgecolor="white", legend=False, rot=0,
    )  # fmt: skip
    drawn = [bars for bars in axes.containers if isinstance(bars, BarContainer)]
    for bars, colour in zip(drawn, COLOURS.values(), strict=True):
        axes.bar_label(
            bars, fmt=_share_words, label_type="center", fontsize=6, color=readable_on(colour)
        )
    for place, row in enumerate(cells.to_dict("records")):
        axes.text(place, 1.02, _above(row), ha="center", va="bottom", fontsize=6, color=GREY)
    axes.set(xlabel="batch size (samples)", ylim=(0, 1), xlim=(-0.6, len(cells) - 0.4))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))


def _share_words(share: float) -> str:
    return f"{share:.0%}" if share >= _LEAST_WRITTEN else ""


def _above(row: dict[Any, Any]) -> str:
    """What stands above a bar: the cause and the undisturbed step, or why there is none."""
    if pd.notna(row["step_seconds"]):
        return f"{row['cause']}\n{marked(seconds_in_words(row['step_seconds']), row)}"
    return "" if pd.isna(row["reason"]) else plain(row["reason"] or "not seen", longest=14)
