"""What would make a cell faster, and from how many epochs on, as gains over a side of its device.

Sides are judged where all are; here the verdicts on those that have more settings than their base
are told as gains. Beside them stand the larger batch sizes of the grid, contests of their own.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from scripts.judge.break_even import break_even
from scripts.judge.verdicts import verdicts
from scripts.read.columns import TEXT
from scripts.read.sides import SIDES, device_of
from scripts.read.studies import CELL
from scripts.why.ladder import RUNG

REMEDY, OF_RUN, BATCH = "remedy", "side of the run", "batch size"
PLAIN = "plain"

_KEY = ["file", "workload", "batch_size", "side", "base"]
_EVEN = ["pays_off", "epochs", "lower", "upper"]
_JUDGED = ["remedy", "kind", "verdict", "reason", "gain", "lo", "hi"]
COLUMNS = [*CELL, "base", *_JUDGED, *_EVEN, "blocks"]


def remedies(contests: pd.DataFrame, pays_off: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """A row per cell and remedy (COLUMNS), from the verdicts and break-even of all contests.

    `remedy`: the settings that `side` has beyond its `base`; `kind`: REMEDY, OF_RUN (of `--sides`)
    or BATCH: a larger batch size of the grid, whose epoch takes fewer and larger steps, for the
    cells of `rounds`. `gain` is base seconds / side seconds, warm, [lo, hi] its interval; above 1
    it helps. `pays_off`, `epochs`, `lower`, `upper`: break-even in epochs, cold starts included.
    """
    beyond = [_beyond(*sides) for sides in zip(contests["side"], contests["base"], strict=True)]
    kinds = np.where(contests["family"] == SIDES, OF_RUN, REMEDY)
    named = contests.assign(remedy=pd.array(beyond, dtype=TEXT), kind=kinds)
    tables = [
        _gains(named[(named["remedy"] != "") & ~named["remedy"].str.startswith(RUNG)], pays_off)
    ]
    moved = list(_moved(rounds[rounds["block"].notna()]))
    if moved:
        table = pd.concat(moved, ignore_index=True)
        judged = verdicts(table, scope="warm")
        names = judged["side"].str.rpartition(", ")[2]
        tables.append(_gains(judged.assign(remedy=names, kind=BATCH), break_even(table)))
    return pd.concat(tables, ignore_index=True)


def _beyond(side: str, base: str) -> str:
    """`tf32+compile` of `cuda+tf32+compile`, `*2` of `cpu*2`; empty: another device than its base.

    A base with a setting more, as in a run on one thread, leaves the PLAIN side for a remedy.
    """
    if not base or device_of(side) != device_of(base):
        return ""
    own, other = (name.removeprefix(device_of(name)).split("+") for name in (side, base))
    return "+".join(one for one in own if one and one not in other) or PLAIN


def _moved(rounds: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """At each batch size, epochs there and at the larger ones of the grid; no smaller ones."""
    own = rounds.drop_duplicates([*CELL, "again", "block"], ignore_index=True)
    own = own.assign(
        epochs=1,
        total_seconds=own["cold_start_seconds"] + own["epoch_seconds"],
        loss=np.nan,  # another batch size learns differently
        base="",
        family=SIDES,
    )
    sizes = sorted(own["batch_size"].unique())
    for place, size in enumerate(sizes[:-1]):
        yield own[own["batch_size"] == size]
        for larger in sizes[place + 1 :]:
            there = own[(own["batch_size"] == larger) & ~own["again"]]
            name = there["side"] + f", batch size {larger}"
            family = there["side"] + " batch sizes"
            yield there.assign(batch_size=size, side=name, base=there["side"], family=family)


def _gains(judged: pd.DataFrame, even: pd.DataFrame) -> pd.DataFrame:
    """Warm verdicts as gains, each beside its break-even."""
    own = judged[judged["scope"] == "warm"].drop(columns="epochs")
    paid = even.rename(columns={"kind": "pays_off"})[[*_KEY, *_EVEN]]
    table = own.merge(paid, on=_KEY, how="left")
    gains = {"gain": 1 / table["ratio"], "lo": 1 / table["hi"], "hi": 1 / table["lo"]}
    return table.assign(**gains).sort_values([*CELL, "remedy"], ignore_index=True)[COLUMNS]
