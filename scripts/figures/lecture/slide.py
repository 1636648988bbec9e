"""What all slides share: 16 to 9, a title, the caption below, letters for the last row."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.style import GREY, new_figure
from scripts.read.text import filled

DPI = 180
"""A slide is 1280 pixels wide, and its letters of 8 points are 20 pixels high."""
_WIDTH, _HEIGHT = 64 / 9, 4.0
_TITLE_LETTERS, _CAPTION_LETTERS = 62, 118


def new_slide(
    title: str, caption: str, *, rows: int = 1, columns: int = 1, **shared: Any
) -> tuple[Figure, list[Axes]]:
    """An empty slide with its title, its caption and panels row by row."""
    figure = new_figure(width=_WIDTH, height=_HEIGHT)
    words = filled(title, _TITLE_LETTERS)
    figure.suptitle(words, x=0.01, ha="left", fontsize=12, fontweight="bold")
    below = filled(caption, _CAPTION_LETTERS)
    figure.supxlabel(below, x=0.01, ha="left", fontsize=7, color=GREY)
    return figure, list(figure.subplots(rows, columns, squeeze=False, **shared).ravel())
