"""Is the gradient right? Backpropagation against difference quotients, by their step."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from scripts.figures.axes import log_axis
from scripts.figures.lecture.slide import new_slide
from scripts.figures.marks import key_marks
from scripts.figures.style import style

_LINES = {"double": "-", "single": ":"}


@style()
def gradient_figure(errors: pd.DataFrame, *, title: str, caption: str) -> Figure:
    """The figure of rows network, precision, h, error: a line is the median over directions."""
    figure, [axes] = new_slide(title, caption)
    networks = list(dict.fromkeys(errors["network"]))
    colours = dict(zip(networks, sns.color_palette("colorblind"), strict=False))
    for (network, precision), own in errors.groupby(["network", "precision"], sort=False):
        curve, line = own.groupby("h")["error"].median(), _LINES[str(precision)]
        axes.plot(curve.index, curve, line, color=colours[network], marker="o", markersize=2.5)
    for name in ("x", "y"):
        log_axis(axes, name, "{:.0e}".format)
    axes.set(xlabel="step h of the difference quotient", ylabel="relative error of the slope")
    looks = {name: (colour, "") for name, colour in colours.items()}
    axes.legend(handles=key_marks(looks), frameon=False, loc="lower left")
    return figure
