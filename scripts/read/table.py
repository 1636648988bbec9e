"""Result files to tidy rows: `load(["results/devbox.json"])` is a pandas frame, a row a round.

Seconds are in columns named `_seconds`, sizes in `_bytes`. Every text has passed `safe_text`.
"""

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from scripts.read import timing
from scripts.read.columns import TEXT, Columns, columns_of, frame_of
from scripts.read.document import Document, ResultError, read
from scripts.read.provenance import describe_file, machine_name
from scripts.read.studies import diagnosis_table, variants_table
from scripts.read.text import distinct

_STUDIES = {"diagnosis", "variants"}

__all__ = ["ResultError", "Results", "Skip", "load", "load_results"]


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
    require_some(names, given=names)
    parts = list(read_parts(names, skip=skip))
    require_some(parts, given=names)
    return joined(parts)


@dataclass(frozen=True)
class Part:
    """One good file, not yet told from others of its name: its columns, what is known of it, and
    its document where that holds studies.
    """

    columns: Columns
    about: dict[str, Any]
    study: Document | None


def read_parts(
    names: Iterable[Path], *, skip: Skip | None, known: Iterable[str] = ()
) -> Iterator[Part]:
    """A part a good file; `known` are the identities of files that were read before these."""
    seen = set(known)
    for path in names:
        try:
            document = _read_once(path, seen)
            study = document if _STUDIES & document["crossover"].keys() else None
            about = describe_file(path, machine_name(document), document)
            yield Part(columns(path, document), about, study)
        except ResultError as error:
            if skip is None:
                raise
            skip(error)


def joined(parts: list[Part]) -> Results:
    """The tables of all parts, each file and machine with a name of its own."""
    files = [part.about for part in parts]
    own = {name: distinct(file[name] for file in files) for name in ("file", "machine")}
    for part, file, machine in zip(parts, own["file"], own["machine"], strict=True):
        part.columns.update({"file": file, "machine": machine})
    about = pd.DataFrame({name: [file[name] for file in files] for name in files[0]} | own)
    studies = [part.study for part in parts]
    tables = (_studies(make, studies, own) for make in (diagnosis_table, variants_table))
    return Results(frame_of([part.columns for part in parts]), about, *tables)


def require_some(left: Sized, *, given: Sized) -> None:
    """Raises ResultError where no file is given, or none is left of those that are."""
    if len(left) == 0:
        words = f"no file is left of {len(given)}; name a good result file"
        raise ResultError("", "", words if len(given) else "no result file is given")


def _studies(
    make: Callable[[Document], pd.DataFrame],
    documents: list[Document | None],
    names: dict[str, list[str]],
) -> pd.DataFrame:
    """One table of studies of all files that have any, each row with its file and machine."""
    named = [
        make(document).assign(file=file, machine=machine)
        for document, file, machine in zip(documents, names["file"], names["machine"], strict=True)
        if document is not None
    ]
    return pd.concat(named, ignore_index=True) if named else _no_studies(make).copy()


@cache
def _no_studies(make: Callable[[Document], pd.DataFrame]) -> pd.DataFrame:
    empty = pd.Series([], dtype=TEXT)
    return make({"crossover": {}}).assign(file=empty, machine=empty)


def identity(path: Path) -> str:
    """The same text for all names of one file."""
    try:
        return str(path.resolve())
    except (OSError, ValueError, RuntimeError):  # a name that no file can have, a loop of links
        return str(path)


def _read_once(path: Path, known: set[str]) -> Document:
    """The document, of a file that is not `known` yet."""
    own = identity(path)
    if own in known:
        raise ResultError(path, "", "is given twice; name each result file once")
    known.add(own)
    return read(path)


def columns(path: Path, document: Document) -> Columns:
    """The columns of one file's frame; raises ResultError where an invariant does not hold.

    `document` is as `read` gives it; `file` and `machine` are not yet told from another file's.
    """
    return columns_of(path, document, timing.checked(path, document))
