"""Result files to tidy rows: `load(["results/devbox.json"])` is a pandas frame, a row a round.

Seconds are in columns named `_seconds`, sizes in `_bytes`. Every text has passed `safe_text`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from scripts.about import describe_file, device_labels, machine_info
from scripts.invariants import breach
from scripts.marks import suspicions
from scripts.result_file import Document, ResultError, field_name, read
from scripts.rounds import Rounds
from scripts.text import distinct, safe_text

__all__ = ["ResultError", "Results", "load", "load_results"]

WORK = ("samples", "precision", "optimizer", "optimizer_implementation")
_REPORTED = ("import", "context", "transfer")
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
    if not names:
        raise ResultError("", "", "no result file is given")
    for name, again in zip(distinct(map(_identity, names)), map(_identity, names), strict=True):
        if name != again:
            raise ResultError(again, "", "is given twice; name each result file once")
    documents = [read(path) for path in names]
    machines = distinct(safe_text(machine_info(document)["machine"]) for document in documents)
    sources = list(zip(names, machines, documents, strict=True))
    rows = [_rows(path, machine, document) for path, machine, document in sources]
    files = [describe_file(path, machine, document) for path, machine, document in sources]
    return Results(pd.concat(rows, ignore_index=True), pd.DataFrame(files))


def _identity(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, ValueError):
        return str(path)


def _rows(path: Path, machine: str, document: Document) -> pd.DataFrame:
    rounds = Rounds.of(document)
    found = breach(document, rounds)
    if found is not None:
        where, message = found
        advice = "measure again or leave this file out"
        raise ResultError(path, field_name(document, where), f"{message}; {advice}")
    table = pd.concat([_measured(document, rounds), _absent(document)], ignore_index=True)
    identity = {
        key: safe_text(machine_info(document)[key]) for key in ("machine_id", "software_id")
    }
    table = table.assign(file=safe_text(path), machine=machine, **identity)
    run, workloads = document["crossover"]["run"], document["crossover"]["workloads"]
    definitions = {name: entry["definition"] for name, entry in workloads.items()}
    return table.assign(
        device_label=table["device"].map(device_labels(document, set(table["device"]))),
        definition=table["workload"].map(definitions),
        learning_rate=table["workload"].map(run["learning_rates"]).astype(float),
        looks=len(run.get("looks", [0])),
        **{name: _work(run[name]) for name in WORK},
    )


def _work(value: str | int) -> str | int:
    return safe_text(value) if isinstance(value, str) else int(value)


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
        | {"suspect": suspicions(document, rounds), "reason": "", "detail": ""}
    )


def _absent(document: Document) -> pd.DataFrame:
    cells = document["crossover"]["absent"]
    axes = ["workload", "batch_size", "epochs", "device", "threads", "reason", "detail"]
    table = pd.DataFrame([{"threads": 0, "detail": "", **cell} for cell in cells], columns=axes)
    detail = [safe_text(text) for text in table["detail"]]
    block = pd.Series(pd.NA, index=table.index, dtype="Int64")
    return table.assign(detail=detail, arm="first", block=block, suspect="")
