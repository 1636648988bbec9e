"""Which batch size is there first, by published epochs to a target and seconds of an epoch."""

import math
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

import pandas as pd

from scripts.published.points import side_name
from scripts.read.records.published import Published, PublishedTarget
from scripts.read.text import safe_text

FEWEST_SEEDS = 4
TASK = ["file", "workload", "optimizer", "target"]
_TIMES = [*TASK, "side", "batch_size", "seeds", "reached", "epochs", "seconds"]


def times_to_target(files: Mapping[str, Published]) -> pd.DataFrame:
    """A row per target, device and batch size that was both trained and timed there (_TIMES).

    `epochs` are the median over the seeds, infinite where half of them do not reach the target;
    `seconds` these, times an epoch's on the device. Batch sizes with fewer than FEWEST_SEEDS have
    no row.
    """
    rows = [row for name, own in files.items() for row in _times(name, own)]
    return pd.DataFrame(rows, columns=_TIMES)


def _times(name: str, own: Published) -> Iterator[dict[str, Any]]:
    epoch_seconds = {
        (row.workload, row.optimizer, row.batch_size, side_name(row)): row.one_epoch_seconds
        for row in own.rows
    }
    sides = list(dict.fromkeys(map(side_name, own.rows)))
    for one in own.targets:
        for side in sides if len(one.epochs) >= FEWEST_SEEDS else ():
            seconds = epoch_seconds.get((one.workload, one.optimizer, one.batch_size, side))
            if seconds is not None:
                epochs = _median(one)
                yield {
                    "file": name,
                    "workload": safe_text(one.workload),
                    "optimizer": safe_text(one.optimizer or ""),
                    "target": one.target,
                    "side": side,
                    "batch_size": one.batch_size,
                    "seeds": len(one.epochs),
                    "reached": sum(epoch is not None for epoch in one.epochs),
                    "epochs": epochs,
                    "seconds": epochs * seconds,
                }


def _median(one: PublishedTarget) -> float:
    return median(math.inf if epoch is None else epoch for epoch in one.epochs)


def best_batches(times: pd.DataFrame) -> pd.DataFrame:
    """The fastest row of `times_to_target` for each target and device, where any gets there."""
    there = times[times["seconds"] < math.inf].sort_values("seconds", kind="stable")
    best = there.drop_duplicates([*TASK, "side"])
    return best.sort_values([*TASK, "side"], kind="stable", ignore_index=True)
