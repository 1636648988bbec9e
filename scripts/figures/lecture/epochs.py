"""How many epochs? Training and held-out loss and score of one setting, and where they part."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from scripts.figures.lecture.slide import new_slide
from scripts.figures.marks import key_marks
from scripts.figures.style import style
from scripts.figures.target.fit import LOOKS, draw_fit


@style()
def epochs_figure(
    runs: pd.DataFrame, row: Mapping[Any, Any], *, title: str, caption: str
) -> Figure:
    """The figure of one cell's figure runs and its row of `turning_points`."""
    figure, (left, right) = new_slide(title, caption, columns=2)
    draw_fit(left, right, runs, row)
    for axes in (left, right):
        axes.set_xlabel("epochs")
    right.legend(handles=key_marks(LOOKS), frameon=False, loc="lower right")
    return figure
