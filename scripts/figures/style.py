"""What all figures share: fonts, colours, panels, headline, and the bytes of a picture.

Figures are made for a column of a paper (3.5 inches and up), without pyplot's global state, so
that the same table gives the same bytes.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.typing import ColorType

from scripts.read.text import safe_text, wrapped
from scripts.words.names import side_label

Drawing = Callable[[], Figure | None]
"""Draws a figure when it is asked for; None where there is nothing to draw."""
FORMATS = ("png", "svg")
DPI = 200
GREY = "0.35"
MOST_PIXELS = 200_000_000
_LONGEST_SIDE = 60_000
LETTERS_PER_INCH = 16

_STYLE: dict[str, Any] = {
    **sns.axes_style("ticks"),
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "figure.titlesize": 9,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "hatch.linewidth": 0.5,
    "text.parse_math": False,
    "svg.hashsalt": "crossover",
}


@contextmanager
def style() -> Iterator[None]:
    """The context in which figures are drawn and saved; also a decorator of what draws them."""
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]  # the stubs want literal keys
        yield


def new_figure(*, width: float, height: float) -> Figure:
    """An empty figure of a size in inches, its parts placed so that nothing overlaps."""
    return Figure(figsize=(width, height), layout="constrained")


def new_panels(
    count: int, columns: int, *, panel: tuple[float, float], margin: tuple[float, float],
    least_width: float = 3.5, **shared: Any,
) -> tuple[Figure, list[Axes]]:  # fmt: skip
    """A figure with `count` panels, at most `columns` side by side.

    `panel` is the width and height of one in inches, `margin` what the figure has beside them.
    """
    columns = min(count, columns)
    lines = -(-count // columns)
    width = max(least_width, margin[0] + columns * panel[0])
    figure = new_figure(width=width, height=margin[1] + lines * panel[1])
    drawn = figure.subplots(lines, columns, squeeze=False, **shared).ravel()
    for axes in drawn[count:]:
        axes.remove()
    return figure, list(drawn[:count])


def split(rows: pd.DataFrame, column: str) -> list[tuple[str, pd.DataFrame]]:
    """The rows of each value of a column, in the order in which these occur."""
    return [(str(name), own) for name, own in rows.groupby(column, sort=False)]


def encoded(figure: Figure, kind: str, *, dpi: int = DPI) -> bytes:
    """The picture as a file's bytes; nothing in them depends on the time.

    A picture of more than MOST_PIXELS, or too wide for its format, is made with fewer dots an inch.
    """
    buffer = io.BytesIO()
    width, height = figure.get_size_inches()
    finest = min((MOST_PIXELS / (width * height)) ** 0.5, _LONGEST_SIDE / max(width, height))
    with style():
        metadata = {"Date": None} if kind == "svg" else {}
        figure.savefig(buffer, format=kind, dpi=min(dpi, finest), metadata=metadata)
        figure.set_layout_engine("none")  # laid out once: the next format keeps the places
    return buffer.getvalue()


def plain(text: object, *, longest: int = 60) -> str:
    """Text of a file for a figure: one safe line, without characters that the font lacks."""
    line = safe_text(text, longest=longest)
    return "".join(letter if ord(letter) in _letters() else "?" for letter in line)


def headline(figure: Figure, title: str, *notes: str) -> None:
    """The figure's title and below it the notes, from its left edge and wrapped to its width."""
    columns = int(figure.get_figwidth() * LETTERS_PER_INCH)
    parts = [plain(title, longest=200), *notes]
    lines = [line for part in parts for line in wrapped(part, columns)]
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=8)


def readable_on(colour: ColorType) -> str:
    """Black or white, whichever has the higher contrast on the colour (WCAG 2.2, luminance)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if luminance > 0.179 else "#fff"


def labelled(rounds: pd.DataFrame) -> pd.DataFrame:
    """The rows with a column `label`: the side in full, with the name of its hardware."""
    sides = list(zip(rounds["side"], rounds["device_label"], strict=True))
    words = {side: plain(side_label(*side)) for side in set(sides)}
    return rounds.assign(label=[words[side] for side in sides])


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())
