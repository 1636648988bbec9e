"""What the figures of learning share: looks, names, and curves by steps, epochs and seconds."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from scripts.figures.axes import log_axis, short_seconds
from scripts.figures.marks import Looks, mark_doubt
from scripts.figures.style import GREY, plain
from scripts.read.metric import Metric
from scripts.read.rounds import Floats
from scripts.read.text import filled
from scripts.target.curves import Band, band, figure_runs
from scripts.words.warnings import key

NOTE = "each at its best learning rate; line: median of the seeds, band: all of them"
Clock = Literal["steps", "epochs"] | pd.DataFrame
"""What is counted: seconds are those of one side's rows of `times_to_target`."""
_HUES = {"sgd": 0, "adam": 1, "momentum": 2, "adamw": 4}
_MARKERS = {"sgd": "o", "adam": "s", "momentum": "^", "adamw": "D"}


def optimizer_looks(optimizers: Any) -> Looks:
    """A look for each optimiser, the same in every figure."""
    hues = sns.color_palette("colorblind")
    return {name: (hues[_HUES.get(name, 7)], _MARKERS.get(name, "o")) for name in optimizers}


def side_title(label: str) -> str:
    """A side's name above a panel, whole, in lines that fit there."""
    return filled(plain(label, longest=200), 36)


def score_words(metric: Metric) -> str:
    """The name of a score's axis: `held-out accuracy (%)`."""
    return f"held-out {metric.words}" + (f" ({metric.unit})" if metric.unit else "")


@dataclass(frozen=True)
class Curve:
    """The runs of one batch size, as they are drawn: each value's median and extremes by epochs."""

    name: str
    batch_size: int
    colour: Any
    band: Band
    epochs: Floats

    @classmethod
    def of(cls, runs: pd.DataFrame, value: str, name: str, colour: Any) -> "Curve | None":
        """The curve of a cell's rows of `learning.load`; None where none was trained."""
        own = figure_runs(runs)
        if own.empty:
            return None
        curve = band(own.to_dict("records"), value)
        epochs = curve.steps / int(own["steps_an_epoch"].iloc[0])
        return cls(name, int(own["batch_size"].iloc[0]), colour, curve, epochs)


def draw_curves(
    axes: Axes, curves: list[Curve], clock: Clock, *, factor: float = 1.0,
    words_on_top: bool = True,
) -> None:  # fmt: skip
    """Curves, their values times `factor`; those without seconds are named above or below."""
    ends, untimed = [], []
    for curve in curves:
        own = None if isinstance(clock, str) else _timed(curve, clock)
        if own is not None and own.empty:
            untimed.append(curve.name)
            continue
        x = _places(curve, clock, own)
        low, middle, high = (
            factor * ys for ys in (curve.band.low, curve.band.median, curve.band.high)
        )
        axes.plot(x, middle, color=curve.colour, linewidth=1.2)
        axes.plot(x[-1:], middle[-1:], "o", color=curve.colour, markersize=2.5)
        axes.fill_between(x, low, high, color=curve.colour, alpha=0.15, linewidth=0)
        ends += [x[0], x[-1]]
        if own is not None and own["suspect"].iloc[0]:
            mark_doubt(axes, x[-1], middle[-1])
    log_axis(axes, "x", "{:,.10g}".format if isinstance(clock, str) else short_seconds)
    if ends:
        axes.set_xlim(min(ends) / 1.2, max(ends) * 1.3)
    else:
        axes.set_xticks([])
    if untimed:
        words = filled(f"not timed: {', '.join(untimed)}", 30)
        y, side = (0.97, "top") if words_on_top else (0.03, "bottom")
        axes.text(
            0.98, y, words, transform=axes.transAxes, ha="right", va=side, fontsize=6, color=GREY
        )


def key_of(times: pd.DataFrame) -> list[str]:
    """What the mark at the end of a curve in seconds means, where any of them has it."""
    return key(times.assign(doubt=times["suspect"])) if len(times) else []


def _timed(curve: Curve, times: pd.DataFrame) -> pd.DataFrame:
    return times[(times["batch_size"] == curve.batch_size) & times["seconds"].notna()]


def _places(curve: Curve, clock: Clock, own: pd.DataFrame | None) -> Floats:
    if own is None:
        return curve.epochs if clock == "epochs" else curve.band.steps
    return np.asarray(own["cold_seconds"].iloc[0] + curve.epochs * own["epoch_seconds"].iloc[0])
