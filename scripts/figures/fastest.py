"""The fastest machine and device for each cell, as a map over batch size and epochs."""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from scripts.figures.grid import CELL_HEIGHT, HATCHED, Grid, grid_axes, grid_of
from scripts.figures.style import headline, new_figure, plain, readable_on, style
from scripts.read.text import counted
from scripts.words.derived import MARK, MEANS

_CELL_WIDTH = 0.42
_GREY = (0.75, 0.75, 0.75)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TIED, OPEN = "≈", "?"
Arm = tuple[str, str, int]
"""Machine, device, the CPU's threads."""


def arm_colours(fastest: pd.DataFrame) -> dict[Arm, tuple[str, Any]]:
    """A letter and a colour for everything that is the fastest somewhere, the most frequent first.

    Beyond ten the colour is grey, beyond 26 letters are doubled: the letter tells them apart.
    """
    sizes = fastest.groupby(["machine", "device", "threads"]).size()
    counts: dict[Any, int] = sizes.to_dict()
    palette = sns.color_palette("colorblind", 10)
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    answer: dict[Arm, tuple[str, Any]] = {}
    for place, (key, _count) in enumerate(order):
        letter = _LETTERS[place % 26] * (1 + place // 26)
        colour = palette[place] if place < len(palette) else _GREY
        answer[str(key[0]), str(key[1]), int(key[2])] = (letter, colour)
    return answer


def arm_name(arm: Arm) -> str:
    """`lab cuda`, `lab cpu (2 threads)`."""
    machine, device, threads = arm
    return f"{machine} {device}" + (f" ({counted(threads, 'thread')})" if threads else "")


def fastest_figure(cells: pd.DataFrame, colours: dict[Arm, tuple[str, Any]]) -> Figure:
    """The map of one workload, from its rows of `ranking.fastest` of both scopes."""
    grid = grid_of(cells.assign(verdict=""))
    used = {arm: look for arm, look in colours.items() if arm in set(_arms(cells))}
    width = max(4.0, 1.3 + _CELL_WIDTH * len(grid.batch_sizes))
    with style():
        figure = new_figure(
            width=width, height=1.35 + CELL_HEIGHT * len(grid.rows) + 0.15 * len(used)
        )
        axes = figure.subplots()
        _draw(axes, grid, colours)
        words = f"The fastest for each cell of {plain(cells['workload'].iloc[0])}"
        note = f"{TIED} too close to another to call, {OPEN} not decided against another; "
        note += "hatched: no sound time"
        note += f"; {MARK} derived: {MEANS}" if cells["derived"].any() else ""
        headline(figure, f"{words}\n{note}")
        handles = [
            Patch(facecolor=colour, label=f"{letter}: {plain(arm_name(arm))}")
            for arm, (letter, colour) in used.items()
        ]
        figure.legend(handles=handles, loc="outside lower left", ncols=1, frameon=False)
    return figure


def _arms(cells: pd.DataFrame) -> list[Arm]:
    return list(zip(cells["machine"], cells["device"], cells["threads"], strict=True))


def _draw(axes: Axes, grid: Grid, colours: dict[Arm, tuple[str, Any]]) -> None:
    whole = Rectangle((0, 0), len(grid.batch_sizes), len(grid.rows), linewidth=0, **HATCHED)
    axes.add_patch(whole)
    for cell in grid.table.to_dict("records"):
        letter, colour = colours[cell["machine"], cell["device"], cell["threads"]]
        place = (cell["column"], cell["row"])
        axes.add_patch(Rectangle(place, 1, 1, facecolor=colour, edgecolor="white", linewidth=1.2))
        mark = OPEN if cell["undecided_with"] else TIED if cell["tied_with"] else ""
        axes.text(
            place[0] + 0.5, place[1] + 0.5, letter + mark, ha="center", va="center", fontsize=7,
            color=readable_on(colour), fontweight="normal" if mark else "bold",
        )  # fmt: skip
    axes.set_xlim(0, len(grid.batch_sizes))
    axes.set_ylim(len(grid.rows), 0)
    axes.set_xticks([x + 0.5 for x in range(len(grid.batch_sizes))], map(str, grid.batch_sizes))
    axes.set_yticks([y + 0.5 for y in range(len(grid.rows))], grid.rows)
    grid_axes(axes)
    sns.despine(ax=axes, left=True, bottom=True)
