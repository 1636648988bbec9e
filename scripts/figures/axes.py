"""Axes of batch sizes and of seconds: logarithmic, with ticks that are read, not decoded."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import (
    FixedLocator,
    Formatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
    StrMethodFormatter,
)

from scripts.read.text import seconds_in_words


class TickWords(Formatter):
    """Ticks as a function writes their values; unlike a lambda it can go to another process."""

    def __init__(self, words: Callable[[float], str]) -> None:
        self._words = words

    def __call__(self, value: float, _place: int | None = None) -> str:
        """The words of one tick."""
        return self._words(value)


def batch_size_axis(axes: Axes, batch_sizes: Sequence[int]) -> None:
    """A logarithmic x axis that names the measured batch sizes and nothing else."""
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator([float(size) for size in batch_sizes]))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    if len(batch_sizes) > 6 or max(batch_sizes) > 9999:
        axes.tick_params(axis="x", rotation=45)
    axes.set_xlabel("batch size (samples)")
    low, high = min(batch_sizes), max(batch_sizes)
    axes.set_xlim(low / 1.4, high * 1.4)


def seconds_axis(axes: Axes) -> None:
    """A logarithmic y axis whose ticks read `10 ms`."""
    logarithmic_axis(axes, short_seconds)


def logarithmic_axis(axes: Axes, words: Callable[[float], str]) -> None:
    """A logarithmic y axis whose ticks read as `words` writes them."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    logarithmic_ticks(axes.yaxis, low=low, high=high, words=words)


def logarithmic_ticks(
    axis: Axis, *, low: float, high: float, words: Callable[[float], str]
) -> None:
    """A readable number of ticks on a logarithmic axis, however short or long it is."""
    if high / low < 3:
        axis.set_major_locator(MaxNLocator(nbins=5))
    elif high / low < 200:
        subs = [1.0, 2.0, 5.0] if high / low < 30 else [1.0, 3.0]
        axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter(TickWords(words))
    axis.set_minor_formatter(NullFormatter())


def short_seconds(seconds: float) -> str:
    """Seconds on a tick: `10 ms`, `1.5 s`."""
    number, unit = seconds_in_words(seconds).split(" ")
    return f"{float(number):g} {unit}"
