"""What the reader tells of a file: those that it tells the same of are one try at the doors.

The same is a record whose numbers agree in two digits, or a refusal in the same words but for
numbers; that each number is read as it stands, `tests/read/test_fuzz.py` looks at.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scripts.read import __main__ as check
from scripts.read.document import ResultError, read
from scripts.read.json_text import parsed
from scripts.read.learning_file import kind_of
from scripts.read.studies import diagnosis_table, dispatch_table
from scripts.read.table import read_parts
from scripts.read.timing import TIMING
from tests.evidence.edges.doors import Looks


def rough(words: str) -> str:
    """A record in words, its fractions in two digits."""
    return re.sub(r"\d+\.\d+(?:e[+-]?\d+)?", lambda found: f"{float(found[0]):.1e}", words)


class Told(NamedTuple):
    """What the reader tells of a file, roughly: the key of its kind, its record, or why not."""

    kind: str
    refused: bool
    words: str


def told_of(path: Path) -> Told:
    """Asks the reader about a file."""
    kind = check._KINDS.get(kind_of(path), TIMING)
    try:
        record: Any = read(path, kind)
    except ResultError as error:
        return Told(kind.key, True, re.sub(r"\d+", "0", f"{error.field}: {error.message}"))
    except Exception as error:  # noqa: BLE001 - the doors show that it is a fault
        return Told(kind.key, True, repr(error))
    return Told(kind.key, False, rough(repr(getattr(record, "file", record))))


def seen_of(path: Path, told: Told) -> Iterator[tuple[Looks, str]]:
    """What doors look at of a good file beside its record, as roughly."""
    yield "text", json.dumps(without_numbers(parsed(path.read_bytes())))
    if told.kind != TIMING.key:
        yield from (("rounds", told.words), ("tables", told.words))
        return
    try:
        (part,) = read_parts([path], skip=None)
        rounds = rough(json.dumps(part.columns, default=np.ndarray.tolist))
        named = [("", "", part.diagnosed)] if part.diagnosed else []
        studies = [table(named).to_csv() for table in (diagnosis_table, dispatch_table)]
    except Exception as error:  # noqa: BLE001 - the doors show that it is a fault
        yield from (("rounds", repr(error)), ("tables", repr(error)))
        return
    yield "rounds", rounds
    yield "tables", rough(repr((rounds, part.about, studies)))


def without_numbers(value: Any) -> Any:
    """A document with its numbers taken out: what share.py looks at beside the record."""
    if isinstance(value, dict):
        return {name: without_numbers(own) for name, own in value.items()}
    if isinstance(value, list):
        return [without_numbers(own) for own in value]
    return 0 if isinstance(value, int | float) and not isinstance(value, bool) else value
