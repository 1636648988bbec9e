"""Which of several learning files serves a workload, optimiser by optimiser."""

import pandas as pd

_FILE = ["workload", "file"]


def one_source(epochs: pd.DataFrame) -> pd.DataFrame:
    """The rows of one learning file for every workload and optimiser; a workload has one target.

    `epochs` are rows of `standing.with_whole_epochs`. The workload's best file names the target;
    other files that were trained to the same one serve the optimisers of which they know more.
    Better is all of the data, then more settings that were trained as far as they are advised, then
    more that are reached at all.
    """
    if epochs.empty:
        return epochs
    worth = _worth(epochs)
    of_file = worth.groupby([epochs[name] for name in _FILE], sort=False).transform("sum")
    whole = epochs.assign(worth=worth, of_file=of_file)
    best = whole.loc[whole.groupby("workload", sort=False)["of_file"].idxmax()]
    target = whole["workload"].map(best.set_index("workload")["target"])
    same = whole[whole["target"] == target]
    sums = same.groupby(["workload", "optimizer", "file"], sort=False)[["worth", "of_file"]].agg(
        {"worth": "sum", "of_file": "first"}
    )
    order = sums.sort_values(["worth", "of_file"], ascending=False, kind="stable").reset_index()
    chosen = order.drop_duplicates(["workload", "optimizer"])
    keys = ["workload", "optimizer", "file"]
    served = pd.MultiIndex.from_frame(epochs[keys]).isin(pd.MultiIndex.from_frame(chosen[keys]))
    return epochs[served & (epochs["target"] == target)]


def _worth(epochs: pd.DataFrame) -> pd.Series:
    """Of a setting, in units that a file cannot make up for by many of the next smaller one."""
    many = len(epochs) + 1
    followed = epochs["train_epochs"].notna() & (epochs["carried"] == 0)
    return many * followed + epochs["epochs"].notna() - many**2 * epochs["cut"].astype(int)
