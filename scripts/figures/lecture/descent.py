"""Single samples, minibatches and the whole set, in three clocks: steps, epochs and seconds."""

import pandas as pd
from matplotlib.figure import Figure

from scripts.figures.lecture.slide import new_slide
from scripts.figures.marks import key_marks
from scripts.figures.style import style
from scripts.figures.target.axes import Clock, draw_curves
from scripts.figures.target.descent import descent_curves


@style()
def descent_slide(runs: pd.DataFrame, times: pd.DataFrame, *, title: str, caption: str) -> Figure:
    """The figure of one workload's SGD runs and of its times on one side (empty: not timed)."""
    curves = list(descent_curves(runs))
    clocks: dict[str, Clock] = {
        "steps (updates)": "steps",
        "epochs (passes over the data)": "epochs",
    }
    if len(times):
        clocks["time, cold start included"] = times
    figure, panels = new_slide(title, caption, columns=len(clocks), sharey=True)
    for axes, (name, clock) in zip(panels, clocks.items(), strict=True):
        draw_curves(axes, curves, clock)
        axes.set_xlabel(name)
    panels[0].set_ylabel("training loss (nats)")
    looks = {curve.name: (curve.colour, "") for curve in curves}
    panels[1].legend(handles=key_marks(looks), frameon=False)
    return figure
