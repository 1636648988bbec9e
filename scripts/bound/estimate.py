"""How near a device comes to its arithmetic, learned from measured ones, and told with its spread.

    expected = max(the host's seconds + launches, FLOPs / peak, bytes / bandwidth)
    expected of a CPU = a step of hardly any samples + max(FLOPs / peak, bytes / bandwidth)
    share = of the two parts, how much the second one (the arithmetic) has
    estimate = expected x what devices of its kind took of theirs, at such a share

A device with a queue computes while the host issues; a CPU does one after the other, kernels' own
seconds and the loops inside of layers included.

What the host takes is known well, how near kernels come to their peaks is not: so the logarithm of
measured over expected seconds is a line of the share, each network has its own, and the interval is
one for the line of a network that was not among those measured, by a t distribution. Where fewer
than LEAST networks were measured at LEAST batch sizes each on a kind of device there is none.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t

from scripts.bound.cards import Card, Range, host
from scripts.bound.floor import CELL, cpu_cells
from scripts.read.sides import device_of

LEAST = 3
LEVEL = 0.95
STEADY = 1e-3
"""Squared deviations of a network's shares from their mean that halve its slope: it is not made of
noise where all batch sizes have nearly the same share."""


class Spread(NamedTuple):
    """Lines (at share 0, slope) of networks' logarithms of measured over expected seconds: their
    mean, their covariance as a further network has it, and the variance of cells around them.
    """

    line: npt.NDArray[np.float64]
    covariance: npt.NDArray[np.float64]
    scatter: float
    networks: int

    def around(self, cells: pd.DataFrame) -> pd.DataFrame:
        """The seconds, low and high of cells with `expected` and `share`."""
        places = np.stack([np.ones(len(cells)), cells["share"]], axis=1)
        middle = places @ self.line
        variance = np.einsum("ni,ij,nj->n", places, self.covariance, places) + self.scatter
        width = t.ppf((1 + LEVEL) / 2, self.networks - 1) * np.sqrt(variance)
        ends = {"seconds": middle, "low": middle - width, "high": middle + width}
        return pd.DataFrame({name: cells["expected"] * np.exp(end) for name, end in ends.items()})


def arithmetic(
    cells: pd.DataFrame, *, flops: pd.Series, copied: pd.Series, queued: pd.Series | bool = True
) -> pd.DataFrame:
    """The `expected` seconds of a step and the `share`; `cells` as of `dispatch`, with batch_size.

    `flops` and `copied` are the device's rates per second; `queued`: it computes while the host
    issues, as a CPU does not.
    """
    alone = cells["issued_step_seconds"]
    launched = alone - cells["kernel_seconds"] + cells["launches"] * _middle(host().launch_seconds)
    issued = np.where(queued, launched, alone)
    computed = cells["batch_size"] * cells["flops_per_sample"] / flops
    moved = (cells["fixed_bytes"] + cells["batch_size"] * cells["bytes_per_sample"]) / copied
    busy = np.fmax(computed, moved)
    expected = np.where(queued, np.fmax(issued, busy), issued + busy)
    return pd.DataFrame({"expected": expected, "share": busy / (issued + busy)}, cells.index)


def measured_pairs(
    rounds: pd.DataFrame, dispatch: pd.DataFrame, diagnosis: pd.DataFrame
) -> pd.DataFrame:
    """A row per cell of a side whose peaks are known, and whose host was looked at: what is learned
    from, so that nothing suspect is among it.

    Columns: CELL, side, kind (`cuda`; `cpu` of threads), step_seconds, expected, share, log_ratio.
    The plain CPU is the host itself, and no other device.
    """
    known = rounds[rounds["block"].notna() & ~rounds["again"] & (rounds["side"] != "cpu")]
    seconds = known.groupby([*CELL, "side"], sort=False)["step_seconds"].median().reset_index()
    rates = ["matmul_flops_per_second", "copy_bytes_per_second"]
    diagnosis, dispatch = (own[own["suspect"] == ""] for own in (diagnosis, dispatch))
    peaks = diagnosis.drop_duplicates(["file", "side"])[["file", "side", *rates]].dropna()
    cells = seconds.merge(peaks, on=["file", "side"]).merge(_named(dispatch))
    kinds = cells["side"].map(lambda side: device_of(side).partition(":")[0]).astype(str)
    known = arithmetic(cells, flops=cells[rates[0]], copied=cells[rates[1]], queued=kinds != "cpu")
    cells = cells.assign(kind=kinds, **known)
    cells["log_ratio"] = np.log(cells["step_seconds"] / cells["expected"])
    return cells[[*CELL, "side", "kind", "step_seconds", "expected", "share", "log_ratio"]]


def spread(pairs: pd.DataFrame) -> Spread | None:
    """What devices of one kind took of the expected seconds; None where too few networks tell."""
    lines, squares, free = [], 0.0, 0
    for _, own in pairs.groupby("workload"):
        if own["batch_size"].nunique() >= LEAST:
            line = _line(own["share"], own["log_ratio"])
            off = own["log_ratio"] - line[0] - line[1] * own["share"]
            squares, free = squares + float((off**2).sum()), free + len(own) - len(line)
            lines.append(line)
    if (count := len(lines)) < LEAST:
        return None
    covariance = np.cov(np.transpose(lines)) * (1 + 1 / count)
    return Spread(np.mean(lines, axis=0), covariance, squares / free, count)


def _line(share: pd.Series, log_ratio: pd.Series) -> tuple[float, float]:
    """A network's line: its value at share 0, and its slope."""
    off = share - share.mean()
    slope = float((off * log_ratio).sum() / ((off**2).sum() + STEADY))
    return float(log_ratio.mean() - slope * share.mean()), slope


def left_out(pairs: pd.DataFrame) -> pd.DataFrame:
    """The cells with the interval that the other networks on the same kind of device give them.

    Adds seconds, low, high and inside; kinds of too few networks have no row.
    """
    tables = []
    for (_kind, workload), own in pairs.groupby(["kind", "workload"], sort=False):
        others = pairs[(pairs["kind"] == own["kind"].iloc[0]) & (pairs["workload"] != workload)]
        if (known := spread(others)) is not None:
            held = own.assign(**known.around(own))
            tables.append(held.assign(inside=held["step_seconds"].between(held.low, held.high)))
    empty = pairs.head(0).assign(seconds=np.nan, low=np.nan, high=np.nan, inside=False)
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
    return cells[CELL].assign(**known.around(arithmetic(cells, flops=flops, copied=copied)))


def _named(dispatch: pd.DataFrame) -> pd.DataFrame:
    return dispatch.rename(columns={"step_seconds": "issued_step_seconds"})


def _middle(numbers: Range) -> float:
    return float(np.sqrt(numbers.low * numbers.high))
