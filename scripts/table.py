"""Result files to tidy rows: `load(["results/devbox.json"])` is a pandas frame, a row a round.

Seconds are in columns named `_seconds`, sizes in `_bytes`. Every text has passed `safe_text`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scripts.invariants import breach
from scripts.result_file import Document, ResultError, field_name, read
from scripts.rounds import Rounds
from scripts.text import device_label, distinct, safe_text

__all__ = ["ResultError", "Results", "load", "load_results"]

WORK = ("samples", "precision", "optimizer", "optimizer_implementation")
_REPORTED = ("import", "context", "transfer")
_OTHERS = ("first_loss", "loss", "score", "steps", "host_peak_bytes", "device_peak_bytes")


@dataclass(frozen=True)
class Results:
    """All files together: `rounds` (a row a round or absent cell) and `files` (a row a file)."""

    rounds: pd.DataFrame
    files: pd.DataFrame


def load(paths: Iterable[str | Path]) -> pd.DataFrame:
    """A row a round, A/A repeats and absent cells included (absent: block NA, reason, detail).

    Raises ResultError, which names file and field, for the first file that is not a good one.
    """
    return load_results(paths).rounds


def load_results(paths: Iterable[str | Path]) -> Results:
    """What `load` gives, and what is known of each file: machine, software, command."""
    names = [Path(path) for path in paths]
    for name, again in zip(distinct(map(_identity, names)), map(_identity, names), strict=True):
        if name != again:
            raise ResultError(again, "", "is given twice; name each result file once")
    documents = [read(path) for path in names]
    machines = distinct(safe_text(_machine(document)["machine"]) for document in documents)
    sources = list(zip(names, machines, documents, strict=True))
    rows = [_rows(path, machine, document) for path, machine, document in sources]
    files = [_file(path, machine, document) for path, machine, document in sources]
    return Results(pd.concat(rows, ignore_index=True), pd.DataFrame(files))


def _identity(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, ValueError):
        return str(path)


def _machine(document: Document) -> dict[str, Any]:
    machine: dict[str, Any] = document["machine_info"]["crossover"]
    return machine


def _rows(path: Path, machine: str, document: Document) -> pd.DataFrame:
    rounds = Rounds.of(document)
    found = breach(document, rounds)
    if found is not None:
        where, message = found
        advice = "measure again or leave this file out"
        raise ResultError(path, field_name(document, where), f"{message}; {advice}")
    table = pd.concat([_measured(document, rounds), _absent(document)], ignore_index=True)
    identity = {key: safe_text(_machine(document)[key]) for key in ("machine_id", "software_id")}
    table = table.assign(file=safe_text(path), machine=machine, **identity)
    run, workloads = document["crossover"]["run"], document["crossover"]["workloads"]
    definitions = {name: entry["definition"] for name, entry in workloads.items()}
    return table.assign(
        device_label=table["device"].map(_labels(document, set(table["device"]))),
        definition=table["workload"].map(definitions),
        learning_rate=table["workload"].map(run["learning_rates"]).astype(float),
        **{name: run[name] for name in WORK},
    )


def _measured(document: Document, rounds: Rounds) -> pd.DataFrame:
    own = document["crossover"]
    repeated = rounds.owner >= len(document["benchmarks"])
    steps, warm = rounds.column("steps"), rounds.epoch_seconds.medians()
    seconds = {f"{part}_seconds": rounds.column(f"{part}_seconds") for part in _REPORTED}
    return pd.DataFrame(
        {axis: rounds.axis(axis) for axis in ("workload", "batch_size", "epochs", "device")}
        | {
            "threads": rounds.axis("threads").astype(np.int64),
            "arm": np.where(repeated, "again", "first"),
            "block": pd.Series(rounds.column("block"), dtype="Int64"),
            "total_seconds": rounds.total_seconds,
            "cold_start_seconds": rounds.cold_start_seconds,
            **seconds,
            "first_step_surplus_seconds": rounds.first_step_surplus_seconds,
            "epoch_seconds": warm,
            "event_seconds": rounds.event_seconds.medians(),
            "step_seconds": warm / steps,
            "samples_a_second": own["run"]["samples"] / warm,
        }
        | {name: rounds.column(name) for name in _OTHERS}
        | {"suspect": _suspects(document, rounds), "reason": "", "detail": ""}
    )


def _absent(document: Document) -> pd.DataFrame:
    cells = document["crossover"]["absent"]
    axes = ["workload", "batch_size", "epochs", "device", "threads", "reason", "detail"]
    table = pd.DataFrame([{"threads": 0, "detail": "", **cell} for cell in cells], columns=axes)
    detail = [safe_text(text) for text in table["detail"]]
    block = pd.Series(pd.NA, index=table.index, dtype="Int64")
    return table.assign(detail=detail, arm="first", block=block, suspect="")


def _suspects(document: Document, rounds: Rounds) -> list[str]:
    blocks = {
        (entry["workload"], entry["block"]): entry.get("suspect", [])
        for entry in document["crossover"]["blocks"]
    }
    cells = [entry["extra_info"].get("suspect", []) for entry in document["benchmarks"]]
    cells += [[] for _ in document["crossover"]["repeats"]]
    words = []
    for owner, entry in zip(rounds.owner.tolist(), rounds.entries, strict=True):
        unsteady = ["unsteady worker"] if entry.get("unsteady") else []
        block = blocks[rounds.cells[owner]["workload"], entry["block"]]
        reasons = [*cells[owner], *block, *unsteady]
        words.append("; ".join(map(safe_text, reasons)) if reasons else "")
    return words


def _labels(document: Document, devices: set[str]) -> dict[str, str]:
    known = {entry["device"]: entry for entry in _machine(document)["accelerators"]}
    labels = {}
    for device in devices:
        entry = known.get(device) or known.get(device.partition(":")[0]) or {}
        labels[device] = device_label(
            device,
            accelerator=safe_text(entry.get("name", "")),
            software=entry.get("software", False),
        )
    return labels


def _file(path: Path, machine: str, document: Document) -> dict[str, Any]:
    own, about = document["crossover"], _machine(document)
    run = own["run"]
    texts = {name: safe_text(about.get(name, "")) for name in ("cpu", "os", "python", "torch")}
    texts |= {name: safe_text(run.get(name) or "") for name in ("command", "started", "preset")}
    return {
        "file": safe_text(path),
        "machine": machine,
        "machine_id": safe_text(about["machine_id"]),
        "software_id": safe_text(about["software_id"]),
        **texts,
        "cores_physical": about.get("cores_physical"),
        "complete": own["complete"],
        "planned": own.get("planned"),
        "measured_cells": len(document["benchmarks"]),
        "absent_cells": len(own["absent"]),
    }
