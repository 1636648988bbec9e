"""Derived totals: which they are, what they are called, and how far off they would have been.

Of more epochs than a run measured, a total is the cold start, the measured epochs and a warm epoch
for each of the others, process by process.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from scripts.read.text import counted

MARK = "*"
"""Stands at a number of epochs in figures and narrow tables; what it means is said beside them."""
MEANS = "a warm epoch for each epoch that was not measured"


DERIVED_FROM = 2
"""Epochs that a run measures by default: how far off are totals that are derived from as many?"""


def with_mark(
    table: pd.DataFrame, rounds: pd.DataFrame, *, of: Sequence[str] = ("file",)
) -> pd.DataFrame:
    """The table with a last column `derived`: whether a row stands on a derived total.

    `rounds` are rows of `table.load`; `of` are the table's columns with the files, or machines,
    that a row is about, the first of them as in `rounds`. Of warm rows (epochs NA) none is derived.
    """
    known = rounds.loc[rounds["derived"], [of[0], "epochs"]].drop_duplicates()
    places = set(zip(known[of[0]], known["epochs"].astype(int), strict=True))
    epochs = table["epochs"].fillna(0).astype(int).tolist()
    marks = np.zeros(len(table), dtype=np.bool_)
    for name in of if places else ():
        own = zip(table[name], epochs, strict=True)
        marks |= np.fromiter((place in places for place in own), dtype=np.bool_)
    return table.assign(derived=marks)


def with_scope_mark(table: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """The same for rows about all of a machine's totals together, by `machine` and `scope`."""
    machines = set(rounds.loc[rounds["derived"], "machine"])
    marks = [machine in machines for machine in table["machine"]]
    return table.assign(derived=np.array(marks, dtype=np.bool_) & (table["scope"] == "total"))


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
