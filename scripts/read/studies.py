"""The diagnosed cells of result files as tidy rows.

Files without a diagnosis give an empty frame with the same columns. Every text has passed
`safe_text`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
from msgspec import UNSET
from msgspec.structs import asdict

from scripts.read.columns import TEXT
from scripts.read.provenance import device_labels
from scripts.read.records.result import ResultFile
from scripts.read.records.study import Cell, Parts, Peak, Step, Study
from scripts.read.sides import device_of
from scripts.read.text import safe_text

CELL = ["file", "machine", "workload", "batch_size", "side"]
PARTS = tuple(name.removesuffix("_seconds") for name in Parts.__annotations__)
_SEEN = [*Parts.__annotations__, *Step.__annotations__]
_NUMBERS = [*_SEEN, "cold_start_seconds", *Peak.__annotations__]
_COUNTED = [
    *("step_seconds", "kernel_seconds", "launches"),
    *("flops_per_sample", "bytes_per_sample", "fixed_bytes"),
]
_WORDS = ["suspect", "reason", "detail", "device", "device_label"]
DIAGNOSIS = [*CELL, *_NUMBERS, "uncounted", *_WORDS]
DISPATCH = ["file", "workload", *_COUNTED, "uncounted", "suspect"]
_COMMON: dict[str, Any] = {"file": TEXT, "machine": TEXT, "batch_size": "int64"}

Named = tuple[str, str, ResultFile]
"""A file with what it and its machine are called."""


def diagnosis_table(files: Iterable[Named]) -> pd.DataFrame:
    """A row a diagnosed cell (DIAGNOSIS); what was not seen is NaN.

    `uncounted`: names of operations whose FLOPs are missing in `flops`; empty where none are.
    """
    rows = [row for named in files for row in _diagnosed(*named)]
    types = dict.fromkeys(_NUMBERS, "float64") | _COMMON
    return pd.DataFrame(rows, columns=_files_last(DIAGNOSIS)).astype(types)


def dispatch_table(files: Iterable[Named]) -> pd.DataFrame:
    """A row per file and workload whose step was looked at for what the host does (DISPATCH)."""
    rows = [
        {**{column: getattr(row, column) for column in _COUNTED}, "file": name}
        | {"workload": row.workload, "uncounted": _names(row.uncounted_operations)}
        | {"suspect": _doubts(row)}
        for name, _machine, file in files
        for row in file.crossover.dispatch
        if row.reason is UNSET
    ]
    types = dict.fromkeys(_COUNTED, "float64") | {"file": TEXT}
    return pd.DataFrame(rows, columns=DISPATCH).astype(types)


def _names(operations: Iterable[str]) -> str:
    return ", ".join(map(safe_text, operations))


def _doubts(*rows: Study) -> str:
    return "; ".join(dict.fromkeys(safe_text(one) for row in rows for one in row.suspect))


def _files_last(columns: list[str]) -> list[str]:
    """The order in which CSV files have had these columns."""
    return [*columns[2:], *columns[:2]]


def _diagnosed(name: str, machine: str, file: ResultFile) -> Iterator[dict[str, Any]]:
    peaks = {peak.side: peak for peak in file.crossover.peaks}
    for row in file.crossover.diagnosis:
        known = {key: value for key, value in asdict(row).items() if value is not UNSET}
        peak = peaks.get(row.side)
        yield {
            **(asdict(peak) if peak else {}),
            **known,
            **(asdict(row.parts) if isinstance(row.parts, Parts) else {}),
            **_cell(name, machine, file, row),
            "cold_start_seconds": row.cold_start.cold_start_seconds,
            "uncounted": _names(row.uncounted_operations),
            "suspect": _doubts(row, *filter(None, [peak])),
        }


def _cell(name: str, machine: str, file: ResultFile, row: Cell) -> dict[str, Any]:
    device = device_of(row.side)
    labels = device_labels(file.machine_info.crossover, {device})
    return {
        "file": name,
        "machine": machine,
        "workload": row.workload,
        "batch_size": row.batch_size,
        "side": row.side,
        "device": device,
        "device_label": labels[device],
        "reason": row.reason or "",
        "detail": safe_text(row.detail),
    }
