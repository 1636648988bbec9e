"""The tables of a result file: processes and measurements, and what the diagnosis saw.

Each figure stands once: the cells of a file share the rounds of their batch size. Facts only:
causes and gains are made of them when the file is read.
"""

from collections.abc import Container, Mapping
from typing import Any, cast

from msgspec import Struct

from bench.answer import ColdStart, Diagnosis, Epochs, Measured, Peaks, Process
from bench.job import DIAGNOSIS, PEAKS
from bench.measure.journal import Line
from bench.measure.measurements import Key, Measurements
from bench.record.outcome import block_suspicions

OF_THE_PROCESS = {*ColdStart.__struct_fields__, "trained_on"}
"""What each answer of a process says alike: it stands in the row of the process."""
UNWRITTEN = {"stopped"}


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
    """Returns `diagnosis`, a row per cell, and `peaks`, a side's best rates; or why there is none.

    Each side is diagnosed in one block.
    """
    tables: dict[str, list[Line]] = {"diagnosis": [], "peaks": []}
    for key in dict.fromkeys([*found.measured, *found.absent]):
        where = {"workload": key.workload, "batch_size": key.batch_size, "side": key.side.name}
        seen = [answer.figures for answer in found.measured.get(key, {}).values()]
        if absence := found.absent.get(key):
            about = {"reason": absence.reason, "detail": absence.detail}
        elif key.side.task:
            about = fields(seen[-1], Diagnosis if key.side.task == DIAGNOSIS else Peaks)
        if key.side.task == DIAGNOSIS:
            suspect = [] if absence else block_suspicions(key, (0,), found)
            tables[DIAGNOSIS].append(where | about | {"suspect": suspect})
        elif key.side.task == PEAKS:
            tables[PEAKS].append({"side": key.side.name} | about)
    return tables
