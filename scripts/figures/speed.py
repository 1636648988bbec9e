"""Step time and samples per second against batch size, a line for each side."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, log_axis, short_seconds
from scripts.figures.marks import (
    draw_doubts,
    draw_key,
    key_marks,
    look_by,
    palette,
    side_looks,
)
from scripts.figures.style import headline, new_panels, style
from scripts.judge.fits import predicted
from scripts.words.warnings import key


@style()
def speed_figure(rounds: pd.DataFrame, fitted: pd.DataFrame, *, title: str) -> Figure:
    """The figure of one workload on one machine: both panels over the same batch sizes.

    `rounds` are `trusted` rows of the table, `labelled`. Dots are processes, the line runs through
    their medians, the band from the fastest to the slowest. `fitted` are the workload's rows of
    `fits.fits`: the best ones are drawn dotted over the step times, each within its segment.
    """
    measured = rounds[rounds["block"].notna()]
    measured = measured.drop_duplicates(["label", "batch_size", "block"])
    looks = side_looks(measured["label"])
    figure, panels = new_panels(2, 2, panel=(3.5, 2.9), margin=(0, 0))
    for axes, column in zip(panels, ("step_seconds", "samples_a_second"), strict=True):
        shared = look_by("label", looks) | {"x": "batch_size", "y": column, "ax": axes}
        sns.lineplot(
            measured, **shared, estimator="median", errorbar=("pi", 100), dashes=False,
            linewidth=1.2, markersize=4, err_kws={"alpha": 0.2, "linewidth": 0},
        )  # fmt: skip
        sns.scatterplot(measured, **shared, s=5, alpha=0.6, linewidth=0)
        draw_doubts(axes, measured, x="batch_size", y=column)
        batch_size_axis(axes, sorted(rounds["batch_size"].unique()))
    log_axis(panels[0], "y", short_seconds)
    log_axis(panels[1], "y", "{:,.10g}".format)
    panels[0].set_ylabel("time of a step")
    panels[1].set_ylabel("samples per second")
    notes = ["warm epochs; line: median of the processes, band: fastest to slowest of them"]
    best = fitted[fitted["best"]]
    if len(best):
        sns.lineplot(
            _curves(best, measured), x="batch_size", y="step_seconds", hue="label",
            palette=palette(looks), units="segment", estimator=None, linestyle=(0, (1, 1.5)),
            linewidth=1.5, zorder=3, legend=False, ax=panels[0],
        )  # fmt: skip
        errors = [f"{100 * miss:.0f}" for miss in best["mean_error"].agg(["min", "max"])]
        misses = " to ".join(dict.fromkeys(errors))
        notes.append(f"dotted: fitted step times, which miss by {misses} % on average")
    headline(figure, title, *notes, *key(measured))
    draw_key(figure, key_marks(looks))
    return figure


def _curves(best: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Points on the fitted curves: batch_size, step_seconds, label, segment."""
    labels = measured.drop_duplicates("label").set_index("side")["label"]
    curves = []
    for segment, (_index, row) in enumerate(best.iterrows()):
        sizes = np.geomspace(row["smallest"], row["largest"], 60)
        curve = pd.DataFrame({"batch_size": sizes, "step_seconds": predicted(row, sizes)})
        curves.append(curve.assign(label=labels[row["side"]], segment=segment))
    return pd.concat(curves)
