"""What no GPU can beat on this machine: the least seconds of a step, by arithmetic.

    a step   >= the host's seconds outside of kernels + launches x the least seconds of one
    a step   >= its FLOPs / the most that the card computes in true fp32
    training >= the least seconds of a context + epochs x steps x the least seconds of a step

The first line is of eager training, where the host issues every operation. All are bounds: nothing
says that a GPU comes near them.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from scripts.bound.cards import ANY_CARD, Card, host
from scripts.read.sides import is_cpu, settings_of

CELL = ["file", "machine", "workload", "batch_size"]
COLUMNS = [
    *CELL,
    *("card", "name", "side", "step_seconds", "slowest_seconds"),
    *("host_seconds", "roof_seconds", "floor_seconds", "suspect"),
    *("best_speedup", "samples", "least_epochs", "least_epochs_if_slow"),
]


def bounds(rounds: pd.DataFrame, dispatch: pd.DataFrame, cards: Iterable[Card]) -> pd.DataFrame:
    """A row per CPU cell of a workload in `dispatch`, and card (COLUMNS): any card first.

    `side` is the fastest one of the CPU, `step_seconds` are the median of its processes and
    `slowest_seconds` those of the slowest, which is what cannot be beaten. `least_epochs` are those
    after which a GPU can have paid, its context made in the least or (`if slow`) in the most
    seconds; infinity where the bound is no faster.
    """
    cells = cpu_cells(rounds).merge(_issued(dispatch), on=["file", "workload"])
    flops = cells["batch_size"] * cells["flops_per_sample"]
    tables = []
    for card in (ANY_CARD, *cards):
        most = card.flops_per_second.high if card.flops_per_second else np.inf
        tables.append(cells.assign(card=card.key, name=card.name, roof_seconds=flops / most))
    table = pd.concat(tables, ignore_index=True)
    table["floor_seconds"] = np.fmax(table["host_seconds"], table["roof_seconds"])
    table["best_speedup"] = table["step_seconds"] / table["floor_seconds"]
    context, saved = host().context_seconds, table["slowest_seconds"] - table["floor_seconds"]
    saved = (saved * table["steps"]).where(saved > 0, 0.0)
    for name, seconds in zip(COLUMNS[-2:], context, strict=True):
        late = (seconds - table["cold_start_seconds"]).clip(lower=0.0)
        table[name] = np.ceil((late / saved).fillna(np.inf)).clip(lower=1.0)
    return table[COLUMNS]


def cpu_cells(rounds: pd.DataFrame) -> pd.DataFrame:
    """The fastest CPU side of each workload and batch size.

    Columns: CELL, side, step_seconds, slowest_seconds, cold_start_seconds, steps, samples. `rounds`
    as of `table.load`.
    """
    known = rounds[rounds["block"].notna() & ~rounds["again"]]
    plain = {side: is_cpu(side) and "bf16" not in settings_of(side) for side in {*known["side"]}}
    known = known[known["side"].map(plain).astype(bool)]
    cells = known.groupby([*CELL, "side"], sort=False)
    table = cells[["cold_start_seconds", "steps", "samples"]].max()
    table["step_seconds"] = cells["step_seconds"].median()
    table["slowest_seconds"] = cells["step_seconds"].max()
    return table.loc[table.groupby(CELL, sort=False)["step_seconds"].idxmin()].reset_index()


def _issued(dispatch: pd.DataFrame) -> pd.DataFrame:
    """The least that the host does for a step of each workload, and its FLOPs per sample."""
    issued = dispatch["step_seconds"] - dispatch["kernel_seconds"]
    least = issued + dispatch["launches"] * host().launch_seconds.low
    return dispatch[["file", "workload", "flops_per_sample", "suspect"]].assign(host_seconds=least)
