"""The workloads' names and training samples, read from models/ without importing it or torch."""

import ast
import gzip
import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

MODELS = Path(__file__).resolve().parents[1] / "models"


def _datasets() -> dict[str, str]:
    """Return the dataset of each workload, by name, as models/registry.py declares it."""
    source = ast.parse((MODELS / "registry.py").read_text(encoding="utf-8"))
    table: Any = next(node.value for node in source.body if isinstance(node, ast.AnnAssign))
    words = [word for entry in table.values for word in entry.keywords if word.arg == "dataset"]
    pairs = zip(table.keys, words, strict=True)
    return {name.value: word.value.value for name, word in pairs}


_DATASETS = _datasets()
WORKLOAD_NAMES = tuple(_DATASETS)


@cache
def train_samples(workload: str) -> int:
    """Return how many training samples a workload has, by the header of its data's file."""
    path = MODELS / "data" / f"{_DATASETS[workload]}.safetensors.gz"
    try:
        with gzip.open(path) as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    except (OSError, EOFError, zlib.error, ValueError):
        words = f"{path} is missing or damaged: get it again with `git checkout -- {path}`"
        raise pytest.UsageError(words) from None
    targets = header.get("train_targets") or header["train_targets.places"]
    return int(targets["shape"][0])
