"""The workloads' names and training samples, read from models/ without importing it or torch."""

import ast
import gzip
import json
import re
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

MODELS = Path(__file__).resolve().parents[1] / "models"


def _datasets() -> dict[str, str]:
    """Return the dataset of each workload, by name, as models/registry.py declares it."""
    source = ast.parse((MODELS / "registry.py").read_text(encoding="utf-8"))
    table: Any = next(node.value for node in source.body if isinstance(node, ast.AnnAssign))
    words = [word for entry in table.values for word in entry.keywords if word.arg == "dataset"]
    pairs = zip(table.keys, words, strict=True)
    return {name.value: word.value.value for name, word in pairs}


_DATASETS = _datasets()
_OWN = re.compile(r".+\.py:[^\W\d]\w*")
WORKLOAD_NAMES = tuple(_DATASETS)


def is_own(typed: str) -> bool:
    """Whether what was typed is a function of somebody's own file: `my_network.py:make`."""
    return bool(_OWN.fullmatch(typed))


def name_of(typed: str) -> str:
    """Returns the name in node ids, files and reports: `my_network`, `my_network.small`."""
    path, _, function = typed.rpartition(":")
    return typed if not is_own(typed) else Path(path).stem + f".{function}" * (function != "make")


def resolved(typed: str) -> str:
    """Returns the same workload as a process in any folder finds it."""
    return f"{file_of(typed).resolve()}:{typed.rpartition(':')[2]}" if is_own(typed) else typed


def file_of(typed: str) -> Path:
    """Returns somebody's own file; between commas a shell leaves `~` as it is."""
    path = Path(typed.rpartition(":")[0])
    try:
        return path.expanduser()
    except RuntimeError:  # ~nobody
        return path


def typed_for(name: str, typed: Iterable[str]) -> str:
    """Returns what was typed for a workload of this name, or the name itself."""
    return next((one for one in typed if name_of(one) == name), name)


@cache
def train_samples(workload: str) -> int:
    """Return how many training samples a workload has, by the header of its data's file."""
    path = MODELS / "data" / f"{_DATASETS[workload]}.safetensors.gz"
    try:
        with gzip.open(path) as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    except (OSError, EOFError, zlib.error, ValueError):
        import pytest  # noqa: PLC0415 - workers import this module: a tenth of a second each

        words = f"{path} is missing or damaged: get it again with `git checkout -- {path}`"
        raise pytest.UsageError(words) from None
    targets = header.get("train_targets") or header["train_targets.places"]
    return int(targets["shape"][0])
