"""What a causal mask is for: without it a language model reads the answer off."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from scripts.figures.lecture.slide import new_slide
from scripts.figures.marks import key_marks
from scripts.figures.style import style

WAYS = {
    ("mask on", "mask on"): ("mask on", 0),
    ("mask off", "mask off"): ("mask off: the next character leaks in", 3),
    ("mask off", "mask on"): ("trained with mask off, used with mask on", 1),
}
"""How it was trained and looked at: what that is called, and its colour."""


@style()
def mask_figure(looks: pd.DataFrame, *, title: str, caption: str) -> Figure:
    """The figure of rows trained, looked, seed, epoch, bits: medians and extremes of the seeds."""
    figure, [axes] = new_slide(title, caption)
    marks = {}
    for (trained, looked), (name, hue) in WAYS.items():
        own = looks[(looks["trained"] == trained) & (looks["looked"] == looked)]
        bits = own.pivot(index="epoch", columns="seed", values="bits").to_numpy()
        colour, epochs = sns.color_palette("colorblind")[hue], np.arange(len(bits))
        axes.plot(epochs, np.median(bits, axis=1), color=colour, marker="o", markersize=3)
        axes.fill_between(epochs, bits.min(axis=1), bits.max(axis=1), color=colour, alpha=0.2)
        marks[name] = (colour, "")
    axes.set(xlabel="epochs", ylabel="held-out loss (bits per character)", ylim=(0, None))
    axes.legend(handles=key_marks(marks), frameon=False)
    return figure
