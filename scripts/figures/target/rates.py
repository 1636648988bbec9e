"""Learning rate against batch size: where training is soon, slow, hopeless or diverges."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from scripts.figures.grid import CELL_HEIGHT, draw_cells
from scripts.figures.style import headline, new_figure, style
from scripts.read.learning import CELL, chosen_rate
from scripts.read.text import optimizer_name

_CELL_WIDTH = 0.52
_ENDS = {
    "target": "",
    "diverged": "diverged",
    "hopeless": "slow",
    "cap": "unreached",
    "failed": "failed",
}
"""How a run ended, and what that is called; of several seeds the first of these counts."""
_ABSENT: dict[str, Any] = {"facecolor": "0.93", "edgecolor": "white", "linewidth": 1.2}
_CHOSEN: dict[str, Any] = {"fill": False, "edgecolor": "black", "linewidth": 1.4, "zorder": 3}


@style()
def rates_figure(runs: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload, from its rows of `learning.load`: a map for each optimiser.

    Numbers are epochs until every look of one has found the target (in files of version 1, the
    first), the geometric mean over the tuning seeds; the colour is that over the best of the batch
    size. The box is the learning rate that was chosen.
    """
    maps = {str(name): rate_cells(own) for name, own in runs.groupby("optimizer", sort=False)}
    rows = [cells["learning_rate"].nunique() for cells in maps.values()]
    figure = new_figure(
        width=max(4.0, 1.6 + _CELL_WIDTH * runs["batch_size"].nunique()),
        height=1.1 + sum(0.75 + CELL_HEIGHT * count for count in rows),
    )
    panels = figure.subplots(len(maps), 1, squeeze=False, height_ratios=rows)[:, 0]
    patience = float(runs["patience"].max())
    for axes, (optimizer, cells) in zip(panels, maps.items(), strict=True):
        _draw_map(axes, cells, patience)
        axes.set_title(optimizer_name(optimizer), fontsize=7)
    panels[-1].set_xlabel("batch size (samples)")
    figure.colorbar(
        panels[0].collections[0], ax=list(panels), aspect=22, pad=0.02,
        label="steps / steps at the best rate of the batch size",
    )  # fmt: skip
    note = "epochs until it stands at the target for one; box: the rate chosen"
    headline(figure, title, f"{note}; slow: over {patience:g} times the steps of the best")
    return figure


def rate_cells(runs: pd.DataFrame) -> pd.DataFrame:
    """A row for each batch size and learning rate of one optimiser, from its tuning seeds.

    Columns: batch_size, learning_rate, steps and epochs (geometric means over the seeds that
    reached the target; NaN: none), ratio (to the batch size's best), word (why there is none;
    `slow`: more than `patience` times the best), chosen.
    """
    tuning = runs[runs["role"] == "tuning"]
    steps = [taken[-1] if len(taken) else math.nan for taken in tuning["steps"]]
    ends = tuning["ended"].map(list(_ENDS).index)
    cells = tuning.assign(log=np.log(steps), end=ends + len(_ENDS) * np.isnan(steps))
    cells["log"] = cells["log"].where(tuning["ended"] == "target")
    how = {"log": "mean", "end": "min", "steps_an_epoch": "first"}
    table = cells.groupby(["batch_size", "learning_rate"]).agg(how).reset_index()
    table["steps"] = np.exp(table["log"])
    best = table.groupby("batch_size")["steps"].transform("min")
    chosen = {own["batch_size"].iloc[0]: chosen_rate(own) for _cell, own in runs.groupby(CELL)}
    return table.assign(
        epochs=table["steps"] / table["steps_an_epoch"],
        ratio=table["steps"] / best,
        word=[list(_ENDS.values())[end % len(_ENDS)] for end in table["end"]],
        chosen=table["batch_size"].map(chosen) == table["learning_rate"],
    )


def _draw_map(axes: Axes, cells: pd.DataFrame, patience: float) -> None:
    """One optimiser's map; crossed where it diverges, grey where it did not reach the target."""
    cells = cells.assign(text=cells["epochs"].map(short))
    table = cells.pivot(index="learning_rate", columns="batch_size").sort_index(ascending=False)
    ratios = pd.DataFrame(table["ratio"]).rename(index="{:g}".format)
    draw_cells(
        axes, ratios, pd.DataFrame(table["text"]), cmap="viridis_r", vmin=1, vmax=patience,
        cell_width=_CELL_WIDTH,
    )  # fmt: skip
    axes.set(xlabel="", ylabel="learning rate")
    rows, columns = list(table.index), list(table["ratio"].columns)
    for cell in cells[(cells["word"] != "") | cells["chosen"]].to_dict("records"):
        x, y = columns.index(cell["batch_size"]), rows.index(cell["learning_rate"])
        if cell["word"]:
            hatch = "xxxx" if cell["word"] == "diverged" else None
            axes.add_patch(Rectangle((x, y), 1, 1, hatch=hatch, hatchcolor="0.75", **_ABSENT))
            axes.text(x + 0.5, y + 0.5, cell["word"], ha="center", va="center", fontsize=5.5)
        if cell["chosen"]:
            axes.add_patch(Rectangle((x, y), 1, 1, **_CHOSEN))


def short(epochs: float) -> str:
    """Epochs in at most four letters: `0.85`, `9.3`, `120`."""
    return f"{epochs:.2g}" if epochs < 10 else f"{epochs:.0f}"
