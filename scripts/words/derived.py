"""Derived totals: what they are called.

Of more epochs than a run measured, a total is the cold start, the measured epochs and a warm epoch
for each of the others, process by process.
"""

from typing import Any

import pandas as pd

from scripts.read.text import counted

MARK = "*"
"""Stands at a number of epochs in figures and narrow tables; what it means is said beside them."""
MEANS = "a warm epoch for each epoch that was not measured"


def epoch_words(epochs: object, *, derived: bool, warm: str = "warm") -> str:
    """A number of epochs in a table: `10`, `100 (derived)`, or that these are warm ones."""
    if pd.isna(epochs):  # type: ignore[call-overload]
        return warm
    return f"{epochs} (derived)" if derived else str(epochs)


def derived_line(rounds: pd.DataFrame, *, measured_epochs: float) -> str:
    """What the derived totals of a file are, or nothing where it has none."""
    if not rounds["derived"].any():
        return ""
    most = counted(int(measured_epochs), "epoch")
    return (
        f"Totals of more than {most} ({MARK}) are derived, process by process: the cold start, the "
        f"first {most}, and a warm epoch for each further one."
    )


def errors_line(errors: pd.DataFrame) -> str:
    """The errors of one file's sound cells in two sentences; nothing where there are none."""
    errors = errors[errors["doubt"] == ""]
    if errors.empty:
        return ""
    sizes = errors["error"].abs()
    worst: dict[Any, Any] = errors.iloc[int(sizes.to_numpy().argmax())].to_dict()
    most = int(errors["epochs"].max())
    longest = sizes[errors["epochs"] == most].median()
    there = f"; at {most} epochs {longest:.1%}" if errors["epochs"].nunique() > 1 else ""
    nine_of_ten = sizes.quantile(0.9)
    return (
        f"Derived from the first epoch, the totals of "
        f"{counted(len(errors), 'cell')} with more would be off by {sizes.median():.1%} "
        f"(median{there}), and by at most {nine_of_ten:.1%} in nine of ten. "
        f"The worst: {worst['error']:+.1%}, {worst['workload']} at batch size "
        f"{worst['batch_size']}, {worst['epochs']} epochs on {worst['side']}."
    )
