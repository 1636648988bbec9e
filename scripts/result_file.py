"""Reads one result file, which anybody may have written: a valid document or a ResultError."""

import json
from pathlib import Path
from typing import Any, NoReturn

from scripts.layout import misplaced, with_rounds
from scripts.schema import refusal
from scripts.text import safe_text

SCHEMA_VERSION = 2
OLDEST_VERSION = 1
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
    """The document of one result file, valid by its schema, as the readers work with it.

    Raises ResultError otherwise.
    """
    try:
        document = _recognise(path, _parse(path, _text(path)))
        version = document["crossover"]["schema_version"]
        problem = refusal(document, version)
        if problem is None and version == SCHEMA_VERSION:
            problem = misplaced(document)
    except RecursionError:
        raise ResultError(path, "", "is nested too deeply to be a result file") from None
    if problem is not None:
        where, message = problem
        raise ResultError(path, field_name(document, where), f"{message}; {_REPAIR}")
    return with_rounds(document) if version == SCHEMA_VERSION else document


def field_name(document: Document, where: list[str | int]) -> str:
    """`benchmarks[3] (mlp-64-2-cpu).params.device`: the place in a document, its cell named."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)[1:]
    match where:
        case ["benchmarks", int(index), *_]:
            entry = f"benchmarks[{index}]"
            cell = _cell_name(document["benchmarks"][index])
        case ["crossover", ("absent" | "repeats") as kind, int(index), *_]:
            entry = f"crossover.{kind}[{index}]"
            cell = _cell_name({"params": document["crossover"][kind][index]})
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


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise ResultError(path, "", "is a folder; name the result files in it (folder/*.json)")
        if path.exists() and not path.is_file():
            raise ResultError(path, "", "is not a regular file")
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ResultError(path, "", f"cannot be read: {reason}") from None
    if len(content) > LARGEST_BYTES:
        limit = f"{LARGEST_BYTES // 2**20} MiB"
        raise ResultError(path, "", f"is larger than {limit}, which no result file is")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ResultError(path, "", f"is not UTF-8 text (byte {error.start})") from None


def _parse(path: Path, text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_repeats)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        message = f"is not whole JSON ({error.msg}); if the run was cut short, --resume it"
        raise ResultError(path, where, message) from None
    except ValueError as error:
        raise ResultError(path, "", f"{error}; {_REPAIR}") from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return members


def _recognise(path: Path, document: object) -> Document:
    """Refuses what is not a result file of this version, before the schema finds details in it."""
    if not isinstance(document, dict):
        raise ResultError(path, "", "is JSON but not a result file (no object at the top)")
    if "crossover" not in document:
        kind = "a pytest-benchmark file of another project" if "benchmarks" in document else "JSON"
        message = f"is missing: this is {kind}, not written by `pytest bench --benchmark-json`"
        raise ResultError(path, "crossover", message)
    own = document["crossover"]
    if not isinstance(own, dict):
        raise ResultError(path, "crossover", f"is not of type 'object'; {_REPAIR}")
    version = own.get("schema_version")
    if type(version) is not int or version < OLDEST_VERSION:
        message = f"is not a version that this reader knows ({OLDEST_VERSION} to {SCHEMA_VERSION})"
        raise ResultError(path, "crossover.schema_version", f"{message}; {_REPAIR}")
    if version > SCHEMA_VERSION:
        message = f"is {version}, newer than this reader's {SCHEMA_VERSION}; update Crossover"
        raise ResultError(path, "crossover.schema_version", message)
    return document
