"""Reads one result file, which anybody may have written: a valid document or a ResultError."""

import os
from pathlib import Path
from typing import Any

from scripts.read.bounds import excess
from scripts.read.breach import Place, breach
from scripts.read.json_text import NotJson, parsed
from scripts.read.records.result import ResultFile
from scripts.read.text import safe_text

SCHEMA_VERSION = 2
LARGEST_BYTES = 128 * 2**20

Document = dict[str, Any]


class ResultError(Exception):
    """A result file that cannot be used: which file, which field, what is wrong and what to do."""

    def __init__(self, file: object, field: str, message: str) -> None:
        self.file = safe_text(file)
        self.field = safe_text(field)
        self.message = safe_text(message)
        super().__init__(self.file, self.field, self.message)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.field, self.message) if part)


def read(path: Path) -> Document:
    """The document of one result file, valid by its records; raises ResultError otherwise."""
    try:
        document = _recognise(path, parsed(file_content(path)))
        problem = _problem(document)
    except NotJson as error:
        raise ResultError(path, error.where, error.message) from None
    except RecursionError:
        message = "is nested too deeply to be a result file; leave it out"
        raise ResultError(path, "", message) from None
    except MemoryError:
        message = "does not fit into this machine's memory; leave it out"
        raise ResultError(path, "", message) from None
    if problem is not None:
        where, message = problem
        raise ResultError(path, field_name(document, where), f"{message}; {_REPAIR}")
    return document


def _problem(document: Document) -> tuple[Place, str] | None:
    """The first thing that keeps a document from being read: by its records, then by its size."""
    return breach(document, ResultFile) or _misplaced(document["crossover"]) or excess(document)


def _misplaced(own: Document) -> tuple[Place, str] | None:
    """The first measurement that has no process; None if none."""
    count = len(own["processes"])
    for index, row in enumerate(own["measurements"]):
        if row["process"] >= count:
            message = f"is {row['process']}, but there are {count} processes"
            return ["crossover", "measurements", index, "process"], message
    return None


def field_name(document: Document, where: Place) -> str:
    """`benchmarks[3] (mlp-64-2-cpu).params.device`: the place in a document, its cell named."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part[:60]}" for part in where]
    name = "".join(parts)[1:]
    match where:
        case ["benchmarks", int(index), *_]:
            entry = f"benchmarks[{index}]"
            cell = _cell_name(document["benchmarks"][index])
        case ["crossover", "absent", int(index), *_]:
            entry = f"crossover.absent[{index}]"
            cell = _cell_name({"params": document["crossover"]["absent"][index]})
        case ["crossover", "measurements", int(index), *_]:
            entry = f"crossover.measurements[{index}]"
            cell = _arm_name(document, document["crossover"]["measurements"][index])
        case _:
            return name
    return name.replace(entry, f"{entry} ({cell})", 1) if cell else name


_REPAIR = "measure again or leave this file out"


def _cell_name(entry: object) -> str:
    params = entry.get("params") if isinstance(entry, dict) else None
    if not isinstance(params, dict):
        return ""
    axes = [params.get(axis) for axis in ("workload", "batch_size", "epochs", "device", "threads")]
    return "-".join(str(value)[:60] for value in axes if isinstance(value, (str, int)))


def _arm_name(document: Document, row: object) -> str:
    """`mlp-64-cpu`: what a measurement is of, as far as the document says."""
    processes = document["crossover"].get("processes")
    index = row.get("process") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(processes, list) or type(index) is not int:
        return ""
    process = processes[index] if 0 <= index < len(processes) else None
    if not isinstance(process, dict):
        return ""
    return _cell_name({"params": {"batch_size": row.get("batch_size"), **_axes(process)}})


def _axes(process: Document) -> Document:
    return {axis: process.get(axis) for axis in ("workload", "device")}


def file_content(path: Path) -> bytes:
    """The bytes of a regular file of a sensible size; nothing is read before both are known.

    Raises ResultError otherwise.
    """
    try:
        if path.is_dir():
            raise ResultError(path, "", "is a folder; name the result files in it (folder/*.json)")
        if path.exists() and not path.is_file():
            raise ResultError(path, "", "is not a regular file; leave it out")
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST_BYTES:
                raise _too_large(path)
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ResultError(path, "", f"cannot be read: {reason}") from None
    if len(content) > LARGEST_BYTES:  # it grew, or its size is not told
        raise _too_large(path)
    return content


def _too_large(path: Path) -> ResultError:
    limit = f"{LARGEST_BYTES // 2**20} MiB"
    return ResultError(path, "", f"is larger than {limit}, which no result file is; leave it out")


def _recognise(path: Path, document: object) -> Document:
    """Refuses what is not a result file of this version, before the records find details in it."""
    if not isinstance(document, dict):
        raise ResultError(path, "", "is no result file (no object at the top); leave it out")
    if "crossover" not in document:
        kind = "a pytest-benchmark file of another project" if "benchmarks" in document else "JSON"
        origin = "`pytest bench --benchmark-json`"
        message = f"is missing: this is {kind}, not written by {origin}; leave it out"
        raise ResultError(path, "crossover", message)
    own = document["crossover"]
    if not isinstance(own, dict):
        raise ResultError(path, "crossover", f"is no object; {_REPAIR}")
    version = own.get("schema_version")
    if type(version) is not int or version < SCHEMA_VERSION:
        message = f"is not a version that this reader knows ({SCHEMA_VERSION})"
        raise ResultError(path, "crossover.schema_version", f"{message}; {_REPAIR}")
    if version > SCHEMA_VERSION:
        message = f"is {version}, newer than this reader's {SCHEMA_VERSION}; update Crossover"
        raise ResultError(path, "crossover.schema_version", message)
    return document
