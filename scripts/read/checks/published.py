"""What contradicts itself in an imported table: totals, step counts, rows that stand twice."""

import math
from collections.abc import Iterator
from typing import Any

from scripts.read.breach import Breach, Place, once
from scripts.read.document import Kind
from scripts.read.records.published import PublishedFile, PublishedRow

KEY = "crossover_imported"
TOLERANCE = 0.05
"""By which seconds may miss a sum: tables round, and medians are no means."""
_VALUES = (
    "cold_start_seconds", "total_seconds", "epoch_seconds", "each_epoch_seconds", "step_seconds",
    "samples_per_second", "noise_floor", "rounds", "note",
)  # fmt: skip


def checked(file: PublishedFile) -> PublishedFile:
    """Return the file itself; raises Breach where it contradicts itself."""
    own = file.crossover_imported
    where: Place = [KEY, "rows"]
    for index, row in enumerate(own.rows):
        for field, message in _faults(row):
            raise Breach([*where, index, field], message)
    once(where, map(axes, own.rows), "stands in the table twice; tell rounds or devices apart")
    for index in _no_samples(own.rows):
        message = "fits no number of samples that the rows of other batch sizes fit"
        raise Breach([*where, index, "steps_per_epoch"], message)
    once(
        [KEY, "targets"],
        [(one.workload, one.batch_size, one.optimizer, one.learning_rate, one.target)
         for one in own.targets],
    )  # fmt: skip
    return file


def axes(row: PublishedRow) -> tuple[Any, ...]:
    """What tells a row from every other."""
    return tuple(getattr(row, name) for name in row.__struct_fields__ if name not in _VALUES)


def seconds_together(row: PublishedRow) -> float | None:
    """What all epochs of a row take together; None where that is not told."""
    if row.each_epoch_seconds:
        return sum(row.each_epoch_seconds)
    if row.trained_epochs is None or row.epoch_seconds is None:
        return None
    return row.trained_epochs * row.epoch_seconds


def surplus(row: PublishedRow) -> float | None:
    """What `total_seconds` hold beside their epochs, over the epochs' seconds."""
    together = seconds_together(row)
    return row.total_seconds / together - 1 if row.total_seconds and together else None


def _faults(row: PublishedRow) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a row: the field and the words."""
    beside = surplus(row)
    if beside is not None and beside < -TOLERANCE:
        epochs = row.trained_epochs or len(row.each_epoch_seconds or [])
        yield "total_seconds", f"is {-beside:.0%} less than its {epochs} epochs take together"
    if row.steps_per_epoch is None:
        return
    if row.samples_per_epoch is not None and not _steps_fit(row, row.samples_per_epoch):
        size = "any batch size" if row.batch_size is None else f"batch size {row.batch_size}"
        words = f"is {row.steps_per_epoch}, which {row.samples_per_epoch} samples do not give at"
        yield "steps_per_epoch", f"{words} {size}"


def _steps_fit(row: PublishedRow, samples: int) -> bool:
    """Whether some batch size, the row's where it is told, gives its steps."""
    steps = row.steps_per_epoch or 1
    extremes = {math.ceil(samples / steps), samples // steps or samples}
    sizes = extremes if row.batch_size is None else {row.batch_size}
    return any(steps in _steps_of(samples, size, drop_last=row.drop_last) for size in sizes)


def _steps_of(samples: int, size: int, *, drop_last: bool | None) -> set[int]:
    """The steps of an epoch: with the last, smaller batch, without it, or both if nobody says."""
    both = {True: samples // size, False: math.ceil(samples / size)}
    return set(both.values()) if drop_last is None else {both[drop_last]}


def _no_samples(rows: list[PublishedRow]) -> Iterator[int]:
    """Yield the places of rows whose steps no number of samples of the workload's others gives."""
    known: dict[Any, tuple[int, int]] = {}
    for index, row in enumerate(rows):
        if row.steps_per_epoch is None or row.batch_size is None or row.samples_per_epoch:
            continue
        steps, size = row.steps_per_epoch, row.batch_size
        least = steps * size if row.drop_last else (steps - 1) * size + 1
        most = steps * size if row.drop_last is False else (steps + 1) * size - 1
        low, high = known.get((row.source, row.workload), (1, 10**18))
        known[row.source, row.workload] = max(low, least), min(high, most)
        if max(low, least) > min(high, most):
            yield index


PUBLISHED = Kind(
    key=KEY,
    version=1,
    record=PublishedFile,
    checked=checked,
    made_by="scripts/import_table.py",
    repair="import the table again or leave this file out",
)
