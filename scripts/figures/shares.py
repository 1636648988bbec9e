"""Many machines in one figure: the share of them with each verdict, against batch size."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scripts.figures.grid import COLOURS
from scripts.figures.style import headline, new_figure, plain, style
from scripts.judge.rule import CLOSE, FASTER, NOT_MEASURED, SLOWER, SUSPECT, UNDECIDED
from scripts.read.text import counted

_LOOKS: dict[str, dict[str, Any]] = {
    FASTER: {"color": colormaps[COLOURS](0.15)},
    CLOSE: {"color": "0.85"},
    UNDECIDED: {"color": "0.97"},
    SUSPECT: {"facecolor": "0.97", "hatch": "....", "edgecolor": "0.6"},
    NOT_MEASURED: {"facecolor": "0.93", "hatch": "////", "edgecolor": "0.75"},
    SLOWER: {"color": colormaps[COLOURS](0.85)},
}
"""From the bottom of a bar to its top, so that slower and faster both start at an edge."""
MOST_PANELS = 24
_COLUMNS = 4


def collection_figures(shares: pd.DataFrame) -> Iterator[tuple[str, Figure]]:
    """The figures with the names of their files: once warm, and at the fewest and most epochs."""
    epochs = shares["epochs"].dropna()
    warm = shares[shares["epochs"].isna()]
    if len(warm):
        yield "machines-warm", shares_figure(warm, words="once warm")
    for number in dict.fromkeys([epochs.min(), epochs.max()] if len(epochs) else []):
        own = shares[shares["epochs"] == number]
        derived = " (derived)" if own["derived"].any() else ""
        words = f"{counted(int(number), 'epoch')}{derived}, cold start included"
        yield f"machines-epochs-{number}", shares_figure(own, words=words)


def shares_figure(shares: pd.DataFrame, *, words: str) -> Figure:
    """A panel a workload, from rows of `collection.shares` of one number of epochs (or warm)."""
    workloads = list(dict.fromkeys(shares["workload"]))[:MOST_PANELS]
    sizes = sorted(int(size) for size in shares["batch_size"].unique())
    columns = min(len(workloads), _COLUMNS)
    lines = -(-len(workloads) // columns)
    with style():
        figure = new_figure(width=max(3.5, 0.5 + 1.7 * columns), height=1.1 + 1.35 * lines)
        panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
        for axes, workload in zip(panels.flat, workloads, strict=False):
            _draw(axes, shares[shares["workload"] == workload], sizes)
            axes.set_title(plain(workload, longest=24), loc="left")
        for axes in panels.flat[len(workloads) :]:
            axes.remove()
        for axes in panels[-1]:
            axes.set_xlabel("batch size (samples)")
        for line in panels:
            line[0].set_ylabel("machines (%)")
        most = counted(int(shares["machines"].max()), "machine")
        headline(figure, f"GPU against CPU on up to {most}: {words}")
        used = [word for word in reversed(_LOOKS) if shares[word].any()]
        figure.legend(
            handles=[Patch(label=word, linewidth=0.4, **_LOOKS[word]) for word in used],
            loc="outside lower center", ncols=len(used), frameon=False,
        )  # fmt: skip
    return figure


def _draw(axes: Axes, cells: pd.DataFrame, sizes: list[int]) -> None:
    places = [sizes.index(size) for size in cells["batch_size"]]
    bottom = [0.0] * len(cells)
    for word, look in _LOOKS.items():
        heights = (100 * cells[word] / cells["machines"]).tolist()
        axes.bar(places, heights, bottom=bottom, width=0.92, linewidth=0, **look)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    step = -(-len(sizes) // 6)
    ticks = range(0, len(sizes), step)
    axes.set_xticks(ticks, [str(sizes[tick]) for tick in ticks])
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100])
    sns.despine(ax=axes)
