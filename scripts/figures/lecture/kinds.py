"""A table as a slide: networks that learned the same data, side by side."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from scripts.figures.lecture.slide import new_slide
from scripts.figures.style import GREY, plain, style


@style()
def table_slide(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, title: str, caption: str
) -> Figure:
    """The figure of a table in words, its first column to the left."""
    figure, [axes] = new_slide(title, caption)
    axes.set_axis_off()
    words = [[plain(text) for text in row] for row in (titles, *rows)]
    drawn = axes.table(words, loc="center", cellLoc="center", edges="B", bbox=(0, 0, 1, 1))
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(8)
    drawn.auto_set_column_width(list(range(len(titles))))
    for (line, column), cell in drawn.get_celld().items():
        cell.set(edgecolor=GREY, linewidth=0.6)
        if column == 0:
            cell.set_text_props(ha="left")
        if line == 0 or column == 0:
            cell.set_text_props(fontweight="bold")
    return figure
