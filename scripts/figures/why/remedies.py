"""What each remedy gains: a panel for each plain side, a row per remedy, a point per batch size."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis
from scripts.figures.grid import DECIDED, short_reason
from scripts.figures.marks import Looks, draw_intervals, draw_key, key_marks, size_looks
from scripts.figures.style import GREY, headline, new_figure, plain, split, style
from scripts.figures.total import spread
from scripts.judge.rule import SUSPECT
from scripts.read.text import times
from scripts.words.warnings import key

MOST_SIZES = 8


@style()
def remedies_figure(rows: pd.DataFrame, *, title: str) -> Figure | None:
    """The figure of one workload on one machine; None where no remedy was timed.

    `rows` are its `remedies` of the kind REMEDY. Bars are the verdict's intervals;
    hollow points got no verdict of faster or slower. A remedy without a time names the reason. Of
    many batch sizes some are drawn.
    """
    every = sorted(int(size) for size in rows["batch_size"].unique())
    looks = size_looks(spread(every, MOST_SIZES))
    rows = rows[rows["batch_size"].isin(looks)]
    if rows["gain"].isna().all():
        return None
    bases = split(rows, "base")
    line = max(0.2, 0.07 * len(looks))
    heights = [0.35 + line * own["remedy"].nunique() for _base, own in bases]
    figure = new_figure(width=5.0, height=1.3 + 0.3 * len(bases) + sum(heights))
    panels = figure.subplots(
        len(bases), 1, squeeze=False, sharex=True, height_ratios=heights
    ).ravel()
    for axes, (base, own) in zip(panels, bases, strict=True):
        _draw_remedies(axes, own, looks)
        axes.set_title(plain(base))
    low, high = panels[0].get_xlim()
    panels[0].set_xlim(min(0.9, low), max(1.1, high))
    panels[-1].set_xlabel("epoch without it / epoch with it (above 1x: faster)")
    note = "bars: intervals; hollow: no verdict"
    more = f"; {len(looks)} of {len(every)} batch sizes" if len(looks) < len(every) else ""
    doubts = rows.assign(doubt=rows["verdict"].where(rows["verdict"] == SUSPECT, ""))
    headline(figure, title, note + more, *key(doubts))
    draw_key(figure, key_marks(looks, words="batch size {}"))
    return figure


def _draw_remedies(axes: Axes, rows: pd.DataFrame, looks: Looks) -> None:
    """The remedies of one base, that with the largest gain on top, those without a time below."""
    log_axis(axes, "x", times)
    axes.axvline(1.0, color=GREY, linewidth=0.8)
    gains = rows.groupby("remedy")["gain"].max().fillna(-1.0)
    names = list(gains.sort_values(ascending=False, kind="stable").index)
    timed = rows[rows["gain"].notna()]
    draw_intervals(
        axes, timed, x="gain", row="remedy", names=names, by="batch_size", looks=looks,
        hollow=~timed["verdict"].isin(DECIDED),
    )  # fmt: skip
    axes.tick_params(axis="y", labelsize=6.5)
    for row in rows[rows["remedy"].map(gains) < 0].drop_duplicates("remedy").to_dict("records"):
        axes.text(
            0.01, names.index(row["remedy"]), plain(short_reason(row), longest=40), va="center",
            fontsize=6, color=GREY, transform=axes.get_yaxis_transform(),
        )  # fmt: skip
