"""How far derived totals would have been off, of runs that measured all epochs."""

from typing import Any

import pandas as pd

from scripts.read.text import counted
from scripts.words.derived import DERIVED_FROM

CELL = ["file", "machine", "workload", "batch_size", "epochs", "device", "threads"]


def derived_errors(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a measured cell of more than DERIVED_FROM epochs, from the rows of `table.load`.

    Columns: CELL, measured_seconds and derived_seconds (medians over the processes), error (the
    median of derived / measured - 1), lowest, highest (error of a process), blocks.
    """
    own = rounds[(rounds["arm"] == "first") & rounds["derivable_seconds"].notna()]
    own = own.assign(error=own["derivable_seconds"] / own["total_seconds"] - 1)
    table = own.groupby(CELL, sort=False).agg(
        measured_seconds=("total_seconds", "median"),
        derived_seconds=("derivable_seconds", "median"),
        error=("error", "median"),
        lowest=("error", "min"),
        highest=("error", "max"),
        blocks=("error", "count"),
    )
    return table.reset_index()


def errors_line(errors: pd.DataFrame) -> str:
    """The errors of one file's cells in two sentences; nothing where there are none."""
    if errors.empty:
        return ""
    sizes = errors["error"].abs()
    worst: dict[Any, Any] = errors.iloc[int(sizes.to_numpy().argmax())].to_dict()
    most = int(errors["epochs"].max())
    longest = sizes[errors["epochs"] == most].median()
    there = f"; at {most} epochs {longest:.1%}" if errors["epochs"].nunique() > 1 else ""
    nine_of_ten = sizes.quantile(0.9)
    return (
        f"Derived from the first {counted(DERIVED_FROM, 'epoch')}, the totals of "
        f"{counted(len(errors), 'cell')} with more would be off by {sizes.median():.1%} "
        f"(median{there}), and by at most {nine_of_ten:.1%} in nine of ten. "
        f"The worst: {worst['error']:+.1%}, {worst['workload']} at batch size "
        f"{worst['batch_size']}, {worst['epochs']} epochs on {worst['device']}."
    )
