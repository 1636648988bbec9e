"""The result file: pytest-benchmark's JSON and our keys, written whole or not at all."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure.journal import sync_folder

KEY = "crossover"
"""Our part of a timing run's file, beside pytest-benchmark's own."""
SCHEMA_VERSION = 3
ROW_DEPTH = 3
"""A result file is indented as deep as this; what lies deeper, a measurement, is one line."""


def temporary_path(path: Path) -> Path:
    """Returns where a file is written before it takes its place: beside it."""
    return path.with_name(f".{path.name}.tmp")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes to a temporary file beside it, then renames: the file is always old or new, whole."""
    temporary = temporary_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)  # it may have gone during the run
        with temporary.open("w", encoding="utf-8") as file:
            file.writelines(json_text(content))
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):  # what went wrong first is what is told
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def json_text(value: Any, depth: int = ROW_DEPTH, indent: str = "") -> Iterator[str]:
    """The value as JSON, in parts: indented as far as `depth`, in one line below.

    Thousands of rows of numbers stay readable and small that way, and differ line by line.
    """
    if depth == 0 or not isinstance(value, dict | list) or not value:
        yield json.dumps(value, allow_nan=False, separators=(",", ":"))
        return
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    begin, end = "{}" if isinstance(value, dict) else "[]"
    for number, (name, item) in enumerate(pairs):
        label = "" if name is None else f"{json.dumps(name)}: "
        yield f"{',' if number else begin}\n{indent} {label}"
        yield from json_text(item, depth - 1, indent + " ")
    yield f"\n{indent}{end}"


def now() -> str:
    """The time in UTC, to the second, as every file tells it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def run_started(path: Path, key: str) -> str | None:
    """When the run began that an existing result file is of; None when the file is not ours.

    `key` names the part of the file that is ours: a timing run's or a learning run's.
    """
    try:
        return str(json.loads(path.read_bytes())[key]["run"]["started"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
