"""Seconds of an epoch against batch size, a panel per network: where does which side win?"""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, log_axis, short_seconds
from scripts.figures.lecture.slide import new_slide
from scripts.figures.marks import draw_doubts, key_marks, look_by, side_looks
from scripts.figures.style import style
from scripts.read.text import filled

MOST, _LETTERS = 4, 17


@style()
def batches_figure(rounds: pd.DataFrame, *, title: str, caption: str) -> Figure:
    """The figure of `trusted` rows of one file, `labelled`: medians over the processes."""
    timed = rounds[rounds["block"].notna() & ~rounds["again"]]
    timed = timed.drop_duplicates(["workload", "label", "batch_size", "block"])
    timed = timed.assign(seconds=timed["samples"] / timed["samples_a_second"])
    workloads = list(dict.fromkeys(timed["workload"]))[:MOST]
    looks = side_looks(timed["label"])
    figure, panels = new_slide(title, caption, columns=len(workloads))
    for axes, workload in zip(panels, workloads, strict=True):
        sns.lineplot(
            timed[timed["workload"] == workload], x="batch_size", y="seconds", ax=axes,
            **look_by("label", looks), estimator="median", errorbar=("pi", 100), dashes=False,
            linewidth=1.2, markersize=4, err_kws={"alpha": 0.2, "linewidth": 0},
        )  # fmt: skip
        draw_doubts(axes, timed[timed["workload"] == workload], x="batch_size", y="seconds")
        batch_size_axis(axes, sorted(timed["batch_size"].unique()))
        axes.tick_params(axis="x", rotation=60)
        log_axis(axes, "y", short_seconds)
        axes.set(title=workload, xlabel="batch size", ylabel="")
    panels[0].set_ylabel("an epoch")
    marks = key_marks(looks)
    labels = [filled(str(mark.get_label()), _LETTERS) for mark in marks]
    panels[-1].legend(marks, labels, frameon=False, loc="upper right")
    return figure
