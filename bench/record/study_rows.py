"""What the studies measured, as tables of a result file: diagnosis, peaks, variants.

Facts alone: causes and gains are made of them when the file is read.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from bench.grid import Cell
from bench.job import Job
from bench.measure.journal import Line
from bench.measure.measurements import Key, Measurements
from bench.options import Settings
from bench.record.outcome import block_suspicions
from bench.variants import DIAGNOSIS, PEAKS, applied
from bench.why.studies import Studies

PEAK_FIELDS = (
    "matmul_flops_per_second",
    "copy_bytes_per_second",
    "host_copy_bytes_per_second",
    "operation_seconds",
)
COLD_FIELDS = (
    "context_seconds",
    "transfer_seconds",
    "first_step_seconds",
    "warm_step_seconds",
)
DIAGNOSIS_FIELDS = (
    "parts",
    "step_seconds",
    "instrumented_step_seconds",
    "host_enqueue_seconds",
    "alone_seconds",
    "device_busy_seconds",
    "operations",
    "moved_bytes",
    "flops",
    "uncounted_operations",
    "host_reads",
    "synchronisations",
    "sequence_length",
    "sequence_kernels",
    "steps",
    *COLD_FIELDS,
)
ROUND_FIELDS = (
    "block",
    *COLD_FIELDS,
    "own_first_step_seconds",
    "own_warm_step_seconds",
    "epoch_seconds",
    "steps",
    "first_loss",
    "loss",
    "score",
    "evaluated_after_epochs",
    "threads",
)


def study_tables(studies: Studies, *, threads_asked: bool) -> dict[str, list[Line]]:
    """The tables of the studies that were asked for; a run without any has none of them."""
    settings = studies.settings
    tables: dict[str, list[Line]] = {}
    if settings.diagnose:
        found = studies.measurements["diagnosis"]
        tables["diagnosis"] = diagnosis_rows(found, threads_asked=threads_asked)
        tables["peaks"] = peak_rows(found, threads_asked=threads_asked)
    if settings.ladder or settings.remedies:
        found = studies.measurements["variants"]
        tables["variants"] = variant_rows(found, settings, threads_asked=threads_asked)
    return tables


def diagnosis_rows(found: Measurements, *, threads_asked: bool) -> list[Line]:
    """A row a cell: what was seen, or why it was not."""
    rows = []
    for key, lines, absence in _answers(found, variants=[DIAGNOSIS]):
        row = _where(key, threads_asked=threads_asked)
        if absence is not None:
            rows.append(row | absence)
            continue
        seen = {name: lines[-1][name] for name in DIAGNOSIS_FIELDS}
        rows.append(row | seen | {"suspect": _suspicions(key, found)})
    return rows


def peak_rows(found: Measurements, *, threads_asked: bool) -> list[Line]:
    """A row a device and number of threads: its best rates."""
    rows = []
    for key, lines, absence in _answers(found, variants=[PEAKS]):
        where = _where(key, threads_asked=threads_asked)
        device = {name: where[name] for name in ("device", "threads") if name in where}
        rows.append(device | (absence or {name: lines[-1][name] for name in PEAK_FIELDS}))
    return rows


def variant_rows(found: Measurements, settings: Settings, *, threads_asked: bool) -> list[Line]:
    """A row a cell and variant: its rounds, one a process, or the reason why it has none.

    `applied`: the plain cell has this remedy, so the variant does without it.
    """
    rows = []
    for key, lines, absence in _answers(found, variants=None):
        row = _where(key, threads_asked=threads_asked) | {
            "variant": key.arm.variant,
            "again": key.arm.again,
            "applied": applied(plain_job(settings, key), key.arm.variant),
        }
        if absence is not None:
            rows.append(row | absence)
            continue
        rounds = [{name: line[name] for name in ROUND_FIELDS} for line in lines]
        rows.append(row | {"rounds": rounds, "suspect": _suspicions(key, found)})
    return rows


def plain_job(settings: Settings, key: Key) -> Job:
    """The job of a plain cell, as far as remedies look at it."""
    return Job(
        workload=key.workload,
        device=key.arm.device,
        threads=key.arm.threads,
        batch_sizes=(key.batch_size,),
        epochs=1,
        samples=settings.samples,
        seed=settings.seed,
        optimizer=settings.optimizer,
        optimizer_implementation=settings.optimizer_implementation,
        learning_rate=settings.learning_rate or 1.0,
        cell_timeout_seconds=settings.cell_timeout_seconds,
        loop=settings.loop,
    )


def _answers(
    found: Measurements, *, variants: Iterable[str] | None
) -> Iterator[tuple[Key, list[Line], Line | None]]:
    """(key, its lines by block, its absence) for every cell that has an answer."""
    keys: dict[Key, Any] = dict.fromkeys([*found.measured, *found.absent])
    for key in keys:
        if variants is not None and key.arm.variant not in variants:
            continue
        lines = [line for _, line in sorted(found.measured.get(key, {}).items())]
        absence = found.absent.get(key)
        words = {name: absence[name] for name in ("reason", "detail")} if absence else None
        yield key, lines, words


def _where(key: Key, *, threads_asked: bool) -> Line:
    where = {
        "workload": key.workload,
        "batch_size": key.batch_size,
        "device": key.arm.device,
    }
    return where | ({"threads": key.arm.threads} if threads_asked else {})


def _suspicions(key: Key, found: Measurements) -> list[str]:
    cell = Cell(key.workload, key.batch_size, 1, key.arm.device)
    return [f"block {at}: {reason}" for at, reason in sorted(block_suspicions(cell, found))]
