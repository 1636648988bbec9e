"""CNN, RNN or transformer? Networks that learned the same data: what each came to, and seconds."""

import numpy as np
import pandas as pd

from scripts.read.learning import CELL
from scripts.target.time import times_to_target

USUAL = 32
"""Networks are compared at one batch size, that nearest to this which most of them have."""
_CELL = ["workload", "batch_size", "optimizer"]
_TIMED = [*_CELL, "file", "machine", "side", "base", "device_label", "epoch_seconds", "note",
          "suspect", "reason"]  # fmt: skip


def kinds(turning: pd.DataFrame, epochs: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """A row per network and timed side, data set by data set: of those that several learned.

    `turning` are rows of `turning_points`, `epochs` of `with_whole_epochs`, `rounds` of
    `table.load`. A network stands there by the optimiser whose held-out loss was lowest. Columns:
    those of `turning`, its `file` and `machine` as learning_file and learned_on; then _TIMED, where
    a network that was not timed has one row without a side.
    """
    if turning.empty:
        return pd.DataFrame()
    whole = turning[(turning["dataset"] != "") & ~turning["cut"].astype(bool)]
    chosen = [_at_one_size(own) for _name, own in whole.groupby("dataset", sort=False)]
    chosen = [own for own in chosen if len(own) > 1]
    if not chosen:
        return pd.DataFrame()
    best = pd.concat(chosen, ignore_index=True)
    cells = best[CELL].merge(epochs, on=CELL)
    times = times_to_target(cells.assign(train_epochs=1.0, unsettled="", stands=None), rounds)
    named = best.rename(columns={"file": "learning_file", "machine": "learned_on"})
    timed = times[_TIMED] if len(times) else pd.DataFrame(columns=_TIMED)
    return named.merge(timed, on=_CELL, how="left")


def _at_one_size(own: pd.DataFrame) -> pd.DataFrame:
    """The best row of each network of a data set at the batch size that they share, all of one
    file where they can be: networks that were trained together are compared.
    """
    networks = own.groupby("batch_size")["workload"].nunique()
    sizes = networks.index[networks == networks.max()].to_numpy(dtype=np.float64)
    size = sizes[np.abs(np.log(sizes / USUAL)).argmin()]
    there = own[own["batch_size"] == size].sort_values("loss_best", kind="stable")
    together = there.groupby("file")["workload"].transform("nunique")
    first: pd.DataFrame = there.loc[together.sort_values(ascending=False, kind="stable").index]
    return first.drop_duplicates("workload").sort_index()
