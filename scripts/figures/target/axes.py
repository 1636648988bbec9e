"""What the figures of learning share: colours, names and the axes of scores, epochs and rates."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import seaborn as sns
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from scripts.figures.style import GREY, plain

_HUES = {"sgd": 0, "adam": 1, "momentum": 2, "adamw": 4}
MARKERS = {"sgd": "o", "adam": "s", "momentum": "^", "adamw": "D"}


def optimizer_colour(optimizer: str) -> Any:
    """An optimiser's colour, the same in every figure."""
    return sns.color_palette("colorblind")[_HUES.get(optimizer, 7)]


def size_colours(batch_sizes: Iterable[int]) -> dict[int, Any]:
    """A colour a batch size, from dark to light; the lightest are left out, white being paper."""
    sizes = sorted(set(batch_sizes))
    places = [place / max(len(sizes) - 1, 1) for place in range(len(sizes))]
    return {
        size: colormaps["viridis"](0.88 * place) for size, place in zip(sizes, places, strict=True)
    }


def device_title(label: str) -> str:
    """A device's name above a panel, whole, in lines that fit there."""
    return "\n".join(textwrap.wrap(plain(label, longest=200), 36))


def name_untimed(axes: Axes, names: Iterable[str], *, top: bool = False) -> None:
    """Writes into a panel of seconds what is missing there, below its curves or above them."""
    if missing := ", ".join(names):
        words = "\n".join(textwrap.wrap(f"not timed: {missing}", 30))
        axes.text(
            0.98, 0.97 if top else 0.03, words, transform=axes.transAxes, ha="right",
            va="top" if top else "bottom", fontsize=6, color=GREY,
        )  # fmt: skip


def score_words(metric: str) -> str:
    """The name of a score's axis."""
    return {
        "accuracy": "held-out accuracy (%)",
        "exact_match": "held-out exact matches (%)",
        "bits_per_character": "held-out bits a character",
    }[metric]


def score_factor(metric: str) -> float:
    """What a score is drawn times: fractions are drawn as per cent."""
    return 1.0 if metric == "bits_per_character" else 100.0


def powers_axis(axes: Axes, low: float, high: float, *, axis: str = "x") -> None:
    """A logarithmic axis from `low` to `high` whose ticks read 0.1, 1, 10, 100."""
    own = axes.xaxis if axis == "x" else axes.yaxis
    (axes.set_xscale if axis == "x" else axes.set_yscale)("log")
    decades = [10.0**power for power in range(-9, 10)]
    own.set_major_locator(FixedLocator(ticks(decades, low, high)))
    own.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    own.set_minor_locator(NullLocator())
    (axes.set_xlim if axis == "x" else axes.set_ylim)(low, high)


def ticks(decades: Sequence[float], low: float, high: float) -> list[float]:
    """Ticks inside [low, high]: the decades, with 2 and 5 (or 3) between where they are few."""
    inside = [tick for tick in decades if low <= tick <= high]
    for digits in ((), (3.0,), (2.0, 5.0)):
        more = [tick * digit for tick in decades for digit in (1.0, *digits)]
        inside = sorted(tick for tick in more if low <= tick <= high)
        if len(inside) >= 3:
            return inside
    return inside or [low, high]
