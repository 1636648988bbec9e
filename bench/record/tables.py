"""The tables of a result file: processes and measurements, and what the studies measured.

Each figure stands once: the cells of a file share the rounds of their batch size. Facts only:
causes and gains are made of them when the file is read.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Any, cast

from msgspec import Struct

from bench.answer import ColdStart, Diagnosis, Epochs, Measured, Peaks, Process, Round
from bench.measure.journal import Line
from bench.measure.measurements import Key, Measurements
from bench.options import Settings
from bench.record.outcome import block_suspicions
from bench.variants import DIAGNOSIS, PEAKS, applied
from bench.why.studies import Studies

OF_THE_PROCESS = {*ColdStart.__struct_fields__, "trained_on"}
"""What each answer of a process says alike: it stands in the row of the process."""
OF_A_ROUND = ("threads", "allocator", "allocator_variables")
"""What a variant's round says of its process."""
UNWRITTEN = {"stopped"}


def fields(record: Struct, kind: type[Struct], *, but: Container[str] = ()) -> Line:
    """Returns the record's fields that `kind` has, without some."""
    return {name: getattr(record, name) for name in kind.__struct_fields__ if name not in but}


def process_tables(
    measured: Mapping[Key, Mapping[int, Measured]], *, threads_asked: bool
) -> dict[str, list[Line]]:
    """Returns `processes` and `measurements`: every answer, of absent cells as well.

    A measurement's `process` is the index of its process; a block whose first process died has
    several.
    """
    processes: list[Line] = []
    rows: list[Line] = []
    known: dict[tuple[Any, ...], int] = {}
    for key, block, answer in (
        (key, block, answer)
        for key, blocks in measured.items()
        for block, answer in sorted(blocks.items())
    ):
        figures = cast("Epochs", answer.figures)
        own = {name: getattr(figures, name) for name in sorted(OF_THE_PROCESS)}
        about = fields(answer.process, Process)
        identity = (key.workload, key.arm, block, *own.values(), about["started"])
        if identity not in known:
            known[identity] = len(processes)
            axes = place(key, threads_asked=threads_asked, name="threads_asked")
            del axes["batch_size"]
            processes.append(axes | {"again": key.arm.again, "block": block} | about | own)
        row = {"process": known[identity], "batch_size": key.batch_size}
        rows.append(row | fields(figures, Epochs, but=OF_THE_PROCESS | UNWRITTEN))
    return {"processes": processes, "measurements": rows}


def study_tables(studies: Studies, *, threads_asked: bool) -> dict[str, list[Line]]:
    """Returns the tables of the studies that were asked for; none for a run without any."""
    settings, found = studies.settings, studies.measurements
    tables: dict[str, list[Line]] = {}
    if settings.diagnose:
        tables["diagnosis"] = diagnosis_rows(found["diagnosis"], threads_asked=threads_asked)
        tables["peaks"] = peak_rows(found["diagnosis"], threads_asked=threads_asked)
    if settings.ladder or settings.remedies:
        tables["variants"] = variant_rows(found["variants"], settings, threads_asked=threads_asked)
    return tables


def diagnosis_rows(found: Measurements, *, threads_asked: bool) -> list[Line]:
    """Returns a row per cell: what was seen, or why it was not."""
    rows = []
    for key, blocks, absence in _answers(found, DIAGNOSIS):
        seen = absence or {
            **fields(list(blocks.values())[-1].figures, Diagnosis),
            "suspect": block_suspicions(key.workload, key.batch_size, found),
        }
        rows.append(place(key, threads_asked=threads_asked) | seen)
    return rows


def peak_rows(found: Measurements, *, threads_asked: bool) -> list[Line]:
    """Returns a row per device and number of threads: its best rates."""
    rows = []
    for key, blocks, absence in _answers(found, PEAKS):
        axes = place(key, threads_asked=threads_asked)
        del axes["workload"], axes["batch_size"]
        rows.append(axes | (absence or fields(list(blocks.values())[-1].figures, Peaks)))
    return rows


def variant_rows(found: Measurements, settings: Settings, *, threads_asked: bool) -> list[Line]:
    """Returns a row per cell and variant: its rounds, one a process, or why it has none.

    `applied`: the plain cell has this remedy, so the variant does without it.
    """
    rows = []
    for key, blocks, absence in _answers(found):
        row = place(key, threads_asked=threads_asked) | {
            "variant": key.arm.variant,
            "again": key.arm.again,
            "applied": applied(settings.job(key.workload, key.arm), key.arm.variant),
        }
        rounds = {
            "rounds": [
                {"block": block}
                | {name: getattr(answer.process, name) for name in OF_A_ROUND}
                | fields(answer.figures, Round)
                for block, answer in blocks.items()
            ],
            "suspect": block_suspicions(key.workload, key.batch_size, found),
        }
        rows.append(row | (absence or rounds))
    return rows


def _answers(
    found: Measurements, variant: str | None = None
) -> Iterator[tuple[Key, dict[int, Measured], Line | None]]:
    """(key, its answers by block, its absence) for every cell of a variant that has an answer."""
    for key in dict.fromkeys([*found.measured, *found.absent]):
        if variant in (None, key.arm.variant):
            absence = found.absent.get(key)
            words = {"reason": absence.reason, "detail": absence.detail} if absence else None
            yield key, dict(sorted(found.measured.get(key, {}).items())), words


def place(key: Key, *, threads_asked: bool, name: str = "threads") -> Line:
    """Returns the axes of a row; `name` is that of the threads, where they are an axis."""
    where = {"workload": key.workload, "batch_size": key.batch_size, "device": key.arm.device}
    return where | ({name: key.arm.threads} if threads_asked else {})
