"""The size of the filters says how far back a CNN looks; a recurrent network may forget sooner."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.lecture.slide import new_slide
from scripts.figures.marks import MARKERS, key_marks
from scripts.figures.style import GREY, style

LAYERS, FIRST, SYMBOLS = 2, 5, 8
"""Of the CNN; the symbol stands in one of the first so many steps, and is one of so many."""
SHORT = 4
"""The filter size whose CNN is drawn beside the other networks."""
_HUES = (0, 2, 3, 4)


def reach(kernel_size: int) -> int:
    """How many steps the CNN's answer sees, the last one included."""
    return 1 + LAYERS * (kernel_size - 1)


def possible(steps: int, seen: float) -> float:
    """The best accuracy when so many of the last steps are seen: the others have to be guessed."""
    share = float(np.clip((FIRST - (steps - seen)) / FIRST, 0, 1))
    return share + (1 - share) / SYMBOLS


@style()
def filters_figure(scores: pd.DataFrame, *, title: str, caption: str) -> Figure:
    """The figure of rows network, kernel_size, steps, seed, score: medians over the seeds."""
    figure, (left, right) = new_slide(title, caption, columns=2, sharey=True)
    middle = scores.groupby(["network", "kernel_size", "steps"])["score"].median().reset_index()
    _by_reach(left, middle[middle["kernel_size"] > 0])
    _by_length(right, middle[middle["kernel_size"].isin([0, SHORT])])
    for axes in (left, right):
        axes.axhline(100 / SYMBOLS, color=GREY, linewidth=0.8, linestyle="--")
    left.set(ylabel="held-out accuracy (%)", ylim=(0, 104))
    return figure


def _by_reach(axes: Axes, cnn: pd.DataFrame) -> None:
    """A CNN per filter size and length, on the best that its reach allows."""
    lengths = sorted(cnn["steps"].unique())
    sizes = np.linspace(0, 1.05 * reach(int(cnn["kernel_size"].max())), 200)
    looks = dict(zip(lengths, zip(sns.color_palette("colorblind"), MARKERS, strict=False),
                     strict=False))  # fmt: skip
    for steps, (colour, marker) in looks.items():
        own = cnn[cnn["steps"] == steps]
        axes.plot(sizes, [100 * possible(steps, x) for x in sizes], color=colour, linewidth=0.8)
        places = own["kernel_size"].map(reach)
        axes.plot(places, 100 * own["score"], marker, color=colour, markersize=4.5)
        axes.annotate(
            f"{steps} steps", (steps - FIRST / 2, 55), xytext=(5, 0), textcoords="offset points",
            color=colour,
        )  # fmt: skip
    axes.set(xlabel="steps that the filters see", title="CNN by filter size", xlim=(0, 36))


def _by_length(axes: Axes, others: pd.DataFrame) -> None:
    """Every network against the length of the series."""
    networks = list(dict.fromkeys(others["network"]))
    hues = [sns.color_palette("colorblind")[hue] for hue in _HUES]
    looks = dict(zip(networks, zip(hues, MARKERS, strict=False), strict=False))  # fmt: skip
    for network, (colour, marker) in looks.items():
        own = others[others["network"] == network].sort_values("steps")
        axes.plot(own["steps"], 100 * own["score"], color=colour, marker=marker, markersize=4.5)
    axes.set(xlabel="steps of a series", title="all networks by length")
    axes.set_xticks(sorted(others["steps"].unique()))
    named = {f"{name}, filters of {SHORT}" if name.startswith("cnn") else name: look
             for name, look in looks.items()}  # fmt: skip
    axes.legend(handles=key_marks(named), frameon=False, loc="center right")
