"""Result files to tidy rows: `load(["results/devbox.json"])` is a pandas frame, a row a round.

Seconds are in columns named `_seconds`, sizes in `_bytes`. Every text has passed `safe_text`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype

from scripts.about import describe_file, device_labels, machine_info, machine_name
from scripts.diagnosis import diagnosis_table, variants_table
from scripts.invariants import round_breaches
from scripts.invariants_cells import Breach, cell_breaches, summary_breaches
from scripts.invariants_studies import study_breaches
from scripts.loop import loop_words
from scripts.marks import suspicions
from scripts.result_file import Document, ResultError, field_name, read
from scripts.rounds import Rounds
from scripts.text import distinct, safe_text

__all__ = ["ResultError", "Results", "Skip", "load", "load_results"]

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
    """All files together: `rounds` (a row a round or absent cell) and `files` (a row a file).

    Their studies: `diagnosis` (a row a diagnosed cell) and `variants` (a row a variant's round).
    """

    rounds: pd.DataFrame
    files: pd.DataFrame
    diagnosis: pd.DataFrame
    variants: pd.DataFrame


Skip = Callable[[ResultError], object]
"""What to do about a bad file instead of raising its ResultError."""


def load(paths: Iterable[str | Path], *, skip: Skip | None = None) -> pd.DataFrame:
    """A row a round, A/A repeats and absent cells included (absent: block NA, reason, detail).

    Raises ResultError, which names file and field, for the first file that is not a good one; with
    `skip`, that is called for each bad file, and only when no file is good is there an error.
    """
    return load_results(paths, skip=skip).rounds


def load_results(paths: Iterable[str | Path], *, skip: Skip | None = None) -> Results:
    """What `load` gives, and what is known of each file: machine, software, command."""
    names = [Path(path) for path in paths]
    if not names:
        raise ResultError("", "", "no result file is given")
    known: set[str] = set()
    rows, files = [], []
    diagnosis, variants = [], []
    for path in names:
        try:
            document = _read_once(path, known)
            rows.append(_rows(path, document))
            diagnosis.append(diagnosis_table(document))
            variants.append(variants_table(document))
            files.append(describe_file(path, machine_name(document), document))
        except ResultError as error:
            if skip is None:
                raise
            skip(error)
    if not files:
        raise ResultError("", "", f"no file is left of {len(names)}; name a good result file")
    table = pd.DataFrame(files)
    own = {name: distinct(table[name]) for name in ("file", "machine")}
    parts = (rows, diagnosis, variants)
    rounds, *studies = (_joined(part, own["file"], own["machine"]) for part in parts)
    return Results(rounds, table.assign(**own), *studies)


def _joined(parts: list[pd.DataFrame], files: list[str], machines: list[str]) -> pd.DataFrame:
    """The parts of all files, each named."""
    named = [
        part.assign(file=file, machine=machine)
        for part, file, machine in zip(parts, files, machines, strict=True)
    ]
    return pd.concat(named, ignore_index=True)


def _read_once(path: Path, known: set[str]) -> Document:
    """The document, of a file that is not `known` yet."""
    try:
        identity = str(path.resolve())
    except (OSError, ValueError, RuntimeError):  # a name that no file can have, a loop of links
        identity = str(path)
    if identity in known:
        raise ResultError(path, "", "is given twice; name each result file once")
    known.add(identity)
    return read(path)


def _rows(path: Path, document: Document) -> pd.DataFrame:
    """The file's rows; `machine` is not yet told from another file's."""
    _require(path, document, cell_breaches(document))
    _require(path, document, study_breaches(document))
    rounds = Rounds.of(document)
    _require(path, document, round_breaches(document, rounds))
    _require(path, document, summary_breaches(document))
    table = pd.concat([_measured(document, rounds), _absent(document)], ignore_index=True)
    identity = {
        key: safe_text(machine_info(document)[key]) for key in ("machine_id", "software_id")
    }
    table = table.assign(file=safe_text(path), machine=machine_name(document), **identity)
    run, workloads = document["crossover"]["run"], document["crossover"]["workloads"]
    definitions = {name: entry["definition"] for name, entry in workloads.items()}
    table = table.assign(
        device_label=table["device"].map(device_labels(document, set(table["device"]))),
        definition=table["workload"].map(definitions),
        learning_rate=table["workload"].map(run["learning_rates"]).astype(float),
        looks=len(run.get("looks", [0])),
        loop=loop_words(run),
        **{name: _work(run[name]) for name in WORK},
    )
    table = table.astype(dict.fromkeys(("batch_size", "epochs", "threads"), np.int64))
    texts = [name for name, kind in table.dtypes.items() if is_object_dtype(kind)]
    return table.astype(dict.fromkeys(texts, "str"))


def _require(path: Path, document: Document, breaches: Iterator[Breach]) -> None:
    """Raises the first breach, if there is one."""
    for where, message in breaches:
        advice = "measure again or leave this file out"
        raise ResultError(path, field_name(document, where), f"{message}; {advice}")


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
    detail = [safe_text(cell.get("detail", "")) for cell in cells]
    rows = [
        {"threads": 0, **cell, "detail": text} for cell, text in zip(cells, detail, strict=True)
    ]
    table = pd.DataFrame(rows, columns=axes)
    block = pd.Series(pd.NA, index=table.index, dtype="Int64")
    return table.assign(arm="first", block=block, suspect="")
