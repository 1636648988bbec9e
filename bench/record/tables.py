"""The tables of a result file: processes and measurements, and what the diagnosis saw.

Each figure stands once: the cells of a file share the rounds of their batch size. Facts only:
causes and gains are made of them when the file is read.
"""

from collections.abc import Container, Mapping
from typing import Any, cast

from msgspec import Struct

from bench.answer import ColdStart, Diagnosis, Dispatch, Epochs, Measured, Peaks, Process
from bench.job import DIAGNOSIS, DISPATCH, PEAKS
from bench.measure.journal import Line
from bench.measure.measurements import Key, Measurements
from bench.record.outcome import block_suspicions

OF_THE_PROCESS = {*ColdStart.__struct_fields__, "trained_on"}
"""What each answer of a process says alike: it stands in the row of the process."""
UNWRITTEN = {"stopped"}
OF_STUDIES: dict[str, type[Struct]] = {DIAGNOSIS: Diagnosis, DISPATCH: Dispatch, PEAKS: Peaks}


def fields(record: Struct, kind: type[Struct], *, but: Container[str] = ()) -> Line:
    """Returns the record's fields that `kind` has, without some."""
    return {name: getattr(record, name) for name in kind.__struct_fields__ if name not in but}


def process_tables(measured: Mapping[Key, Mapping[int, Measured]]) -> dict[str, list[Line]]:
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
        if not key.side.task
    ):
        figures = cast("Epochs", answer.figures)
        own = {name: getattr(figures, name) for name in sorted(OF_THE_PROCESS)}
        about = fields(answer.process, Process)
        identity = (key.workload, key.side, block, *own.values(), about["started"])
        if identity not in known:
            known[identity] = len(processes)
            which = {"workload": key.workload, "side": key.side.name, "again": key.side.again}
            processes.append(which | {"block": block} | about | own)
        row = {"process": known[identity], "batch_size": key.batch_size}
        rows.append(row | fields(figures, Epochs, but=OF_THE_PROCESS | UNWRITTEN))
    return {"processes": processes, "measurements": rows}


def diagnosis_tables(found: Measurements) -> dict[str, list[Line]]:
    """Returns the tables of what followed the run's own blocks, or why a row has no figures.

    `diagnosis` has a row per cell, `dispatch` one per workload, `peaks` one per side; each was
    seen in one block.
    """
    tables: dict[str, list[Line]] = {}
    for key in dict.fromkeys([*found.measured, *found.absent]):
        if not (task := key.side.task):
            continue
        where: Line = {"side": key.side.name}
        where |= {} if task == PEAKS else {"workload": key.workload}
        where |= {"batch_size": key.batch_size} if task == DIAGNOSIS else {}
        if absence := found.absent.get(key):
            about: Line = {"reason": absence.reason, "detail": absence.detail}
        else:
            about = fields([*found.measured[key].values()][-1].figures, OF_STUDIES[task])
        about |= {"suspect": [] if absence else block_suspicions(key, (0,), found)}
        tables.setdefault(task, []).append(where | about)
    return tables
