"""The result file: pytest-benchmark's JSON and our keys, written whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any

from bench.journal import sync_folder

SCHEMA_VERSION = 1


def write_json(path: Path, content: dict[str, Any], *, indent: int | None = 1) -> None:
    """Writes to a temporary file beside it, then renames: the file is always old or new, whole."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=indent, allow_nan=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def is_complete(path: Path) -> bool:
    """Whether an existing result file says that its run came to its end."""
    try:
        content = json.loads(path.read_bytes())
        return bool(content["crossover"]["complete"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return True  # not ours to replace
