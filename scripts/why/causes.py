"""Why does a step take so long? A named cause for every cell, by a rule on stored numbers.

Page faults decide first, but where loading is most of a step. Then the largest of its four parts
does: loading minibatches, copying them, the evaluation's share, or the network itself (forward,
backward and optimiser).

| cause | when |
|---|---|
| `memory allocation` | page faults explain a quarter of its CPU seconds (`scripts.why.faults`) |
| `data-bound` | loading is the largest part |
| `transfer-bound` | copying to the device is |
| `evaluation` | the evaluation inside the clock is |
| `launch-bound` | the network is, and the host cannot feed the device |
| `call-bound` | the same on a CPU: calling an operation takes longer than computing it |
| `sequential` | the same, the operations being the steps of a recurrent layer off its fused path |
| `compute-bound` | the network is, and the device is at work |
| `fixed cost` | of a total: the cold start is more than half of it |
| `unknown` | the numbers do not tell, or there are none |

The host cannot feed an accelerator when queueing a step alone takes 80 % or more of its time; up to
50 %, the device is at work; in between, growth decides. Growth is the slope of log network seconds
over log batch size, between the neighbouring batch sizes: below 1/2 most of a step is the same
whatever the batch size, so it is the host's. On the CPU, where host and device are one, growth
decides alone; without neighbours, half of the machine's own peak is `compute-bound`, and operations
that cost half of the step or more even when they are tiny are `call-bound`.

A second opinion is held beside it (`agrees`), where there is one: growth on an accelerator, the
machine's peaks on the CPU.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from scripts.read.sides import is_cpu
from scripts.read.studies import CELL
from scripts.why.faults import QUARTER, page_faults

FIXED = "fixed cost"
LAUNCH = "launch-bound"
CALL = "call-bound"
TRANSFER = "transfer-bound"
DATA = "data-bound"
EVALUATION = "evaluation"
SEQUENTIAL = "sequential"
COMPUTE = "compute-bound"
MEMORY = "memory allocation"
UNKNOWN = "unknown"

HOST_SHARE = 0.8
DEVICE_SHARE = 0.5
HALF = 0.5

_OTHER_PARTS = {"load": DATA, "copy": TRANSFER, "evaluation": EVALUATION}
_NETWORK = ("forward", "backward", "optimizer")


def causes(diagnosis: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """A row per diagnosed cell: once warm (epochs NA), and for every number of epochs of `rounds`.

    `diagnosis` as of `diagnosis_table`, `rounds` as of `doubt.trusted`. Columns: CELL, epochs,
    cause, agrees (`yes`, `no` or nothing), and the shares that decided: load, copy, network and
    evaluation share of a step, host_share, busy_share, growth, roof_share, tiny_share, sum_share
    (the parts' sum over the undisturbed step), looking (what instrumenting added, a fraction),
    cold_share (of a total), fault_share with minor_faults_per_step.
    """
    faults = page_faults(rounds)[[*CELL, "minor_faults_per_step", "fault_share"]]
    warm = shares(diagnosis).merge(faults, on=CELL, how="left")
    words = [cause_of(row) for row in warm.to_dict("records")]
    warm = warm.assign(
        epochs=pd.array([pd.NA] * len(warm), dtype="Int64"),
        cold_share=np.nan,
        cause=[cause for cause, _ in words],
        agrees=[agrees for _, agrees in words],
    )
    cold = _cold_shares(rounds[rounds["file"].isin(diagnosis["file"])])
    totals = warm.drop(columns=["epochs", "cold_share"]).merge(cold, on=CELL)
    fixed = totals["cold_share"] > HALF
    totals.loc[fixed, "cause"] = FIXED
    totals.loc[fixed, "agrees"] = ""
    table = pd.concat([warm, totals.astype({"epochs": "Int64"})], ignore_index=True)
    return table.sort_values([*CELL, "epochs"], na_position="first", ignore_index=True)


def shares(diagnosis: pd.DataFrame) -> pd.DataFrame:
    """The diagnosed cells with the shares that the rule looks at; NaN where they are not known."""
    table = diagnosis.copy()
    parts = {name: table[f"{name}_seconds"] for name in ("load", "copy", "evaluation")}
    network = table[[f"{name}_seconds" for name in _NETWORK]].sum(axis="columns", skipna=False)
    whole = network + parts["load"] + parts["copy"] + parts["evaluation"]
    table["network_seconds"] = network
    table["sum_share"] = whole / table["step_seconds"]
    for name, seconds in (parts | {"network": network}).items():
        table[f"{name}_share"] = seconds / whole
    accelerator = ~table["side"].map(is_cpu).astype(bool)
    host = table["host_enqueue_seconds"] / table["alone_seconds"]
    table["host_share"] = host.where(accelerator)
    table["busy_share"] = table["device_busy_seconds"] / table["step_seconds"]
    table["growth"] = _growth(table)
    compute = table["flops"] / table["matmul_flops_per_second"]
    memory = table["moved_bytes"] / table["copy_bytes_per_second"]
    table["roof_share"] = np.fmax(compute, memory) / table["step_seconds"]
    table["tiny_share"] = table["operations"] * table["operation_seconds"] / network
    table["looking"] = table["instrumented_step_seconds"] / table["step_seconds"] - 1
    return table


def cause_of(cell: Mapping[Any, Any]) -> tuple[str, str]:
    """(cause, whether the second opinion agrees) of one warm cell's shares."""
    # A step that waits for its minibatch has few CPU seconds, of which faults are soon a quarter.
    if cell["fault_share"] >= QUARTER and not cell["load_share"] > HALF:
        return MEMORY, ""
    if pd.isna(cell["network_share"]):
        return UNKNOWN, ""
    largest = max((*_OTHER_PARTS, "network"), key=lambda part: cell[f"{part}_share"])
    if largest != "network":
        return _OTHER_PARTS[largest], ""
    first, second = _opinions(cell)
    if first is None:
        return UNKNOWN, ""
    agrees = "" if second is None else "yes" if first == second else "no"
    # A recurrent layer that runs as operations per time step, not as one for all of them.
    unrolled = cell["sequence_kernels"] == 0 and cell["operations"] >= cell["sequence_length"]
    bound = CALL if is_cpu(cell["side"]) else LAUNCH
    return (SEQUENTIAL if unrolled else bound) if first else COMPUTE, agrees


def _opinions(cell: Mapping[Any, Any]) -> tuple[bool | None, bool | None]:
    """Whether the host is what the step waits for: the deciding opinion and the second one."""
    by_growth = None if pd.isna(cell["growth"]) else bool(cell["growth"] < HALF)
    if is_cpu(cell["side"]):
        tiny = True if cell["tiny_share"] >= HALF else None
        by_peaks = False if cell["roof_share"] >= HALF else tiny
        return (by_peaks, None) if by_growth is None else (by_growth, by_peaks)
    if cell["host_share"] >= HOST_SHARE:
        return True, by_growth
    return (False if cell["host_share"] <= DEVICE_SHARE else by_growth), by_growth


def _growth(table: pd.DataFrame) -> pd.Series:
    """d log(network seconds) / d log(batch size), from the neighbours below and above."""
    curve = [name for name in CELL if name != "batch_size"]
    ordered = table.sort_values("batch_size")
    sizes = np.log(ordered["batch_size"].astype(np.float64))
    seconds = np.log(ordered["network_seconds"].where(ordered["network_seconds"] > 0))
    known = pd.DataFrame({"sizes": sizes, "seconds": seconds}).dropna()
    groups = known.groupby([ordered.loc[known.index, name] for name in curve])
    below, above = groups.shift(1).fillna(known), groups.shift(-1).fillna(known)
    rise = (above["seconds"] - below["seconds"]) / (above["sizes"] - below["sizes"])
    return rise.reindex(table.index)


def _cold_shares(rounds: pd.DataFrame) -> pd.DataFrame:
    """CELL, epochs, cold_share: the median share of the cold start in each cell's totals."""
    timed = rounds[rounds["block"].notna() & ~rounds["again"]]
    cells = timed.assign(cold_share=timed["cold_start_seconds"] / timed["total_seconds"])
    return cells.groupby([*CELL, "epochs"])["cold_share"].median().reset_index()
