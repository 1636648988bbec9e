"""Prepared data on disk: one file that is whole or does not count."""

import hashlib
import os
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import torch


class CacheError(Exception):
    """A cache file is missing or damaged."""


def folder() -> Path:
    """Return where cache files lie: CROSSOVER_CACHE, or .cache/ in the checkout."""
    chosen = os.environ.get("CROSSOVER_CACHE")
    return Path(chosen) if chosen else Path(__file__).parents[2] / ".cache"


def write(path: Path, content: dict[str, Any]) -> None:
    """Write tensors and plain values to `path`, behind the sha256 of what is written.

    The file appears under its name in one step, so a reader sees the old one, the new one or none,
    and of two writers at once the last wins whole.
    """
    buffer = BytesIO()
    torch.save(content, buffer)
    payload = buffer.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.write(hashlib.sha256(payload).hexdigest().encode() + b"\n" + payload)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read(path: Path) -> dict[str, Any]:
    """Return what `write` was given.

    Raises:
        CacheError: there is no such file, or its content is not what was written.
    """
    try:
        digest, _, payload = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        raise CacheError(f"{path} is missing") from None
    if hashlib.sha256(payload).hexdigest().encode() != digest:
        raise CacheError(f"{path} is damaged")
    content: dict[str, Any] = torch.load(BytesIO(payload), weights_only=True)
    return content
