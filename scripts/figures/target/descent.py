"""Gradient descent by the whole set, by minibatches and by single samples: the same network.

One picture in three clocks. Against steps the whole set wins: its steps are the best ones. Against
epochs single samples win: they take the most steps per epoch. Against seconds it depends on what a
step costs, which is what the hardware decides.
"""

from collections.abc import Iterator

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from scripts.figures.marks import draw_key, key_marks
from scripts.figures.style import headline, new_panels, split, style
from scripts.figures.target.axes import NOTE, Curve, draw_curves, key_of, side_title

USUAL_MINIBATCH = 32
_SINGLE, _INNER, _WHOLE = (sns.color_palette("colorblind")[hue] for hue in (3, 0, 2))


def descents(runs: pd.DataFrame) -> dict[str, int]:
    """The batch size of each kind of descent, by its name: single-sample, minibatch, full batch.

    Kinds that were not trained are left out.
    """
    sizes = sorted(int(size) for size in runs["batch_size"].unique())
    full = int(runs["samples"].iloc[0])
    inner = [size for size in sizes if 1 < size < full]
    names = {}
    if 1 in sizes:
        names["single samples"] = 1
    if inner:
        usual = min(inner, key=lambda size: abs(size - USUAL_MINIBATCH))
        names[f"minibatches of {usual}"] = usual
    if full in sizes:
        names[f"the whole set ({full})"] = full
    return names


@style()
def descent_figure(runs: pd.DataFrame, times: pd.DataFrame, *, title: str) -> Figure | None:
    """The figure of one workload and optimiser; None with fewer than two kinds of descent.

    `runs` are rows of `learning.load`, `times` rows of `times_to_target` on one machine, with a
    column `label`; both of this workload and optimiser. Lines are training losses since the last
    look, the median of the seeds; bands their extremes.
    """
    if len(descents(runs)) < 2:
        return None
    curves = list(descent_curves(runs))
    sides = split(times, "label") if len(times) else []
    count = 2 + max(len(sides), 1)
    figure, panels = new_panels(count, count, panel=(2.35, 2.9), margin=(0, 0), sharey=True)
    draw_curves(panels[0], curves, "steps")
    panels[0].set(xlabel="steps (updates)", ylabel="training loss (nats)")
    draw_curves(panels[1], curves, "epochs")
    panels[1].set_xlabel("epochs (passes over the data)")
    for axes, (label, own) in zip(panels[2:], sides, strict=False):
        draw_curves(axes, curves, own)
        axes.set_title(side_title(label), fontsize=7)
        axes.set_xlabel("time, cold start included")
    if not sides:
        panels[2].set(xticks=[], xlabel="time: not timed")
    headline(figure, title, NOTE, *key_of(times))
    draw_key(figure, key_marks({curve.name: (curve.colour, "") for curve in curves}))
    return figure


def descent_curves(runs: pd.DataFrame) -> Iterator[Curve]:
    """The kinds of descent, each in its colour, the same in every figure."""
    full = int(runs["samples"].iloc[0])
    for kind, size in descents(runs).items():
        colour = _SINGLE if size == 1 else _WHOLE if size == full else _INNER
        curve = Curve.of(runs[runs["batch_size"] == size], "train_loss", kind, colour)
        if curve is not None:
            yield curve
