"""The fastest machine and side for each cell, as a map over batch size and epochs."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scripts.figures.grid import CELL_HEIGHT, HATCHED, draw_grid, grid_of
from scripts.figures.style import headline, new_figure, plain, style
from scripts.words.derived import MARK, MEANS

_CELL_WIDTH = 0.42
_GREY = (0.75, 0.75, 0.75)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TIED, OPEN = "≈", "?"
MachineSide = tuple[str, str]
"""Machine and side."""


def side_colours(fastest: pd.DataFrame) -> dict[MachineSide, tuple[str, Any]]:
    """A letter and a colour for everything that is the fastest somewhere, the most frequent first.

    Beyond ten the colour is grey, beyond 26 letters are doubled: the letter tells them apart.
    """
    sizes = fastest.groupby(["machine", "side"]).size()
    counts: dict[Any, int] = sizes.to_dict()
    palette = sns.color_palette("colorblind", 10)
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    answer: dict[MachineSide, tuple[str, Any]] = {}
    for place, (key, _count) in enumerate(order):
        letter = _LETTERS[place % 26] * (1 + place // 26)
        colour = palette[place] if place < len(palette) else _GREY
        answer[str(key[0]), str(key[1])] = (letter, colour)
    return answer


@style()
def fastest_figure(cells: pd.DataFrame, colours: dict[MachineSide, tuple[str, Any]]) -> Figure:
    """The map of one workload, from its rows of `ranking.fastest` of both scopes."""
    sides = list(zip(cells["machine"], cells["side"], strict=True))
    looks = {side: look for side, look in colours.items() if side in set(sides)}
    places = {side: place for place, side in enumerate(looks)}
    marks = np.select([cells["undecided_with"] != "", cells["tied_with"] != ""], [OPEN, TIED], "")
    letters = [looks[side][0] for side in sides]
    grid = grid_of(
        cells.assign(
            shade=[places[side] for side in sides], words=letters + marks, bold=marks == ""
        )
    )
    figure = new_figure(
        width=max(4.0, 1.3 + _CELL_WIDTH * len(grid.batch_sizes)),
        height=1.35 + CELL_HEIGHT * len(grid.rows) + 0.15 * len(looks),
    )
    axes = figure.subplots()
    axes.patch.set(**HATCHED)
    shades = ListedColormap([colour for _letter, colour in looks.values()])
    draw_grid(axes, grid, cell_width=_CELL_WIDTH, cmap=shades, vmin=-0.5, vmax=len(looks) - 0.5)
    note = f"{TIED} too close to another to call, {OPEN} not decided against another; "
    note += "hatched: no sound time"
    note += f"; {MARK} derived: {MEANS}" if cells["derived"].any() else ""
    headline(figure, f"The fastest for each cell of {plain(cells['workload'].iloc[0])}", note)
    handles = [
        Patch(facecolor=colour, label=f"{letter}: {plain(' '.join(side))}")
        for side, (letter, colour) in looks.items()
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=1, frameon=False)
    return figure
