"""Many machines together: on how many of them is a side slower, and from which batch size on not.

Frames in, frames out, from the tables of an analysis. Other sides are counted apart.
"""

import numpy as np
import pandas as pd

from scripts.judge.crossover import ABOVE, ALWAYS, BELOW, INTERVAL, NEVER, REVERSE
from scripts.judge.verdicts import WORDS

CONTEST = ["workload", "side", "base"]
CELL = ["scope", *CONTEST, "epochs", "batch_size"]
_SORTS = {
    INTERVAL: "crosses", REVERSE: "reversed",
    NEVER: "slower", ABOVE: "slower", ALWAYS: "faster", BELOW: "faster",
}  # fmt: skip
SORTS = ("crosses", "reversed", "slower", "faster", "other")


def shares(verdicts: pd.DataFrame) -> pd.DataFrame:
    """A row a cell of the grid (CELL; epochs NA: warm): how many machines have which verdict.

    Columns: CELL, machines, a column for each of `verdict.WORDS`, and ratio_low, ratio, ratio_high:
    the 10th percentile, median and 90th of seconds / the base's seconds over the machines; derived:
    whether any of the machines derived this total.
    """
    cells = verdicts.fillna({"epochs": 0}).groupby(CELL)  # joined below, where NA is unlike NA
    counts = cells["verdict"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=list(WORDS), fill_value=0)
    ratios = cells["ratio"].quantile(np.array([0.1, 0.5, 0.9])).unstack()
    ratios.columns = pd.Index(["ratio_low", "ratio", "ratio_high"])
    derived = cells["derived"].any()
    table = pd.concat([cells.size().rename("machines"), counts, ratios, derived], axis=1)
    table = table.reset_index().rename_axis(columns=None)
    return table.assign(epochs=table["epochs"].where(table["epochs"] > 0).astype("Int64"))


def crossings(crossovers: pd.DataFrame) -> pd.DataFrame:
    """A row a workload and two sides, once warm: where machines' curves cross, and how many do not.

    Columns: CONTEST, machines; how many are of which sort (SORTS: slower, or faster, wherever that
    is decided; reversed: faster on small batches and slower on large ones; other: not decided, too
    close, more than one crossing); and of those that cross, quarter, median and three_quarters of
    the first batch size at which the side is faster.
    """
    warm = crossovers[crossovers["scope"] == "warm"]
    warm = warm.assign(sort=warm["kind"].map(_SORTS).fillna("other"))
    curves = warm.groupby(CONTEST, sort=False)
    counts = curves["sort"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=list(SORTS), fill_value=0)
    first = warm[warm["sort"] == "crosses"].groupby(CONTEST, sort=False)["upper"]
    quarters = first.quantile(np.array([0.25, 0.5, 0.75]), interpolation="lower").unstack()
    quarters = quarters.reindex(columns=[0.25, 0.5, 0.75])
    quarters.columns = pd.Index(["quarter", "median", "three_quarters"])
    table = pd.concat([curves.size().rename("machines"), counts, quarters.astype("Int64")], axis=1)
    return table.reset_index().rename_axis(columns=None)
