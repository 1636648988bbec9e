"""Which machine trains the most samples per second? Network by network, each at its own best."""

import numpy as np
import pandas as pd

_CELL = ["machine", "workload", "side", "label", "batch_size"]
COLUMNS = [*_CELL, "samples_a_second", "share", "doubt"]


def rates(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row per machine and network (COLUMNS): its most samples per second, and where these are.

    `rounds` as of `doubt.trusted`, with a `label`; suspect cells count only where there is no
    other. `share` is of the network's most. The fastest machine stands first: the one that is
    nearest to the most of each network, in the geometric mean over the networks that it has.
    """
    networks = list(rounds["workload"].unique())
    once = rounds[rounds["block"].notna()].drop_duplicates([*_CELL, "block"])
    cells = once.groupby(_CELL, sort=False)
    table = cells.agg(samples_a_second=("samples_a_second", "median"), doubt=("doubt", "first"))
    table = table.dropna(subset="samples_a_second").reset_index()
    table = table.assign(sound=table["doubt"] == "")
    table = table.sort_values(["sound", "samples_a_second"], ascending=False, kind="stable")
    best = table.drop_duplicates(["machine", "workload"])
    most = best.groupby("workload")["samples_a_second"].transform("max")
    best = best.assign(share=best["samples_a_second"] / most)
    near = np.log(best["share"]).groupby(best["machine"]).transform("mean")
    order = best.assign(near=near, place=best["workload"].map(networks.index))
    order = order.sort_values(["near", "machine", "place"], ascending=[False, True, True])
    return order[COLUMNS].reset_index(drop=True)
