"""The roofline: how far from this machine's own peaks each step computes (Williams et al., 2009).

A point is a cell: FLOPs per byte that its operations move, against the FLOP/s that it reaches. The
roofs are the device's best matrix product and its best copy, measured in the same run.
"""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis
from scripts.figures.marks import (
    MARKERS,
    Looks,
    draw_doubts,
    draw_key,
    key_marks,
    palette,
    side_looks,
)
from scripts.figures.style import headline, new_figure, style
from scripts.read.rounds import Floats
from scripts.words.warnings import key
from scripts.words.why import flops_in_words

_CURVE = ["label", "workload"]


@style()
def roofline_figure(cells: pd.DataFrame, *, title: str) -> Figure | None:
    """The figure of one machine, all its sides and workloads; None where nothing was counted.

    `cells` are the warm rows of `causes` (epochs NA), `labelled`.
    """
    known = with_rates(cells)
    if known.empty:
        return None
    sides = {name: (colour, "") for name, (colour, _) in side_looks(known["label"]).items()}
    markers = dict(zip(known["workload"].unique(), MARKERS, strict=False))
    figure = new_figure(width=5.2, height=3.9)
    axes = figure.subplots()
    low, high = known["intensity"].min() / 3, known["intensity"].max() * 6
    _draw_roofs(axes, known, sides, np.geomspace(low, high, 200))
    _draw_cells(axes, known, sides, markers)
    axes.set(
        xlim=(low, high), ylabel="FLOP per second, whole step",
        xlabel="FLOP per byte moved (bytes that operations read and write, uncached)",
    )  # fmt: skip
    log_axis(axes, "x", "{:g}".format)
    log_axis(axes, "y", flops_in_words)
    notes = ["lines: each side's fastest copy and matrix product; numbers: batch sizes"]
    if (known["uncounted"] != "").any():
        notes.append("hollow markers: at least; FLOPs of some operations cannot be counted")
    headline(figure, title, *notes, *key(known))
    workloads = {name: ("0.4", marker) for name, marker in markers.items()}
    draw_key(figure, [*key_marks(sides), *key_marks(workloads)])
    return figure


def with_rates(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells with FLOPs, with `intensity` (FLOP per byte) and `rate` (FLOP per second)."""
    known = cells[(cells["flops"] > 0) & (cells["moved_bytes"] > 0) & cells["step_seconds"].notna()]
    known = known[known["matmul_flops_per_second"].notna()]
    return known.assign(
        intensity=known["flops"] / known["moved_bytes"],
        rate=known["flops"] / known["step_seconds"],
    )


def _draw_roofs(axes: Axes, cells: pd.DataFrame, sides: Looks, intensities: Floats) -> None:
    peaks = cells.groupby("label")[["matmul_flops_per_second", "copy_bytes_per_second"]].first()
    roofs = {label: np.fmin(peak, copy * intensities) for label, peak, copy in peaks.itertuples()}
    sns.lineplot(
        pd.DataFrame(roofs, index=intensities), palette=palette(sides), dashes=False,
        estimator=None, linewidth=1.2, legend=False, ax=axes,
    )  # fmt: skip


def _draw_cells(axes: Axes, cells: pd.DataFrame, sides: Looks, markers: dict[str, str]) -> None:
    """A curve for each side and workload, hollow where FLOPs of an operation are uncounted."""
    shared: dict[str, Any] = {"x": "intensity", "y": "rate", "style": "workload", "ax": axes}
    shared |= {"markers": markers, "legend": False}
    cells = cells.sort_values("batch_size")
    curves = cells.groupby(_CURVE, sort=False)
    sns.lineplot(
        cells, hue="label", palette=palette(sides), dashes=False, sort=False, estimator=None,
        markersize=4.5, markeredgewidth=0, linewidth=0.5, alpha=0.9, **shared,
    )  # fmt: skip
    partial = cells[curves["uncounted"].transform(any)]
    if len(partial):
        sns.scatterplot(partial, color="white", s=6, linewidth=0, zorder=3, **shared)
    for _workload, own in cells.groupby("workload"):
        draw_doubts(axes, own, x="intensity", y="rate")
    ends = pd.concat([curves.head(1), curves.tail(1)]).drop_duplicates([*_CURVE, "batch_size"])
    for row in ends.to_dict("records"):
        # Above or below by side, so that the numbers of two can be read.
        above = list(sides).index(row["label"]) % 2
        axes.annotate(
            str(row["batch_size"]), (row["intensity"], row["rate"]), fontsize=5.5,
            xytext=(-4, 2) if above else (4, -2), textcoords="offset points",
            color=sides[row["label"]][0], va="bottom" if above else "top",
            ha="right" if above else "left",
        )  # fmt: skip
