"""From the loop that is taught to the lean one: what every step between them costs, cell by cell.

Above the taught loop are those that decode images whenever they are asked for.

Each rung of the ladder, a side like `cpu+loop=course`, leaves out one thing of the loop above it.
They are judged where all sides are; here they are put in order, the plain side among them.
"""

import pandas as pd

from scripts.read.studies import CELL

RUNGS = (
    "decoding", "workers", "course", "no-evaluation", "vectorised-gather", "padded", "slices",
    "pinned", "lean",
)  # fmt: skip
"""From the top, each with one thing less than the one above."""
DECODING, WORKERS, COURSE = RUNGS[:3]
LEAN = RUNGS[-1]
RUNG = "loop="
"""What the setting of a rung begins with."""

_KEY = ["file", "workload", "batch_size", "base"]
COLUMNS = [
    *CELL, "base", "rung", "epoch_seconds", "saved_seconds", "verdict", "times", "lo", "hi",
    "reason", "blocks", "doubt",
]  # fmt: skip


def ladder(judged: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """A row per cell and rung (COLUMNS), from verdicts against plain sides and the rounds.

    The plain side's own loop is a rung as well, without a verdict. `epoch_seconds`: the median over
    the processes; `saved_seconds`: how much less that is than on the rung above (the next that has
    a time). `times`: its epoch over the plain one's, with its interval [lo, hi].
    """
    warm = judged[judged["scope"] == "warm"]
    warm = warm.assign(rung=warm["side"].str.replace(rf".*\+{RUNG}", "", regex=True))
    rungs = warm[warm["rung"].isin(RUNGS)].rename(columns={"ratio": "times"})
    own = rounds[["file", "side", "loop"]].drop_duplicates()
    plain = rungs.drop_duplicates([*_KEY]).assign(
        side=rungs["base"], verdict="", reason="", times=1.0, lo=1.0, hi=1.0
    )
    plain = plain.drop(columns="rung").merge(own.rename(columns={"loop": "rung"}))
    table = pd.concat([rungs, plain[plain["rung"].isin(RUNGS)]]).drop_duplicates([*_KEY, "rung"])
    first = rounds[rounds["block"].notna() & ~rounds["again"]]
    cell = ["file", "workload", "batch_size", "side"]
    medians = first.groupby(cell).agg({"epoch_seconds": "median", "doubt": "first"}).reset_index()
    table = table.merge(medians, on=cell, how="left").sort_values(
        [*_KEY, "rung"], key=lambda own: own.map(RUNGS.index) if own.name == "rung" else own
    )
    above = table.groupby(_KEY)["epoch_seconds"].transform(lambda own: own.ffill().shift())
    table["saved_seconds"] = above - table["epoch_seconds"]
    return table[COLUMNS].reset_index(drop=True)


def largest_step(cells: pd.DataFrame) -> pd.DataFrame:
    """Of each cell the rung that saves most of the seconds between the top and the last loop.

    `share` is its part of that gap; cells whose ladder saves nothing have no row.
    """
    seconds = cells.groupby(_KEY)["epoch_seconds"]
    own = cells.assign(gap=seconds.transform(lambda own: own.iloc[0] - own.iloc[-1]))
    own = own[(own["gap"] > 0) & own["saved_seconds"].notna()]
    best = own.loc[own.groupby(_KEY)["saved_seconds"].idxmax()]
    return best.assign(share=best["saved_seconds"] / best["gap"])
