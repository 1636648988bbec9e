"""What figures about machines share: a colour and a marker for each, and how many are drawn."""

from collections.abc import Iterable
from typing import Any

import seaborn as sns

from scripts.figures.speed import MARKERS

_LETTERS_AN_INCH = 16
MOST = 10
"""Machines of a figure: more colours are not told apart. The tables have all."""


def machine_looks(machines: Iterable[str]) -> dict[str, tuple[Any, str]]:
    """Colour and marker by machine, of the first MOST of them."""
    names = list(dict.fromkeys(machines))[:MOST]
    colours = sns.color_palette("colorblind", MOST)
    markers = [*MARKERS, "*"]
    return {name: (colours[place], markers[place]) for place, name in enumerate(names)}


def key_columns(names: Iterable[str], *, width: float) -> int:
    """How many columns of a key fit into a figure of that width in inches."""
    longest = max((len(name) for name in names), default=1)
    return max(1, min(4, int(width * _LETTERS_AN_INCH) // (longest + 8)))


def left_out(machines: Iterable[str]) -> str:
    """A note for the headline where there are more machines than are drawn."""
    count = len(set(machines))
    return f"; the first {MOST} of {count} machines" if count > MOST else ""
