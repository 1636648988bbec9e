"""The studies of result files as tidy rows: diagnosed cells, and the rounds of variants.

Files without studies give empty frames with the same columns. Every text has passed `safe_text`.
"""

from collections.abc import Iterable, Iterator
from statistics import median
from typing import Any

import pandas as pd
from msgspec import UNSET
from msgspec.structs import asdict

from scripts.read.columns import TEXT
from scripts.read.provenance import device_labels
from scripts.read.records.result import ResultFile
from scripts.read.records.study import Cell, Parts, Peak, Step
from scripts.read.text import safe_text

CELL = ["file", "machine", "workload", "batch_size", "device", "threads"]
PARTS = tuple(name.removesuffix("_seconds") for name in Parts.__annotations__)
_SEEN = [*Parts.__annotations__, *Step.__annotations__]
_NUMBERS = [*_SEEN, "cold_start_seconds", *Peak.__annotations__]
_WORDS = ["suspect", "reason", "detail", "device_label"]
DIAGNOSIS = [*CELL, *_NUMBERS, "uncounted", *_WORDS]
VARIANTS = [
    *CELL, "variant", "applied", "arm", "block", "cold_start_seconds", "epoch_seconds",
    "step_seconds", "first_loss", "loss", "score", "evaluated_after_epochs",
    "minor_faults_per_step", "allocator", *_WORDS,
]  # fmt: skip
_COMMON: dict[str, Any] = {"file": TEXT, "machine": TEXT, "batch_size": "int64", "threads": "int64"}

Named = tuple[str, str, ResultFile]
"""A file with what it and its machine are called."""


def diagnosis_table(files: Iterable[Named]) -> pd.DataFrame:
    """A row a diagnosed cell (DIAGNOSIS); what was not seen is NaN.

    `uncounted`: names of operations whose FLOPs are missing in `flops`; empty where none are.
    """
    rows = [row for named in files for row in _diagnosed(*named)]
    types = dict.fromkeys(_NUMBERS, "float64") | _COMMON
    return pd.DataFrame(rows, columns=_files_last(DIAGNOSIS)).astype(types)


def variants_table(files: Iterable[Named]) -> pd.DataFrame:
    """A row a round of a variant (VARIANTS); block NA: why there is none."""
    rows = [row for named in files for row in _varied(*named)]
    seconds = ["cold_start_seconds", "epoch_seconds", "step_seconds"]
    numbers = [*seconds, "first_loss", "loss", "score", "minor_faults_per_step"]
    types = dict.fromkeys(numbers, "float64")
    types |= {"block": "Int64", "evaluated_after_epochs": "Int64"}
    return pd.DataFrame(rows, columns=_files_last(VARIANTS)).astype(types | _COMMON)


def _files_last(columns: list[str]) -> list[str]:
    """The order in which CSV files have had these columns."""
    return [*columns[2:], *columns[:2]]


def _diagnosed(name: str, machine: str, file: ResultFile) -> Iterator[dict[str, Any]]:
    peaks = {(peak.device, peak.threads): asdict(peak) for peak in file.crossover.peaks}
    for row in file.crossover.diagnosis:
        known = {key: value for key, value in asdict(row).items() if value is not UNSET}
        yield {
            **peaks.get((row.device, row.threads), {}),
            **known,
            **(asdict(row.parts) if isinstance(row.parts, Parts) else {}),
            **_cell(name, machine, file, row),
            "cold_start_seconds": row.cold_start.cold_start_seconds,
            "uncounted": ", ".join(map(safe_text, row.uncounted_operations)),
        }


def _varied(name: str, machine: str, file: ResultFile) -> Iterator[dict[str, Any]]:
    for row in file.crossover.variants:
        cell = _cell(name, machine, file, row)
        cell |= {"variant": row.variant, "applied": row.applied}
        cell["arm"] = "again" if row.again else "first"
        for one in row.rounds or ():
            epoch = median(one.epoch_seconds)
            figures = {"epoch_seconds": epoch, "step_seconds": epoch / one.steps}
            figures["cold_start_seconds"] = one.cold_start_seconds
            yield asdict(one) | cell | figures | {"allocator": safe_text(one.allocator or "")}
        if row.reason:
            yield cell


def _cell(name: str, machine: str, file: ResultFile, row: Cell) -> dict[str, Any]:
    labels = device_labels(file.machine_info.crossover, {row.device})
    return {
        "file": name,
        "machine": machine,
        "workload": row.workload,
        "batch_size": row.batch_size,
        "device": row.device,
        "threads": row.threads,
        "device_label": labels[row.device],
        "suspect": "; ".join(map(safe_text, row.suspect)),
        "reason": row.reason or "",
        "detail": safe_text(row.detail),
    }
