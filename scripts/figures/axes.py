"""Axes of batch sizes and of seconds: logarithmic, with ticks that are read, not decoded."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, Formatter, LogLocator, MaxNLocator, NullFormatter

from scripts.read.text import in_unit

_DIGITS = (
    (1.0,),
    (1.0, 3.0),
    (1.0, 2.0, 5.0),
    (1.0, 2.0, 3.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
)


class TickWords(Formatter):
    """Ticks as a function writes their values; unlike a lambda it can go to another process."""

    def __init__(self, words: Callable[[float], str]) -> None:
        self._words = words

    def __call__(self, value: float, _place: int | None = None) -> str:
        """The words of one tick."""
        return self._words(value)


class LogTicks(LogLocator):
    """Round ticks on a logarithmic axis, as many as it has room for; `whole` ones if asked for."""

    def __init__(self, *, whole: bool = False) -> None:
        super().__init__()
        self._whole = whole

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """The ticks of a view."""
        room = self.axis.get_tick_space() if isinstance(self.axis, Axis) else 0
        ticks = log_ticks(vmin, vmax, most=room * 3 // 4)
        return [tick for tick in ticks if not self._whole or tick == round(tick)]


def log_ticks(low: float, high: float, *, most: int) -> list[float]:
    """Ticks inside [low, high]: the roundest numbers of which there are three, at most `most`."""
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.log10(high) + 1)
    digits = (np.outer(decades, digits).ravel() for digits in _DIGITS)
    even = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    for ticks in (*digits, np.asarray(even)):
        inside = ticks[(ticks >= low) & (ticks <= high)]
        if len(inside) > 2:
            break
    every = -(-len(inside) // max(most, 4))
    decade = int(np.isclose(inside[:, None], decades).any(axis=1).argmax()) if len(inside) else 0
    return [float(tick) for tick in inside[decade % every :: every]]


def log_axis(
    axes: Axes, name: Literal["x", "y"], words: Callable[[float], str], *, whole: bool = False
) -> None:
    """Makes an axis logarithmic; `words` writes its ticks."""
    axes.set(**{f"{name}scale": "log"})
    own = axes.xaxis if name == "x" else axes.yaxis
    own.set_major_locator(LogTicks(whole=whole))
    own.set_major_formatter(TickWords(words))
    own.set_minor_formatter(NullFormatter())


def batch_size_axis(axes: Axes, batch_sizes: Sequence[int]) -> None:
    """A logarithmic x axis that names the measured batch sizes and nothing else."""
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator([float(size) for size in batch_sizes]))
    axes.xaxis.set_major_formatter(TickWords("{:.0f}".format))
    axes.xaxis.minorticks_off()
    low, high = min(batch_sizes), max(batch_sizes)
    if len(batch_sizes) > 6 or high > 9999:
        axes.tick_params(axis="x", rotation=45)
    axes.set(xlabel="batch size (samples)", xlim=(low / 1.4, high * 1.4))


def short_seconds(seconds: float) -> str:
    """Seconds on a tick: `10 ms`, `1.5 s`."""
    number, unit = in_unit(seconds)
    return f"{number:,g} {unit}"
