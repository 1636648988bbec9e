"""Derived totals: what they are called.

Of more epochs than a run measured, a total is the cold start, the measured epochs and a warm epoch
for each of the others, process by process.
"""

import pandas as pd

from scripts.read.text import counted

MARK = "*"
"""Stands at a number of epochs in figures and narrow tables; what it means is said beside them."""
MEANS = "a warm epoch for each epoch that was not measured"


DERIVED_FROM = 2
"""Epochs that a run measures by default: how far off are totals that are derived from as many?"""


def epoch_words(epochs: object, *, derived: bool, warm: str = "warm") -> str:
    """A number of epochs in a table: `10`, `100 (derived)`, or that these are warm ones."""
    if pd.isna(epochs):  # type: ignore[call-overload]
        return warm
    return f"{epochs} (derived)" if derived else str(epochs)


def epoch_column(rows: pd.DataFrame) -> list[str]:
    """The same for each row of a table."""
    pairs = zip(rows["epochs"], rows["derived"], strict=True)
    return [epoch_words(epochs, derived=derived) for epochs, derived in pairs]


def derived_line(rounds: pd.DataFrame, *, measured_epochs: float) -> str:
    """What the derived totals of a file are, or nothing where it has none."""
    if not rounds["derived"].any():
        return ""
    most = counted(int(measured_epochs), "epoch")
    return (
        f"Totals of more than {most} ({MARK}) are derived, process by process: the cold start, the "
        f"first {most}, and a warm epoch for each further one."
    )
