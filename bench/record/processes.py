"""What the worker processes measured, as rows: a row a process, and a row for each of its answers.

Each figure stands once: the cells of a result file share the rounds of their batch size.
"""

from collections.abc import Mapping
from typing import Any

from bench.measure.journal import Line
from bench.measure.measurements import Key

PROCESS_FIELDS = (
    "started",
    "import_seconds",
    "context_seconds",
    "transfer_seconds",
    "first_step_seconds",
    "warm_step_seconds",
    "threads",
    "trained_on",
)
NUMERICS_FIELDS = ("fp32_precision", "denormals_flushed")
"""Absent from the journals of earlier versions."""
ANSWER_FIELDS = (
    "batch_size",
    "position",
    "steps",
    "own_first_step_seconds",
    "own_warm_step_seconds",
    "epoch_seconds",
    "event_seconds",
    "first_loss",
    "loss",
    "score",
    "evaluated_after_epochs",
    "host_peak_bytes",
    "device_peak_bytes",
)


def process_rows(
    measured: Mapping[Key, Mapping[int, Line]], *, threads_asked: bool
) -> dict[str, list[Line]]:
    """`processes` and `measurements` of a result file: every answer, of absent cells as well.

    A measurement's `process` is the index of its process. A block whose first process died has
    several.
    """
    processes: list[Line] = []
    rows: list[Line] = []
    known: dict[tuple[Any, ...], int] = {}
    for key, blocks in measured.items():
        for block, line in sorted(blocks.items()):
            own = {name: line[name] for name in PROCESS_FIELDS}
            numerics = {name: line.get(name) for name in NUMERICS_FIELDS}
            identity = (key.workload, key.arm, block, *own.values())
            if identity not in known:
                known[identity] = len(processes)
                processes.append(
                    _arm(key, threads_asked=threads_asked) | {"block": block} | own | numerics
                )
            row = {"process": known[identity]}
            rows.append(row | {name: line[name] for name in ANSWER_FIELDS})
    return {"processes": processes, "measurements": rows}


def _arm(key: Key, *, threads_asked: bool) -> Line:
    asked = {"threads_asked": key.arm.threads} if threads_asked else {}
    return {
        "workload": key.workload,
        "device": key.arm.device,
        **asked,
        "again": key.arm.again,
    }
