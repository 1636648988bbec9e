"""How near a device comes to its arithmetic, learned from measured ones, and told with its spread.

    expected = max(the host's seconds + launches, FLOPs / peak, bytes / bandwidth)
    estimate = expected x what devices of its kind took of theirs

The interval is one for a network that was not among those measured: a t interval of the networks'
means, widened by what batch sizes differ within one. Where fewer than LEAST networks were measured
on a kind of device there is none.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t

from scripts.bound.cards import Card, Range, host
from scripts.bound.floor import CELL, cpu_cells
from scripts.read.sides import device_of

LEAST = 3
LEVEL = 0.95


class Spread(NamedTuple):
    """Logarithms of measured over expected seconds: their centre, and how far 95 % are from it."""

    centre: float
    width: float
    networks: int


def expected_seconds(cells: pd.DataFrame, *, flops: pd.Series, copied: pd.Series) -> pd.Series:
    """What the arithmetic says of a step; `cells` have the columns of `dispatch` and batch_size.

    `flops` and `copied` are the device's rates per second.
    """
    issued = cells["issued_step_seconds"] - cells["kernel_seconds"]
    launched = issued + cells["launches"] * _middle(host().launch_seconds)
    computed = cells["batch_size"] * cells["flops_per_sample"] / flops
    moved = (cells["fixed_bytes"] + cells["batch_size"] * cells["bytes_per_sample"]) / copied
    return pd.Series(np.fmax(launched, np.fmax(computed, moved)))


def measured_pairs(
    rounds: pd.DataFrame, dispatch: pd.DataFrame, diagnosis: pd.DataFrame
) -> pd.DataFrame:
    """A row per cell of a side whose peaks are known, and whose host was looked at: what is learned
    from, so that nothing suspect is among it.

    Columns: CELL, side, kind (`cuda`; `cpu` of threads), step_seconds, expected, log_ratio. The
    plain CPU is the host itself, and no other device.
    """
    known = rounds[rounds["block"].notna() & ~rounds["again"] & (rounds["side"] != "cpu")]
    seconds = known.groupby([*CELL, "side"], sort=False)["step_seconds"].median().reset_index()
    rates = ["matmul_flops_per_second", "copy_bytes_per_second"]
    diagnosis, dispatch = (own[own["suspect"] == ""] for own in (diagnosis, dispatch))
    peaks = diagnosis.drop_duplicates(["file", "side"])[["file", "side", *rates]].dropna()
    cells = seconds.merge(peaks, on=["file", "side"]).merge(_named(dispatch))
    expected = expected_seconds(cells, flops=cells[rates[0]], copied=cells[rates[1]])
    kinds = cells["side"].map(lambda side: device_of(side).partition(":")[0]).astype(str)
    ratio = np.log(cells["step_seconds"] / expected)
    columns = [*CELL, "side", "kind", "step_seconds", "expected", "log_ratio"]
    return cells.assign(kind=kinds, expected=expected, log_ratio=ratio)[columns]


def spread(pairs: pd.DataFrame) -> Spread | None:
    """What devices of one kind took of the expected seconds; None where too few networks tell."""
    networks = pairs.groupby("workload")["log_ratio"]
    means, count = networks.mean(), networks.ngroups
    if count < LEAST:
        return None
    within = float(np.sqrt(networks.var().fillna(0.0).mean()))
    between = float(means.std()) * np.sqrt(1 + 1 / count)
    width = float(t.ppf((1 + LEVEL) / 2, count - 1)) * float(np.hypot(between, within))
    return Spread(float(means.mean()), width, count)


def left_out(pairs: pd.DataFrame) -> pd.DataFrame:
    """The cells with the interval that the other networks on the same kind of device give them.

    Adds low, high and inside; kinds of too few networks have no row.
    """
    tables = []
    for (_kind, workload), own in pairs.groupby(["kind", "workload"], sort=False):
        others = pairs[(pairs["kind"] == own["kind"].iloc[0]) & (pairs["workload"] != workload)]
        if (known := spread(others)) is not None:
            low, high = _interval(own["expected"], known)
            inside = own["step_seconds"].between(low, high)
            tables.append(own.assign(low=low, high=high, inside=inside))
    empty = pairs.head(0).assign(low=np.nan, high=np.nan, inside=False)
    return pd.concat(tables or [empty], ignore_index=True)


def estimates(
    rounds: pd.DataFrame, dispatch: pd.DataFrame, card: Card, known: Spread
) -> pd.DataFrame:
    """A row per CPU cell: what the card's step is expected to take (CELL, seconds, low, high)."""
    cells = cpu_cells(rounds).merge(_named(dispatch))
    flops, copied = (
        pd.Series(_middle(rate), cells.index)
        for rate in (card.flops_per_second, card.bytes_per_second)
        if rate
    )
    expected = expected_seconds(cells, flops=flops, copied=copied)
    low, high = _interval(expected, known)
    return cells[CELL].assign(seconds=expected * np.exp(known.centre), low=low, high=high)


def _interval(expected: pd.Series, known: Spread) -> tuple[pd.Series, pd.Series]:
    ends = (known.centre - known.width, known.centre + known.width)
    low, high = (expected * np.exp(end) for end in ends)
    return low, high


def _named(dispatch: pd.DataFrame) -> pd.DataFrame:
    return dispatch.rename(columns={"step_seconds": "issued_step_seconds"})


def _middle(numbers: Range) -> float:
    return float(np.sqrt(numbers.low * numbers.high))
