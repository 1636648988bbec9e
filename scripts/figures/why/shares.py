"""Many machines in one figure: the share of them with each verdict, against batch size."""

from typing import Any

import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scripts.figures.grid import COLOURS
from scripts.figures.marks import draw_key
from scripts.figures.style import headline, new_panels, plain, split, style
from scripts.judge.rule import CLOSE, FASTER, NOT_MEASURED, SLOWER, SUSPECT, UNDECIDED
from scripts.read.text import counted
from scripts.words.names import listed

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


@style()
def shares_figure(shares: pd.DataFrame, *, words: str) -> Figure:
    """A panel per workload and two sides, from `collection.shares` of one number of epochs."""
    sides = shares["side"] + " / " + shares["base"]
    names = shares["workload"] + (("\n" + sides) if sides.nunique() > 1 else "")
    panels_of = split(shares.assign(name=names), "name")[:MOST_PANELS]
    figure, panels = new_panels(
        len(panels_of), _COLUMNS, panel=(1.7, 1.35), margin=(0.5, 1.1), sharey=True
    )
    for axes, (name, own) in zip(panels, panels_of, strict=True):
        _draw(axes, own.set_index("batch_size"))
        axes.set_title("\n".join(plain(line, longest=24) for line in name.split("\n")))
    for axes in panels[-_COLUMNS:]:
        axes.set_xlabel("batch size (samples)")
    for axes in panels[::_COLUMNS]:
        axes.set_ylabel("machines (%)")
    most = counted(int(shares["machines"].max()), "machine")
    headline(figure, f"Verdicts on {listed(sides.unique(), most=2)}, up to {most}: {words}")
    used = [word for word in reversed(_LOOKS) if shares[word].any()]
    draw_key(figure, [Patch(label=word, linewidth=0.4, **_LOOKS[word]) for word in used])
    return figure


def _draw(axes: Axes, cells: pd.DataFrame) -> None:
    """The bars of one workload; `cells` have their batch size as index."""
    shares = cells[list(_LOOKS)].mul(100 / cells["machines"], axis="index").sort_index()
    shares.plot.bar(stacked=True, ax=axes, width=0.92, linewidth=0, legend=False, rot=0)
    for bars, look in zip(axes.containers, _LOOKS.values(), strict=True):
        for bar in bars:
            bar.set(**look)
    every = -(-len(shares) // 6)
    axes.set_xticks(range(0, len(shares), every), shares.index[::every])
    axes.set(xlabel="", ylim=(0, 100), yticks=[0, 50, 100])
