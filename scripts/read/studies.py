"""The studies of result files as tidy rows: diagnosed cells, and the rounds of variants.

A file without studies gives empty frames with the same columns. Every text has passed `safe_text`.
"""

from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from scripts.read.document import Document
from scripts.read.provenance import device_labels
from scripts.read.text import safe_text

CELL = ["file", "machine", "workload", "batch_size", "device", "threads"]
PARTS = ("load", "copy", "forward", "backward", "optimizer", "evaluation")
PART_SECONDS = [f"{part}_seconds" for part in PARTS]
PEAKS = [
    "matmul_flops_per_second",
    "copy_bytes_per_second",
    "host_copy_bytes_per_second",
    "operation_seconds",
]
_SEEN = [
    "step_seconds",
    "instrumented_step_seconds",
    "host_enqueue_seconds",
    "alone_seconds",
    "device_busy_seconds",
    "operations",
    "moved_bytes",
    "flops",
    "host_reads",
    "synchronisations",
    "sequence_length",
    "sequence_kernels",
    "steps",
]
_WORDS = ["suspect", "reason", "detail", "device_label"]
DIAGNOSIS = [*CELL, *PART_SECONDS, *_SEEN, "cold_start_seconds", *PEAKS, "uncounted", *_WORDS]
VARIANTS = [
    *CELL,
    "variant",
    "applied",
    "arm",
    "block",
    "cold_start_seconds",
    "epoch_seconds",
    "step_seconds",
    "first_loss",
    "loss",
    "score",
    "evaluated_after_epochs",
    *_WORDS,
]

_WHOLE: dict[str, Any] = dict.fromkeys(["batch_size", "threads"], np.int64)


def diagnosis_table(document: Document) -> pd.DataFrame:
    """A row a diagnosed cell (DIAGNOSIS but file and machine); what was not seen is NaN.

    `uncounted`: names of operations whose FLOPs are missing in `flops`; empty where none are.
    """
    table = pd.DataFrame(_diagnosed(document), columns=DIAGNOSIS[2:])
    numbers = [*PART_SECONDS, *_SEEN, "cold_start_seconds", *PEAKS]
    return table.astype(dict.fromkeys(numbers, np.float64) | _WHOLE)


def variants_table(document: Document) -> pd.DataFrame:
    """A row a round of a variant (VARIANTS but file and machine); block NA: why there is none."""
    table = pd.DataFrame(_varied(document), columns=VARIANTS[2:])
    numbers = ["cold_start_seconds", "epoch_seconds", "step_seconds", "first_loss", "loss", "score"]
    types: dict[str, Any] = dict.fromkeys(numbers, np.float64)
    return table.astype(types | {"block": "Int64", "evaluated_after_epochs": "Int64"} | _WHOLE)


def _diagnosed(document: Document) -> Iterator[dict[str, Any]]:
    own = document["crossover"]
    peaks = {(row["device"], row.get("threads", 0)): row for row in own.get("peaks", [])}
    for row in own.get("diagnosis", []):
        cell = _cell(document, row)
        peak = peaks.get((cell["device"], cell["threads"]), {})
        known = {name: row.get(name) for name in _SEEN} | row.get("parts", {})
        cold = cold_start_seconds(row) if "parts" in row else None
        rates = {name: peak.get(name) for name in PEAKS}
        uncounted = ", ".join(safe_text(name) for name in row.get("uncounted_operations", []))
        own = {"cold_start_seconds": cold, "uncounted": uncounted}
        yield cell | known | rates | _words(row) | own


def _varied(document: Document) -> Iterator[dict[str, Any]]:
    for row in document["crossover"].get("variants", []):
        cell = _cell(document, row) | _words(row)
        cell |= {
            "variant": safe_text(row["variant"]),
            "applied": row["applied"],
            "arm": "again" if row["again"] else "first",
        }
        for one in row.get("rounds", []):
            epoch = median(one["epoch_seconds"])
            yield cell | {
                **{name: one[name] for name in ("block", "first_loss", "loss", "score")},
                "cold_start_seconds": cold_start_seconds(one),
                "epoch_seconds": epoch,
                "step_seconds": epoch / one["steps"],
                "evaluated_after_epochs": one["evaluated_after_epochs"],
            }
        if "reason" in row:
            yield cell


def cold_start_seconds(row: dict[str, Any]) -> float:
    """Context, transfer and the first step's surplus over a warm one."""
    surplus = max(0.0, row["first_step_seconds"] - row["warm_step_seconds"])
    return float(row["context_seconds"] + row["transfer_seconds"] + surplus)


def _cell(document: Document, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "workload": safe_text(row["workload"]),
        "batch_size": row["batch_size"],
        "device": safe_text(row["device"]),
        "threads": row.get("threads", 0),
        "device_label": device_labels(document, {row["device"]})[row["device"]],
    }


def _words(row: dict[str, Any]) -> dict[str, str]:
    return {
        "suspect": "; ".join(safe_text(mark) for mark in row.get("suspect", [])),
        "reason": safe_text(row.get("reason", "")),
        "detail": safe_text(row.get("detail", "")),
    }
