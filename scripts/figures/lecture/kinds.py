"""A table as a slide: networks that learned the same data, side by side."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from scripts.figures.lecture.slide import new_slide
from scripts.figures.style import GREY, plain, style

_LETTERS = 100
"""Of 8 points that a slide has room for in a line; smaller ones where there are more."""
_GAP = 3


@style()
def table_slide(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, title: str, caption: str
) -> Figure:
    """The figure of a table in words; a title may have two lines."""
    figure, [axes] = new_slide(title, caption)
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(rows) + 0.5, -0.8))
    columns = list(zip(titles, *rows, strict=True))
    widths = [_GAP + max(len(line) for text in own for line in text.split("\n")) for own in columns]
    whole = max(sum(widths), _LETTERS)
    for place, own in enumerate(columns):
        for line, text in enumerate(own):
            words = "\n".join(plain(part) for part in text.split("\n"))
            bold = "bold" if line == 0 or place == 0 else "normal"
            axes.text(
                sum(widths[:place]) / whole, line, words, va="center", fontweight=bold,
                fontsize=8 * _LETTERS / whole,
            )  # fmt: skip
    axes.hlines([line + 0.5 for line in range(len(rows) + 1)], 0, 1, color=GREY, linewidth=0.6)
    return figure
