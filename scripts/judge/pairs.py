"""Which rounds are compared with which: rows of a block, an accelerator's against the CPU's.

Every accelerator meets every CPU thread setting of the same file. Only blocks that both have are
paired, and a block's two workers make one log ratio.
"""

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.read.columns import TEXT
from scripts.read.rounds import Floats as Array

Scope = Literal["warm", "total"]

CELL = ["file", "machine", "workload", "batch_size", "epochs", "device", "threads"]
"""A cell of the grid: `device` is the accelerator, `threads` the CPU's setting (0: torch's own)."""
NOT_REACHED = ("interrupted", "budget")
"""Reasons of absence that say nothing of the cell: the run ended, or its time did."""
SECONDS: dict[Scope, str] = {"warm": "epoch_seconds", "total": "total_seconds"}
_PLACE = CELL[:5]
_NAMES = ["file", "machine", "workload", "device", "arm"]
_NEEDED = [
    *CELL, "arm", "block", *SECONDS.values(), "cold_start_seconds", "suspect", "reason", "detail",
]  # fmt: skip


def slim(rounds: pd.DataFrame) -> pd.DataFrame:
    """What verdicts need of the rows, names as categories: pandas compares those by number."""
    return rounds[_NEEDED].astype(dict.fromkeys(_NAMES, "category"))


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its names as texts again."""
    return table.astype({name: TEXT for name in _NAMES if name in table})


def measured(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """The timed rounds, `seconds` by scope; warm ones once, however many epochs rows they have
    (and suspect when any of those is).

    A cell that also has an absent row (out of memory in block 3, say) is not a measured one:
    the blocks that got through are not a fair sample. Only NOT_REACHED says nothing of the rest.
    """
    timed = rounds[rounds["block"].notna()]
    absent = rounds[rounds["block"].isna() & ~rounds["reason"].isin(NOT_REACHED)]
    if len(absent):
        gone = pd.MultiIndex.from_frame(absent[CELL])
        timed = timed[~pd.MultiIndex.from_frame(timed[CELL]).isin(gone)]
    seconds = timed[SECONDS[scope]].astype(np.float64)
    timed = timed.assign(seconds=seconds.where(seconds > 0))
    if scope == "warm":
        order = timed.assign(doubted=timed["suspect"] != "").sort_values(["doubted", "epochs"])
        timed = _all_epochs(order.drop(columns="doubted"))
    timed = timed.astype({"epochs": "Int64", "block": "Int64", "seconds": float})
    return timed.drop_duplicates([*CELL, "arm", "block"], keep="last")


def paired(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """A row a cell and block: CELL, block, gpu_seconds, cpu_seconds, log_ratio, suspect."""
    first = measured(rounds[rounds["arm"] == "first"], scope=scope)
    columns = [*_PLACE, "block", "seconds", "cold_start_seconds", "suspect"]
    gpu = first.loc[first["device"] != "cpu", [*columns, "device"]]
    cpu = first.loc[first["device"] == "cpu", [*columns, "threads"]]
    both = gpu.merge(cpu, on=[*_PLACE, "block"], suffixes=("_gpu", "_cpu"))
    both = both.rename(
        columns={f"{name}_{side}": f"{side}_{name}" for name in columns for side in ("gpu", "cpu")}
    )
    return both.assign(
        log_ratio=np.log(both["gpu_seconds"]) - np.log(both["cpu_seconds"]),
        suspect=_both_said(both),
    )


def grid(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """Every cell that could be compared, in order: CELL and `absent` (why a side has no time)."""
    place = _all_epochs(rounds) if scope == "warm" else rounds
    place = place.astype({"epochs": "Int64"})
    cpu = place["device"] == "cpu"
    cells = place[_PLACE].drop_duplicates()
    cells = cells.merge(place.loc[~cpu, ["file", "device"]].drop_duplicates(), on="file")
    cells = cells.merge(place.loc[cpu, ["file", "threads"]].drop_duplicates(), on="file")
    cells = cells.sort_values(CELL, ignore_index=True)[CELL]
    return cells.assign(absent=_reasons(cells, place[place["block"].isna()]))


def _both_said(both: pd.DataFrame) -> npt.NDArray[np.object_]:
    """What either side is suspected of, a text a row; most rows say nothing."""
    sides = [both[f"{side}_suspect"].to_numpy(dtype=object) for side in ("gpu", "cpu")]
    answer = np.full(len(both), "", dtype=object)
    for place in np.flatnonzero((sides[0] != "") | (sides[1] != "")).tolist():
        answer[place] = joined(side[place] for side in sides)
    return answer


def matrices(cells: pd.DataFrame, rows: pd.DataFrame, *columns: str) -> list[Array]:
    """Return each column of `rows` as an array of cells x blocks, NaN where a cell lacks one."""
    index = pd.MultiIndex.from_frame(cells[CELL]).get_indexer(pd.MultiIndex.from_frame(rows[CELL]))
    blocks, place = np.unique(rows["block"].to_numpy(dtype=np.int64), return_inverse=True)
    answer = []
    for column in columns:
        values = np.full((len(cells), max(len(blocks), 1)), np.nan)
        values[index, place] = rows[column].to_numpy(dtype=np.float64)
        answer.append(values)
    return answer


def _all_epochs(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without their epochs axis: a warm epoch takes the same time in all of them."""
    unknown = np.ones(len(rows), dtype=np.bool_)
    return rows.assign(epochs=pd.arrays.IntegerArray(unknown.astype(np.int64), unknown))


def _reasons(cells: pd.DataFrame, absent: pd.DataFrame) -> list[str]:
    """`vulkan: unsupported (what torch said)`: the accelerator's reasons, then the CPU's."""
    if absent.empty:
        return [""] * len(cells)
    absent = absent[[*CELL, "reason", "detail"]].fillna({"detail": "", "epochs": -1})
    words: dict[tuple[object, ...], list[str]] = {}
    for *cell, reason, detail in absent.itertuples(index=False):
        text = f"{cell[5]}: {reason} ({detail})" if detail else f"{cell[5]}: {reason}"
        words.setdefault(tuple(cell), []).append(text)
    answer = []
    for *place, device, threads in cells.fillna({"epochs": -1}).itertuples(index=False):
        gpu, cpu = words.get((*place, device, 0), []), words.get((*place, "cpu", threads), [])
        answer.append(joined([*gpu, *cpu]))
    return answer


def joined(texts: Iterable[str]) -> str:
    """The texts that say something, each once: `host loaded; unsteady worker`."""
    return "; ".join(dict.fromkeys(text for text in texts if text))
