"""Rows as `table.load` gives them, written by hand, for the tests of the statistics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

Row = dict[str, Any]
NUMBERS = (
    *("epoch_seconds", "total_seconds", "cold_start_seconds", "step_seconds"),
    *("minor_faults_per_step", "major_faults_per_step"),
    *("user_seconds_per_step", "system_seconds_per_step"),
)


def timed(
    seconds: Sequence[float | None],
    *,
    device: str = "cpu",
    batch_size: int = 64,
    epochs: int = 1,
    threads: int = 0,
    workload: str = "mlp",
    arm: str = "first",
    cold: float = 0.0,
    suspect: Sequence[str] | str = "",
    file: str = "a.json",
) -> list[Row]:
    """A row a block with these warm epoch seconds; None leaves the block out."""
    doubts = [suspect] * len(seconds) if isinstance(suspect, str) else suspect
    cell = _cell(device, threads, file, workload=workload, batch_size=batch_size, epochs=epochs)
    return [
        cell
        | {
            "arm": arm,
            "block": block,
            "epoch_seconds": second,
            "total_seconds": cold + epochs * second,
            "cold_start_seconds": cold,
            "step_seconds": second * batch_size / 4096,
            "suspect": doubt,
            "reason": "",
            "detail": "",
        }
        for block, (second, doubt) in enumerate(zip(seconds, doubts, strict=True))
        if second is not None
    ]


def absent(
    reason: str,
    *,
    device: str,
    detail: str = "",
    batch_size: int = 64,
    epochs: int = 1,
    threads: int = 0,
    workload: str = "mlp",
    file: str = "a.json",
) -> list[Row]:
    """The row of a cell without a time."""
    cell = _cell(device, threads, file, workload=workload, batch_size=batch_size, epochs=epochs)
    return [
        cell | {"arm": "first", "block": None, "suspect": "", "reason": reason} | {"detail": detail}
    ]


def frame(*rows: list[Row]) -> pd.DataFrame:
    """All rows as one frame."""
    table = pd.DataFrame([row for part in rows for row in part])
    for name in NUMBERS:
        table[name] = table.get(name, pd.Series(np.nan, index=table.index)).astype(float)
    for name in ("allocator", "allocator_variables"):
        table[name] = table.get(name, "")
    return table.astype({"block": "Int64"})


def pair(
    ratios: Sequence[float | None], *, device: str = "cuda", cpu: float = 1.0, **axes: Any
) -> list[Row]:
    """A CPU and an accelerator whose blocks have these ratios."""
    gpu = [None if ratio is None else cpu * ratio for ratio in ratios]
    return timed([cpu] * len(ratios), **axes) + timed(gpu, device=device, **axes)


def _cell(device: str, threads: int, file: str, **axes: Any) -> Row:
    cell = {"file": file, "machine": file.removesuffix(".json"), "device": device, "derived": False}
    return cell | {"threads": threads if device == "cpu" else 0} | axes
