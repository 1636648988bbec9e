"""Device against device twice: each as it comes, and each with the best settings tried."""

import pandas as pd

from scripts.judge.pairs import measured, paired, plain, slim
from scripts.judge.rule import FEWEST_BLOCKS
from scripts.judge.verdicts import sound
from scripts.read.sides import SIDES, device_of

_PLACE = ["file", "machine", "workload", "batch_size"]
_RATIOS = ["side", "base", "ratio", "best_side", "best_base", "best_ratio"]
COLUMNS = [*_PLACE, *_RATIOS]


def best_against_best(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a file, workload, batch size and device beside the base's (COLUMNS), once warm.

    `ratio` is that of the plain sides `side` and `base` (NaN where one was not measured),
    `best_ratio` that of each device's fastest side, `best_side` and `best_base`: all are ratios of
    median epochs. Only sides with enough sound rounds take part, so none that trains to another
    loss. A fastest side was picked because it was fast, its luck included: `best_ratio` is a point
    without an interval, and the more sides a device was tried with, the more it flatters it.
    """
    seconds = _median_seconds(slim(rounds))
    seconds["device"] = seconds["side"].map(device_of)
    fastest = seconds.loc[seconds.groupby([*_PLACE, "device"], sort=False)["seconds"].idxmin()]
    plains = seconds[seconds["side"] == seconds["device"]]
    devices = fastest.merge(plains, on=[*_PLACE, "device"], how="left", suffixes=("", "_plain"))
    main = rounds[(rounds["family"] == SIDES) & (rounds["base"] == "")]
    own = main.drop_duplicates("file").set_index("file")["device"]
    is_base = devices["device"] == devices["file"].map(own)
    both = devices[~is_base].merge(devices[is_base], on=_PLACE, suffixes=("", "_base"))
    return both.assign(
        best_side=both["side"],
        best_base=both["side_base"],
        side=both["device"],
        base=both["device_base"],
        ratio=both["seconds_plain"] / both["seconds_plain_base"],
        best_ratio=both["seconds"] / both["seconds_base"],
    )[COLUMNS]


def _median_seconds(rounds: pd.DataFrame) -> pd.DataFrame:
    """The median epoch of each side at each batch size, over its sound rounds."""
    first = measured(rounds[~rounds["again"]], scope="warm")
    bases = first[(first["base"] == "") & (first["suspect"] == "")]
    pairs = sound(paired(rounds, scope="warm"))
    columns = [*_PLACE, "side", "base", "seconds"]
    every = pd.concat([bases[columns], pairs.rename(columns={"side_seconds": "seconds"})[columns]])
    groups = every.groupby(columns[:-1], observed=True)["seconds"]
    known = plain(groups.agg(["median", "count"]).reset_index())
    known = known[known["count"] >= FEWEST_BLOCKS].rename(columns={"median": "seconds"})
    there = pd.MultiIndex.from_frame(known[[*_PLACE, "side"]])
    meets = pd.MultiIndex.from_frame(known[[*_PLACE, "base"]])
    return known[(known["base"] == "") | meets.isin(there)].drop(columns=["base", "count"])
