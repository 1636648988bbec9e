"""Geometric means over many cells, machine by machine, with intervals: the unit is a process.

All cells of a workload on a device come from the same worker processes, so their errors are not
independent and must not be counted as such. The log seconds of each block are averaged over the
cells first, and an interval stands on the spread of these means between the blocks. Workloads have
processes of their own: the mean over workloads adds their variances up (Welch and Satterthwaite).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scripts.judge.pairs import Scope
from scripts.judge.rule import FEWEST_BLOCKS, Array
from scripts.machines.cells import timed
from scripts.machines.two_runs import Difference

ALL = "all workloads"
Arm = tuple[str, str, int]
"""Workload (or ALL), device, the CPU's threads."""


@dataclass(frozen=True)
class Means:
    """A row per machine: mean log seconds over the same cells, its variance, freedom, blocks."""

    table: pd.DataFrame
    cells: int

    @property
    def machines(self) -> list[str]:
        """Those that have measured the device."""
        return list(self.table.index)

    def difference(self, own: list[str], base: list[str]) -> Difference:
        """Machines against others, an entry per pair."""
        one, other = self.table.loc[own], self.table.loc[base]
        variances, freedoms = (
            [side[name].to_numpy() for side in (one, other)] for name in ("variance", "freedom")
        )
        return Difference(
            mean=one["mean"].to_numpy() - other["mean"].to_numpy(),
            error=np.sqrt(sum(variances)),
            freedom=_satterthwaite(variances, freedoms),
        )


def arm_means(rounds: pd.DataFrame, *, scope: Scope) -> dict[Arm, Means]:
    """The means of every workload and device, then those of a device over all workloads.

    A machine takes part where it has measured the device. Only cells count that all of these have
    measured and none has marked suspect; `cells` may be 0, and the means are NaN then.
    """
    rows = timed(rounds, scope=scope)
    place = ["machine", "workload", "device", "threads", "batch_size", "epochs"]
    marked = rows.assign(marked=rows["suspect"] != "")
    doubted = marked.groupby(place, dropna=False)["marked"].transform("any")
    arms = rows[~doubted].groupby(["workload", "device", "threads"])
    answer: dict[Arm, Means] = {}
    for key, own in arms:
        workload, device, threads = map(str, key)
        answer[workload, device, int(threads)] = _means(own)
    for used in dict.fromkeys((device, threads) for _workload, device, threads in answer):
        parts = [means for arm, means in answer.items() if arm[1:] == used and means.cells]
        whole = _over_workloads(parts)
        if whole is not None:
            answer[ALL, *used] = whole
    return answer


def _means(rows: pd.DataFrame) -> Means:
    """The means of one workload on one device."""
    cells = rows.assign(place=rows["epochs"].fillna(0).astype(np.int64))
    table = cells.pivot(index=["batch_size", "place"], columns=["machine", "block"], values="log")
    machines = list(dict.fromkeys(table.columns.get_level_values("machine")))
    everywhere = np.all([table[name].notna().any(axis=1) for name in machines], axis=0)
    common = table[everywhere].dropna(axis="columns")
    found = pd.DataFrame(
        [_of_blocks(common, name) for name in machines],
        index=machines,
        columns=["mean", "variance", "freedom", "blocks"],
    )
    return Means(found, int(everywhere.sum()))


def _of_blocks(common: pd.DataFrame, machine: str) -> tuple[float, float, float, int]:
    """Mean of a machine's block means, its variance and freedom (NaN for few blocks), blocks."""
    if common.empty or machine not in common.columns.get_level_values("machine"):
        return np.nan, np.nan, np.nan, 0
    values = np.asarray(common[machine], dtype=np.float64).mean(axis=0)
    blocks = len(values)
    if blocks < FEWEST_BLOCKS:
        return values.mean(), np.nan, np.nan, blocks
    return values.mean(), values.var(ddof=1) / blocks, blocks - 1, blocks


def _over_workloads(parts: Sequence[Means]) -> Means | None:
    """Every workload counts the same, however many cells it has; None for fewer than two."""
    everyone = list(dict.fromkeys(name for part in parts for name in part.machines))
    whole = [part for part in parts if set(part.machines) == set(everyone)]
    if len(whole) < 2:
        return None
    columns = {
        name: [part.table.loc[everyone, name].to_numpy() for part in whole]
        for name in ("mean", "variance", "freedom", "blocks")
    }
    shares = [variance / len(whole) ** 2 for variance in columns["variance"]]
    table = pd.DataFrame(
        {
            "mean": np.mean(columns["mean"], axis=0),
            "variance": np.sum(shares, axis=0),
            "freedom": _satterthwaite(shares, columns["freedom"]),
            "blocks": np.min(columns["blocks"], axis=0),
        },
        index=everyone,
    )
    return Means(table, sum(part.cells for part in whole))


def _satterthwaite(variances: Sequence[Array], freedoms: Sequence[Array]) -> Array:
    """The degrees of freedom of a sum of independent estimates; of exact ones, all together."""
    total = np.sum(variances, axis=0)
    squares = [variance**2 / freedom for variance, freedom in zip(variances, freedoms, strict=True)]
    with np.errstate(invalid="ignore", divide="ignore"):
        answer = total**2 / np.sum(squares, axis=0)
    return np.asarray(np.where(total == 0, np.sum(freedoms, axis=0), answer))
