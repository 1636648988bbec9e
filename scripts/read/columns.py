"""One file's rows as columns, and the columns of many files as one frame.

Frames are slow to make and to join: this makes one for all files, at the end.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.read.document import Document
from scripts.read.provenance import device_labels, machine_info, machine_name
from scripts.read.rounds import Rounds, measured_epochs
from scripts.read.suspicion import suspicions
from scripts.read.text import safe_text
from scripts.words.derived import DERIVED_FROM

LEAN = {
    "loader": "slices",
    "placement": "resident",
    "gather": "vectorised",
    "sequences": "padded",
    "evaluate": "never",
}
COURSE = {
    "loader": "dataloader",
    "placement": "per-batch",
    "gather": "list",
    "sequences": "packed",
    "evaluate": "every-epoch",
}


def loop_words(run: dict[str, Any]) -> str:
    """`lean`, `course`, or what differs from the lean loop: `loader dataloader, gather list`.

    A run that says nothing of its loop is of before there was a choice.
    """
    loop = {name: run.get("loop", {}).get(name, value) for name, value in LEAN.items()}
    for name, known in (("lean", LEAN), ("course", COURSE)):
        if loop == known:
            return name
    return ", ".join(f"{name} {value}" for name, value in loop.items() if value != LEAN[name])


TEXT: Any = "object" if pd.__version__.startswith("2.") else "str"
"""The type of a column of texts. Of "str" pandas 2 makes the text "None" of a missing one."""

Columns = dict[str, Any]
"""By name: an array or a list of texts with an entry a row, or a text or number for all rows."""

_WORK = ("precision", "optimizer", "optimizer_implementation")
_REPORTED = ("import_seconds", "context_seconds", "transfer_seconds")
_OTHERS = (
    "first_loss",
    "loss",
    "score",
    "evaluated_after_epochs",
    "steps",
    "position",
    "host_peak_bytes",
    "device_peak_bytes",
)


def columns_of(path: Path, document: Document, rounds: Rounds) -> Columns:
    """The columns of a document that keeps its invariants: its rounds, then its absent cells."""
    own, about = document["crossover"], machine_info(document)
    run, absent = own["run"], own["absent"]
    owners = rounds.owner.tolist()
    cells = [rounds.cells[owner] for owner in owners] + absent
    labels = device_labels(document, {cell["device"] for cell in cells})
    return {
        "workload": [cell["workload"] for cell in cells],
        "batch_size": _whole(cells, "batch_size"),
        "epochs": _whole(cells, "epochs"),
        "device": [cell["device"] for cell in cells],
        "threads": _whole(cells, "threads"),
        **_measured(document, rounds, lost=len(absent)),
        "derived": np.concatenate([rounds.epochs > rounds.trained_epochs, _unreached(document)]),
        "suspect": suspicions(document, rounds) + [""] * len(absent),
        "reason": [""] * len(owners) + [cell["reason"] for cell in absent],
        "detail": [""] * len(owners) + [safe_text(cell.get("detail", "")) for cell in absent],
        "file": safe_text(path),
        "machine": machine_name(document),
        "machine_id": safe_text(about["machine_id"]),
        "software_id": safe_text(about["software_id"]),
        "device_label": [labels[cell["device"]] for cell in cells],
        "definition": [own["workloads"][cell["workload"]]["definition"] for cell in cells],
        "learning_rate": np.array(
            [run["learning_rates"][cell["workload"]] for cell in cells], dtype=np.float64
        ),
        "looks": len(run.get("looks", [0])),
        "loop": loop_words(run),
        "samples": int(run["samples"]),
        **{name: safe_text(run[name]) for name in _WORK},
    }


def _unreached(document: Document) -> npt.NDArray[np.bool_]:
    """Of each absent cell, whether its total would have been derived."""
    most = measured_epochs(document)
    epochs = _whole(document["crossover"]["absent"], "epochs")
    return epochs > most if most is not None else np.zeros(len(epochs), dtype=np.bool_)


def _whole(cells: Sequence[Document], axis: str) -> npt.NDArray[np.int64]:
    return np.array([cell.get(axis, 0) for cell in cells], dtype=np.int64)


def _measured(document: Document, rounds: Rounds, *, lost: int) -> Columns:
    """The numbers of the rounds, then as many rows without any."""
    timed = len(document["benchmarks"])
    steps, warm = rounds.column("steps"), rounds.epoch_seconds.medians()[rounds.which]
    numbers = {
        "block": rounds.column("block"),
        "total_seconds": rounds.total_seconds,
        "derivable_seconds": rounds.derivable_seconds(DERIVED_FROM),
        "cold_start_seconds": rounds.cold_start_seconds,
        **{name: rounds.column(name) for name in _REPORTED},
        "first_step_surplus_seconds": rounds.first_step_surplus_seconds,
        "epoch_seconds": warm,
        "event_seconds": rounds.event_seconds.medians()[rounds.which],
        "step_seconds": warm / steps,
        "samples_a_second": document["crossover"]["run"]["samples"] / warm,
        **{name: rounds.column(name) for name in _OTHERS},
    }
    arms = ["first" if owner < timed else "again" for owner in rounds.owner.tolist()]
    unknown = np.full(lost, np.nan)
    columns = {name: np.concatenate([values, unknown]) for name, values in numbers.items()}
    return {"arm": arms + ["first"] * lost} | columns


def frame_of(parts: Sequence[Columns]) -> pd.DataFrame:
    """The rows of all parts, which have the same columns, as one frame with an index of its own."""
    counts = [len(part["workload"]) for part in parts]
    return pd.DataFrame(
        {name: _joined([part[name] for part in parts], counts, name) for name in parts[0]}
    )


def _joined(values: Sequence[Any], counts: Sequence[int], name: str) -> Any:
    first = values[0]
    if isinstance(first, str):
        return pd.array(values, dtype=TEXT).repeat(counts)
    if isinstance(first, int):
        return np.repeat(np.array(values, dtype=np.int64), counts)
    if isinstance(first, list):
        return pd.array([text for part in values for text in part], dtype=TEXT)
    whole = np.concatenate(values)
    return pd.array(whole, dtype="Int64") if name == "block" else whole
