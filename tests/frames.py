"""Rows as `table.load` gives them, written by hand, for the tests of the statistics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from scripts.read.sides import contest, default_base, device_of

Row = dict[str, Any]
NUMBERS = (
    *("epoch_seconds", "total_seconds", "cold_start_seconds", "step_seconds"),
    *("minor_faults_per_step", "major_faults_per_step"),
    *("user_seconds_per_step", "system_seconds_per_step"),
    *("loss", "evaluated_after_epochs"),
)


def timed(
    seconds: Sequence[float | None],
    *,
    side: str = "cpu",
    batch_size: int = 64,
    epochs: int = 1,
    workload: str = "mlp",
    again: bool = False,
    cold: float = 0.0,
    suspect: Sequence[str] | str = "",
    file: str = "a.json",
) -> list[Row]:
    """A row a block with these warm epoch seconds; None leaves the block out."""
    doubts = [suspect] * len(seconds) if isinstance(suspect, str) else suspect
    cell = _cell(side, file, workload=workload, batch_size=batch_size, epochs=epochs)
    return [
        cell
        | {
            "again": again,
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
    side: str,
    detail: str = "",
    batch_size: int = 64,
    epochs: int = 1,
    workload: str = "mlp",
    file: str = "a.json",
) -> list[Row]:
    """The row of a cell without a time."""
    cell = _cell(side, file, workload=workload, batch_size=batch_size, epochs=epochs)
    return [
        cell | {"again": False, "block": None, "suspect": "", "reason": reason} | {"detail": detail}
    ]


def frame(*rows: list[Row], sides: Sequence[str] = (), base: str = "") -> pd.DataFrame:
    """All rows as one frame; `sides` are the run's (default: all), `base` what these meet."""
    table = pd.DataFrame([row for part in rows for row in part])
    for name in ("base", "family"):
        table[name] = ""
    for _file, own in table.groupby("file"):
        known = list(sides or own["side"].unique())
        told = [contest(side, known, base or default_base(known)) for side in own["side"]]
        table.loc[own.index, ["base", "family"]] = told
    for name in NUMBERS:
        table[name] = table.get(name, pd.Series(np.nan, index=table.index)).astype(float)
    for name in ("allocator", "allocator_variables", "doubt"):
        table[name] = table.get(name, "")
    return table.astype({"block": "Int64"})


def pair(
    ratios: Sequence[float | None], *, side: str = "cuda", cpu: float = 1.0, **axes: Any
) -> list[Row]:
    """A CPU and another side whose blocks have these ratios."""
    own = [None if ratio is None else cpu * ratio for ratio in ratios]
    return timed([cpu] * len(ratios), **axes) + timed(own, side=side, **axes)


def _cell(side: str, file: str, **axes: Any) -> Row:
    cell = {"file": file, "machine": file.removesuffix(".json"), "side": side, "derived": False}
    return cell | {"device": device_of(side)} | axes
