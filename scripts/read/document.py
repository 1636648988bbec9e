"""Reads one file, which anybody may have written: a sound record, or a ResultError."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from scripts.read.breach import Breach, Place, record_of
from scripts.read.foreign import what_it_is
from scripts.read.json_text import parsed
from scripts.read.text import safe_text

LARGEST_BYTES = 96 * 2**20
_LEAVE = "leave it out"

R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")


class ResultError(Exception):
    """A result file that cannot be used: which file, which field, what is wrong and what to do."""

    def __init__(self, file: object, field: str, message: str) -> None:
        self.file = safe_text(file)
        self.field = safe_text(field)
        self.message = safe_text(message)
        super().__init__(self.file, self.field, self.message)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.field, self.message) if part)


Skip = Callable[[ResultError], object]
"""What to do about a bad file instead of raising its ResultError."""


def identity(path: Path) -> str:
    """Return the same text for all names of one file, hard links among them."""
    try:
        own = path.stat()
    except (OSError, ValueError):  # none is there, or a name that no file can have
        return str(path)
    return f"{own.st_dev}:{own.st_ino}"


def require_new(path: Path, known: set[str]) -> None:
    """Raise ResultError for a file that is among the `known` ones, else add it to them."""
    own = identity(path)
    if own in known:
        raise ResultError(path, "", "is given twice; name each result file once")
    known.add(own)


@dataclass(frozen=True)
class Kind(Generic[R, T]):
    """A kind of file: the key and version of its own part, its record, and what a report needs.

    `checked` makes that of a record, or raises Breach where fields contradict one another. A
    document of an `older` version is `prepared` first.
    """

    key: str
    version: int
    record: type[R]
    checked: Callable[[R], T]
    made_by: str
    repair: str
    prepared: Callable[[Any], None] | None = None
    older: "Kind[Any, T] | None" = None


def read(path: Path, kind: Kind[R, T]) -> T:
    """What a file of this kind holds, every check made; raises ResultError otherwise."""
    document: object = None
    try:
        document = parsed(file_content(path))
        known = _recognised(document, kind)
        if known.prepared is not None:
            known.prepared(document)
        return known.checked(record_of(document, known.record))
    except Breach as breach:
        where = field_name(document, breach.where)
        raise ResultError(path, where, breach.told(kind.repair)) from None
    except RecursionError:
        message = f"is nested too deeply to be a result file; {_LEAVE}"
        raise ResultError(path, "", message) from None
    except MemoryError:
        message = f"does not fit into this machine's memory; {_LEAVE}"
        raise ResultError(path, "", message) from None


def sound(
    paths: Iterable[Path], kind: Kind[R, T], *, skip: Skip | None, known: Iterable[str] = ()
) -> Iterator[tuple[Path, T]]:
    """Yield what each file holds; `known` are the identities of files that were read before.

    Raises ResultError for the first bad one, or gives each of them to `skip`.
    """
    seen = set(known)
    for path in paths:
        try:
            require_new(path, seen)
            content = read(path, kind)
        except ResultError as error:
            if skip is None:
                raise
            skip(error)
        else:
            yield path, content


def file_content(path: Path) -> bytes:
    """The bytes of a regular file of a sensible size; nothing is read before both are known.

    Raises Breach otherwise.
    """
    try:
        if path.is_dir():
            raise Breach([], "is a folder", "name the result files in it (folder/*.json)")
        if path.exists() and not path.is_file():
            raise Breach([], "is not a regular file", _LEAVE)
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(LARGEST_BYTES + 1) if size <= LARGEST_BYTES else b""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Breach([], f"cannot be read: {reason}", "name a result file") from None
    if max(size, len(content)) > LARGEST_BYTES:  # it may have grown, or not tell its size
        limit = f"{LARGEST_BYTES // 2**20} MiB"
        raise Breach([], f"is larger than {limit}, which no result file is", _LEAVE)
    return content


def _recognised(document: object, kind: Kind[Any, T]) -> Kind[Any, T]:
    """The version of a kind that a document is; refuses others before a record finds details."""
    if not isinstance(document, dict):
        raise Breach([], "is no result file (no object at the top)", _LEAVE)
    if kind.key not in document:
        message = f"is missing: this is {what_it_is(document)}, not written by `{kind.made_by}`"
        raise Breach([kind.key], message, _LEAVE)
    own = document[kind.key]
    if not isinstance(own, dict):
        raise Breach([kind.key], "is no object")
    version = own.get("schema_version")
    known = {one.version: one for one in (kind, kind.older) if one}
    where: Place = [kind.key, "schema_version"]
    if type(version) is int and version in known:
        return known[version]
    if type(version) is int and version > kind.version:
        message = f"is {version}, newer than this reader's {kind.version}"
        raise Breach(where, message, "update Crossover")
    words = " and ".join(map(str, sorted(known)))
    raise Breach(where, f"is not a version that this reader knows ({words})")


_NAMED = {"benchmarks", "absent", "measurements", "runs"}
_AXES = (
    "workload", "batch_size", "epochs", "side", "optimizer", "learning_rate", "seed",
)  # fmt: skip


def field_name(document: Any, where: Place) -> str:
    """`benchmarks[3] (mlp-64-2-cpu).params.device`: the place in a document, its cell named."""
    name = ""
    for place, part in enumerate(where):
        name += f"[{part}]" if isinstance(part, int) else f".{part[:60]}"
        if isinstance(part, int) and where[place - 1] in _NAMED:
            name += _label(document, reduce(getitem, where[: place + 1], document))
    return name[1:]


def _label(document: Any, entry: object) -> str:
    """` (mlp-64-cpu)`: which cell, measurement or run an entry is, as far as the document says."""
    if not isinstance(entry, dict):
        return ""
    axes = dict(entry)
    for part in ("params", "extra_info"):
        with suppress(LookupError, TypeError):
            axes |= {axis: entry[part][axis] for axis in _AXES if axis in entry[part]}
    index: Any = entry.get("process")
    with suppress(LookupError, TypeError):
        process = document["crossover"]["processes"][index] if index >= 0 else {}
        axes |= {axis: process[axis] for axis in ("workload", "side")}
    told = [str(axes[axis])[:60] for axis in _AXES if isinstance(axes.get(axis), str | int | float)]
    return f" ({'-'.join(told)})" if len(told) > 1 else ""
