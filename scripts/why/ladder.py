"""From the loop that is taught to the lean one: what every step between them costs, cell by cell.

Each rung of the ladder leaves out one thing of the loop above it. Which rungs a file has, and what
they took, it says itself; here they are put in order and set beside the plain cell.
"""

import pandas as pd

from scripts.read.sides import is_cpu
from scripts.read.studies import CELL

COURSE, LEAN = "loop-course", "loop-lean"
RUNGS = {
    COURSE: ("as taught", ""),
    "loop-no-evaluation": ("no evaluation in the clock", "the evaluation inside the clock"),
    "loop-vectorised-gather": ("vectorised gather", "the Python list as index"),
    "loop-padded": ("padded, not packed", "packing the sequences"),
    "loop-slices": ("slices, no DataLoader", "the DataLoader"),
    "loop-pinned": ("pinned memory", "copying out of pageable memory"),
    LEAN: ("resident data (lean loop)", "copying each minibatch"),
}
"""The rungs from the top, which is the loop that is taught: name, and what is left out there."""
_LEAN_ON_CPU = ("slices, no DataLoader (lean loop)", "the DataLoader")

_RUNG = ["rung", "name", "leaves_out", "epoch_seconds", "saved_seconds"]
COLUMNS = [*CELL, *_RUNG, "verdict", "times", "lo", "hi", "reason", "blocks", "device_label"]


def ladder(variants: pd.DataFrame, remedies: pd.DataFrame) -> pd.DataFrame:
    """A row per cell and rung (COLUMNS), from `variants_table` and the rows of `remedies`.

    `epoch_seconds`: the median over the processes; `saved_seconds`: how much less that is than on
    the rung above (the next that has a time). `times`: its epoch over the plain cell's, with its
    interval [lo, hi]; `verdict` is on the plain cell: `slower` is a rung that takes longer.
    """
    rungs = remedies[(remedies["kind"] == "ladder") & remedies["remedy"].isin(list(RUNGS))]
    if rungs.empty:
        return pd.DataFrame(columns=COLUMNS)
    timed = variants[variants["block"].notna() & (variants["arm"] == "first")]
    medians = timed.groupby([*CELL, "variant"])["epoch_seconds"].median()
    table = rungs.rename(columns={"remedy": "rung"}).merge(
        medians.rename_axis([*CELL, "rung"]).reset_index(), on=[*CELL, "rung"], how="left"
    )
    places = {rung: place for place, rung in enumerate(RUNGS)}
    table = table.sort_values(
        [*CELL, "rung"], key=lambda axis: axis.map(lambda value: places.get(value, value))
    )
    words = [rung_words(*pair) for pair in zip(table["rung"], table["device"], strict=True)]
    above = table.groupby(CELL)["epoch_seconds"].transform(lambda own: own.ffill().shift())
    table = table.assign(
        saved_seconds=above - table["epoch_seconds"],
        name=[names[0] for names in words],
        leaves_out=[names[1] for names in words],
        times=1 / table["gain"],
        lo=1 / table["hi"],
        hi=1 / table["lo"],
    )
    return table[COLUMNS].reset_index(drop=True)


def rung_words(rung: str, device: str) -> tuple[str, str]:
    """A rung's name and what it leaves out; on the CPU, where nothing is copied, the last differs.

    There the step to the lean loop is the one from a DataLoader to slices.
    """
    return _LEAN_ON_CPU if rung == LEAN and is_cpu(device) else RUNGS[rung]


def largest_step(cells: pd.DataFrame) -> pd.DataFrame:
    """Of each cell the rung that saves most of the seconds between the top and the lean loop.

    `share` is its part of that gap; cells whose ladder saves nothing have no row.
    """
    seconds = cells.groupby(CELL)["epoch_seconds"]
    own = cells.assign(gap=seconds.transform(lambda own: own.iloc[0] - own.iloc[-1]))
    own = own[(own["gap"] > 0) & own["saved_seconds"].notna()]
    best = own.loc[own.groupby(CELL)["saved_seconds"].idxmax()]
    return best.assign(share=best["saved_seconds"] / best["gap"])
