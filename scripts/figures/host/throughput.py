"""Samples per second against batch size, a panel per network and a line per side of the CPU."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis, log_axis
from scripts.figures.marks import draw_doubts, draw_key, key_marks, look_by, side_looks
from scripts.figures.style import headline, new_panels, plain, split, style
from scripts.words.warnings import key

_COLUMNS = 4


@style()
def throughput_figure(rounds: pd.DataFrame, *, title: str) -> Figure | None:
    """The figure of one machine; `rounds` are `trusted` rows of the table, `labelled`."""
    measured = rounds[rounds["block"].notna()]
    measured = measured.drop_duplicates(["workload", "label", "batch_size", "block"])
    if measured.empty:
        return None
    panels_of, looks = split(measured, "workload"), side_looks(measured["label"])
    figure, panels = new_panels(len(panels_of), _COLUMNS, panel=(1.9, 1.8), margin=(0.2, 0.8))
    for axes, (workload, own) in zip(panels, panels_of, strict=True):
        sns.lineplot(
            own, x="batch_size", y="samples_a_second", ax=axes, **look_by("label", looks),
            estimator="median", errorbar=("pi", 100), dashes=False, linewidth=1.2, markersize=4,
            err_kws={"alpha": 0.2, "linewidth": 0},
        )  # fmt: skip
        draw_doubts(axes, own, x="batch_size", y="samples_a_second")
        batch_size_axis(axes, sorted(own["batch_size"].unique()))
        log_axis(axes, "y", "{:,.10g}".format)
        axes.set(title=plain(workload, longest=30), ylabel="")
    for axes in panels[::_COLUMNS]:
        axes.set_ylabel("samples per second")
    words = "line: median of the processes, band: fastest to slowest of them"
    headline(figure, title, words, *key(measured))
    draw_key(figure, key_marks(looks))
    return figure
