"""Result files to tidy rows: `load(["results/devbox.json"])` is a pandas frame, a row a round.

Seconds are in columns named `_seconds`, sizes in `_bytes`. Every text has passed `safe_text`.
"""

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from scripts.read.columns import Columns, columns_of, frame_of
from scripts.read.document import ResultError, Skip, sound
from scripts.read.provenance import describe_file
from scripts.read.records.result import ResultFile
from scripts.read.studies import diagnosis_table, dispatch_table
from scripts.read.text import distinct
from scripts.read.timing import TIMING

__all__ = ["ResultError", "Results", "load", "load_results"]


@dataclass(frozen=True)
class Results:
    """All files together: `rounds` (a row per round or absent cell), `files` (a row per file),
    `diagnosis` (a row per diagnosed cell) and `dispatch` (a row per workload that was looked at).
    """

    rounds: pd.DataFrame
    files: pd.DataFrame
    diagnosis: pd.DataFrame
    dispatch: pd.DataFrame


def load(paths: Iterable[str | Path], *, skip: Skip | None = None) -> pd.DataFrame:
    """Return one row per round, with A/A repeats and absent cells (block NA, reason, detail).

    Raises ResultError, which names file and field, for the first file that is not a good one; with
    `skip`, that is called for each bad file, and only when no file is good is there an error.
    """
    return load_results(paths, skip=skip).rounds


def load_results(paths: Iterable[str | Path], *, skip: Skip | None = None) -> Results:
    """Return what `load` gives, and what is known of each file: machine, software, command."""
    names = [Path(path) for path in paths]
    require_some(names, given=names)
    parts = list(read_parts(names, skip=skip))
    require_some(parts, given=names)
    return joined(parts)


@dataclass(frozen=True)
class Part:
    """One good file, not yet told from others of its name; `diagnosed`: the file, if it is."""

    columns: Columns
    about: dict[str, Any]
    diagnosed: ResultFile | None


def read_parts(
    names: Iterable[Path], *, skip: Skip | None, known: Iterable[str] = ()
) -> Iterator[Part]:
    """Yield one part per good file; `known` are the identities of files that were read before."""
    for path, rounds in sound(names, TIMING, skip=skip, known=known):
        file = rounds.file
        studied = file.crossover.diagnosis or file.crossover.dispatch
        diagnosed = file if studied else None
        yield Part(columns_of(path, rounds), describe_file(path, file), diagnosed)


def joined(parts: list[Part]) -> Results:
    """Return the tables of all parts, each file and machine with a name of its own."""
    about = pd.DataFrame([part.about for part in parts])
    about = about.assign(file=distinct(about["file"]), machine=distinct(about["machine"]))
    named = list(zip(about["file"], about["machine"], parts, strict=True))
    columns = [part.columns | {"file": file, "machine": machine} for file, machine, part in named]
    diagnosed = [(file, name, part.diagnosed) for file, name, part in named if part.diagnosed]
    tables = (diagnosis_table(diagnosed), dispatch_table(diagnosed))
    return Results(frame_of(columns), about, *tables)


def require_some(left: Sized, *, given: Sized) -> None:
    """Raise ResultError where no file is given, or none is left of those that are."""
    if len(left) == 0:
        words = f"no file is left of {len(given)}; name a good result file"
        raise ResultError("", "", words if len(given) else "no result file is given")
