"""Learning rate against batch size: where training is soon, slow, hopeless or diverges."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from scripts.figures.grid import CELL_HEIGHT, colour_cells
from scripts.figures.style import headline, new_figure, plain, readable_on, style
from scripts.read.learning import CELL, chosen_rate
from scripts.read.text import optimizer_name

COLOURS = "viridis_r"
CELL_WIDTH = 0.52
_GREY: dict[str, Any] = {"facecolor": "0.93", "edgecolor": "white", "linewidth": 1.2}


def rates_figure(runs: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload, from its rows of `learning.load`: a map an optimiser.

    Numbers are epochs to the target, the geometric mean over the tuning seeds; the colour is that
    over the best of the batch size. The box is the learning rate that was chosen.
    """
    maps = {name: rate_cells(own) for name, own in runs.groupby("optimizer", sort=False)}
    rows = [len(cells["learning_rate"].unique()) for cells in maps.values()]
    columns = len(runs["batch_size"].unique())
    norm = Normalize(1.0, float(runs["patience"].max()))
    with style():
        width = max(4.0, 1.6 + CELL_WIDTH * columns)
        height = 1.1 + sum(0.75 + CELL_HEIGHT * count for count in rows)
        figure = new_figure(width=width, height=height)
        panels = figure.subplots(len(maps), 1, squeeze=False, height_ratios=rows)[:, 0]
        for axes, (optimizer, cells) in zip(panels, maps.items(), strict=True):
            _draw_map(axes, cells, norm)
            axes.set_title(optimizer_name(str(optimizer)), loc="left", fontsize=7)
        panels[-1].set_xlabel("batch size (samples)")
        bar = figure.colorbar(ScalarMappable(norm, COLOURS), ax=list(panels), aspect=22, pad=0.02)
        bar.set_label("steps / steps at the best rate of the batch size")
        note = (
            f"epochs to the target; box: the rate chosen; slow: over {norm.vmax:g} times the steps"
        )
        headline(figure, f"{plain(title, longest=200)}\n{note} of the best")
    return figure


def rate_cells(runs: pd.DataFrame) -> pd.DataFrame:
    """A row a batch size and learning rate of one optimiser, from its tuning seeds.

    Columns: batch_size, learning_rate, epochs (geometric mean over the seeds that reached the
    target; NaN: none), ratio (to the batch size's best), word (`diverged`, `slow`: more than
    `patience` times the best, `unreached`, `failed`), chosen.
    """
    tuning = runs[runs["role"] == "tuning"]
    rows = []
    for (size, rate), own in tuning.groupby(["batch_size", "learning_rate"]):
        there = own[own["ended"] == "target"]
        steps = [math.log(steps[-1]) for steps in there["steps"]]
        mean = math.exp(sum(steps) / len(steps)) if steps else math.nan
        ends = [end for end in own["ended"] if end != "target"]
        started = own[own["steps"].map(len) > 0]["ended"]
        words = {"diverged": "diverged", "hopeless": "slow", "cap": "unreached", "failed": "failed"}
        end = next((end for end in words if end in set(started)), ends[0] if ends else "")
        rows.append(
            {
                "batch_size": size,
                "learning_rate": rate,
                "steps": mean,
                "epochs": mean / own["steps_an_epoch"].iloc[0],
                "word": "" if steps else words[end],
            }
        )
    table = pd.DataFrame(rows)
    best = table.groupby("batch_size")["steps"].transform("min")
    chosen = {own["batch_size"].iloc[0]: chosen_rate(own) for _cell, own in runs.groupby(CELL)}
    picked = table["batch_size"].map(chosen) == table["learning_rate"]
    return table.assign(ratio=table["steps"] / best, chosen=picked)


def _draw_map(axes: Axes, cells: pd.DataFrame, norm: Normalize) -> None:
    sizes = sorted(cells["batch_size"].unique())
    rates = sorted(cells["learning_rate"].unique())
    table = cells.pivot(index="learning_rate", columns="batch_size", values="ratio")
    colour_cells(
        axes, table.to_numpy(dtype=np.float64), norm, colours=COLOURS,
        columns=list(map(str, sizes)), rows=[f"{rate:g}" for rate in rates], cell_width=CELL_WIDTH,
    )  # fmt: skip
    axes.invert_yaxis()
    for cell in cells.to_dict("records"):
        _write(
            axes, cell, (sizes.index(cell["batch_size"]), rates.index(cell["learning_rate"])), norm
        )
    axes.tick_params(length=0, pad=2)
    axes.tick_params(axis="y", rotation=0)
    axes.set_xlabel("")
    axes.set_ylabel("learning rate")


def _write(axes: Axes, cell: dict[Any, Any], place: tuple[int, int], norm: Normalize) -> None:
    centre = (place[0] + 0.5, place[1] + 0.5)
    colour = "0.2"
    if cell["word"]:
        hatch = "xxxx" if cell["word"] == "diverged" else None
        axes.add_patch(Rectangle(place, 1, 1, hatch=hatch, hatchcolor="0.75", **_GREY))
    else:
        colour = readable_on(colormaps[COLOURS](norm(min(cell["ratio"], norm.vmax or 1.0))))
    words = cell["word"] or short(cell["epochs"])
    axes.text(
        *centre, words, ha="center", va="center", fontsize=5.5 if cell["word"] else 6.5,
        color=colour,
    )  # fmt: skip
    if cell["chosen"]:
        axes.add_patch(
            Rectangle(place, 1, 1, fill=False, edgecolor="black", linewidth=1.4, zorder=3)
        )


def short(epochs: float) -> str:
    """Epochs in at most four letters: `0.85`, `9.3`, `120`."""
    return f"{epochs:.2g}" if epochs < 10 else f"{epochs:.0f}"
