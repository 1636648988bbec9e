"""Many machines together: on how many of them is a side slower, and from which batch size on not.

Frames in, frames out, from the tables of an analysis. Other sides are counted apart.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from scripts.judge.crossover import ABOVE, ALWAYS, BELOW, INTERVAL, NEVER, REVERSE
from scripts.judge.verdicts import WORDS
from scripts.read.sides import is_cpu

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


def crossings(crossovers: pd.DataFrame, by: Sequence[str] = CONTEST) -> pd.DataFrame:
    """A row a workload and two sides, once warm: where machines' curves cross, and how many do not.

    Columns: `by`, machines; how many are of which sort (SORTS: slower, or faster, wherever that
    is decided; reversed: faster on small batches and slower on large ones; other: not decided, too
    close, more than one crossing); and of those that cross, quarter, median and three_quarters of
    the first batch size at which the side is faster.
    """
    warm = crossovers[crossovers["scope"] == "warm"]
    warm = warm.assign(sort=warm["kind"].map(_SORTS).fillna("other"))
    curves = warm.groupby(list(by), sort=False)
    counts = curves["sort"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=list(SORTS), fill_value=0)
    first = warm[warm["sort"] == "crosses"].groupby(list(by), sort=False)["upper"]
    quarters = first.quantile(np.array([0.25, 0.5, 0.75]), interpolation="lower").unstack()
    quarters = quarters.reindex(columns=[0.25, 0.5, 0.75])
    quarters.columns = pd.Index(["quarter", "median", "three_quarters"])
    table = pd.concat([curves.size().rename("machines"), counts, quarters.astype("Int64")], axis=1)
    return table.reset_index().rename_axis(columns=None)


def with_cards(rows: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """The rows with `card`: what their side computes on, the accelerator's name or the CPU's.

    `rows` have file, side and device_label (`cuda (NVIDIA H200)`); `files` as of `load_results`.
    """
    cpus = rows["file"].map(files.set_index("file")["cpu"])
    names = rows["device_label"].str.extract(r"\((.*)\)$", expand=False)
    return rows.assign(
        card=cpus.where(rows["side"].map(is_cpu), names.fillna(rows["device_label"]))
    )


def by_card(crossovers: pd.DataFrame, work: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """`crossings` by card, a machine once: by its curve of most batch sizes, then the newest.

    `work` are the rows (file, side, device_label) of the sides that count.
    """
    labels = work[["file", "side", "device_label"]].drop_duplicates()
    curves = with_cards(crossovers.merge(labels, on=["file", "side"]), files)
    curves = curves[curves["scope"] == "warm"]
    known = files.set_index("file")
    ordered = curves.assign(
        machine_id=curves["file"].map(known["machine_id"]),
        started=curves["file"].map(known["started"]),
        sizes=curves["cells"].str.count(";"),
    ).sort_values(["sizes", "started"], kind="stable")
    once = ordered.drop_duplicates(["card", "machine_id", *CONTEST], keep="last")
    return crossings(once.sort_values(["card", *CONTEST], kind="stable"), by=["card", *CONTEST])
