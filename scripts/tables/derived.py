"""Which rows of a table stand on derived totals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


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
