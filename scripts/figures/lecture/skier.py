"""The skier with one parameter: he feels the slope under him; the learning rate is his stride."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.figures.lecture.slide import new_slide
from scripts.figures.style import GREY, style

Array = npt.NDArray[np.float64]

X, Y = np.array([0.5, 1.0, 1.5, 2.0]), np.array([0.9, 1.4, 2.3, 3.1])
"""Four samples; the network is y = w x."""
START = 0.2
_VIEW = (-0.6, 3.7)
_HIGHEST = 9.0
_TANGENT = 0.7


def loss(w: float | Array) -> Array:
    """The mean squared error at each w."""
    return np.asarray(((np.multiply.outer(w, X) - Y) ** 2).mean(axis=-1))


def slope(w: float) -> float:
    """The derivative of the loss, as backpropagation has it."""
    return float((2 * X * (w * X - Y)).mean())


def path(rate: float, *, steps: int) -> Array:
    """Where the skier stands: at the start, and after each step of rate x slope downhill."""
    places = [START]
    for _ in range(steps):
        places.append(places[-1] - rate * slope(places[-1]))
    return np.array(places)


@style()
def skier_figure(rates: Mapping[str, float], *, steps: int, title: str, caption: str) -> Figure:
    """A panel for each learning rate, under its name."""
    figure, panels = new_slide(title, caption, columns=len(rates), sharey=True)
    for axes, (name, rate) in zip(panels, rates.items(), strict=True):
        _draw(axes, rate, steps)
        axes.set_title(f"learning rate {rate:g}: {name}", fontweight="bold")
        axes.set(xlabel="parameter w", xlim=_VIEW, ylim=(-0.4, _HIGHEST))
    panels[0].set_ylabel("loss")
    return figure


def _draw(axes: Axes, rate: float, steps: int) -> None:
    """The loss, the tangent where the skier starts, and his way."""
    blue, orange = (sns.color_palette("colorblind")[hue] for hue in (0, 3))
    ws, places = np.linspace(*_VIEW, 200), path(rate, steps=steps)
    axes.plot(ws, loss(ws), color=GREY, linewidth=1)
    beside = START + np.array([-_TANGENT, _TANGENT])
    tangent = loss(START) + slope(START) * (beside - START)
    axes.plot(beside, tangent, color=blue, linewidth=1.2, linestyle="--")
    axes.plot(places, loss(places), color=orange, linewidth=0.8, marker="o", markersize=4)
    axes.text(_VIEW[0] + 0.1, 1.0, f"slope {slope(START):.1f}", color=blue)
