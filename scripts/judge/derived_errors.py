"""How far derived totals would have been off, of runs that measured all epochs."""

import pandas as pd

from scripts.judge.pairs import CELL


def derived_errors(rounds: pd.DataFrame) -> pd.DataFrame:
    """Return one row per measured cell of more than `columns.DERIVED_FROM` epochs.

    Columns: CELL, measured_seconds and derived_seconds (medians over the processes), error (the
    median of derived / measured - 1), lowest, highest (error of a process), blocks, doubt.

    `rounds` are rows of `doubt.trusted`.
    """
    own = rounds[~rounds["again"] & rounds["derivable_seconds"].notna()]
    own = own.assign(error=own["derivable_seconds"] / own["total_seconds"] - 1)
    table = own.groupby(CELL, sort=False).agg(
        measured_seconds=("total_seconds", "median"),
        derived_seconds=("derivable_seconds", "median"),
        error=("error", "median"),
        lowest=("error", "min"),
        highest=("error", "max"),
        blocks=("error", "count"),
        doubt=("doubt", "first"),
    )
    return table.reset_index()
