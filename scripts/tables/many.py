"""Any number of result files: many are read and judged on all cores, a batch of files at a time.

Nothing that is said of a file depends on the others, so the batches' tables, one after the other,
are those of all files at once (a test compares them), and only the rounds of the first files have
to be kept in memory.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from scripts.read.columns import TEXT
from scripts.read.document import ResultError, Skip, identity
from scripts.read.table import Results, joined, read_parts, require_some
from scripts.read.text import distinct
from scripts.read.workers import Workers
from scripts.tables.analysis import Analysis

MOST_FILES = 50
"""More files than these are a collection: what is said of all of them together comes first."""
WHOLE_FILES = 3
"""The first files of a collection, whose rounds are kept: they can be shown cell by cell."""
BATCH_FILES = 40
BATCH_BYTES = 64 * 2**20
JUDGED = (
    "contests", "crossovers", "pays_off", "causes", "remedies", "ladder", "best", "work", "doubts",
)  # fmt: skip

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Batch:
    """Files that a process reads; `first` is the place of the first one among all files.

    `known` are the identities of the files before them, `lenient` says that bad ones are left out,
    `strict` and `base` how they are judged.
    """

    paths: tuple[Path, ...]
    first: int
    known: tuple[str, ...]
    lenient: bool
    strict: bool
    base: str | None


@dataclass(frozen=True)
class Judged:
    """What is said of a batch's good files, by the names of an analysis's tables.

    `kept` are the results of those that are kept whole, `names` what each file is called and calls
    its machine, as files of other batches may as well.
    """

    errors: list[ResultError]
    names: list[tuple[str, str]] = field(default_factory=list)
    tables: Tables = field(default_factory=dict)
    kept: Tables = field(default_factory=dict)


def analysed(
    paths: Iterable[str | Path],
    workers: Workers,
    *,
    skip: Skip | None = None,
    strict: bool = False,
    base: str | None = None,
) -> Analysis:
    """The analysis of these files; raises ResultError as `load_results` does.

    Of more than MOST_FILES it has every table, but the rounds of the first WHOLE_FILES only.
    """
    names = [Path(path) for path in paths]
    if len(names) <= MOST_FILES:
        return Analysis(names, skip=skip, strict=strict, base=base)
    batches = list(_batches(names, lenient=skip is not None, strict=strict, base=base))
    good: dict[Batch, Judged] = {}
    for batch, judged in zip(batches, _judged(batches, workers), strict=True):
        for error in judged.errors:
            assert skip is not None  # noqa: S101 - else the worker has raised it
            skip(error)
        if judged.names:
            good[batch] = judged
    require_some(good, given=names)
    if not any(len(judged.kept["files"]) for judged in good.values()):  # the first ones were bad
        first = next(iter(good))
        good[first] = judge(replace(first, first=0))
    return _stacked(list(good.values()), strict=strict)


def _batches(
    names: list[Path], *, lenient: bool, strict: bool, base: str | None
) -> Iterator[Batch]:
    """The files in order, few enough at a time that a batch is a small one in bytes too."""
    known = tuple(identity(path) for path in names)
    first, size = 0, 0
    for place, path in enumerate(names):
        own = _bytes(path)
        if place - first == BATCH_FILES or (place > first and size + own > BATCH_BYTES):
            yield Batch(tuple(names[first:place]), first, known[:first], lenient, strict, base)
            first, size = place, 0
        size += own
    yield Batch(tuple(names[first:]), first, known[:first], lenient, strict, base)


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):  # reading it says so better
        return 0


def _judged(batches: list[Batch], workers: Workers) -> Iterator[Judged]:
    """In the order of the batches."""
    try:
        yield from workers.map(judge, batches)
    except BrokenProcessPool:
        message = "a process that read them was ended, perhaps for want of memory; name fewer files"
        raise ResultError("", "", message) from None


def judge(batch: Batch) -> Judged:
    """Reads and judges a batch of files, in a process of its own."""
    errors: list[ResultError] = []
    skip = errors.append if batch.lenient else None
    parts = list(read_parts(batch.paths, skip=skip, known=batch.known))
    if not parts:
        return Judged(errors)
    names = [(part.about["file"], part.about["machine"]) for part in parts]
    results = joined(parts)
    analysis = Analysis(results, strict=batch.strict, base=batch.base)
    tables: Tables = {name: getattr(analysis, name) for name in JUDGED}
    tables["files"] = results.files
    whole = results.files["file"].head(max(WHOLE_FILES - batch.first, 0))
    kept = {
        name: table[table["file"].isin(whole)] for name, table in vars(analysis.results).items()
    }
    return Judged(errors, names, tables, kept)


def _stacked(batches: list[Judged], *, strict: bool) -> Analysis:
    """One analysis of all batches, each file and machine with its own name among all of them."""
    names = [name for batch in batches for name in batch.names]
    files, machines = (distinct(column) for column in zip(*names, strict=True))
    tables: dict[str, list[pd.DataFrame]] = {}
    kept: dict[str, list[pd.DataFrame]] = {}
    first = 0
    for batch in batches:
        here = slice(first, first := first + len(batch.names))
        known = batch.tables["files"]
        own = {
            "file": dict(zip(known["file"], files[here], strict=True)),
            "machine": dict(zip(known["machine"], machines[here], strict=True)),
        }
        for every, some in ((tables, batch.tables), (kept, batch.kept)):
            for name, table in some.items():
                every.setdefault(name, []).append(_renamed(table, own))
    return _analysis(
        {name: _in_order(parts, files) for name, parts in tables.items()},
        {name: _in_order(parts, files) for name, parts in kept.items()},
        strict=strict,
    )


def _renamed(table: pd.DataFrame, names: dict[str, dict[str, str]]) -> pd.DataFrame:
    """The table with the names that its files and machines have among all files."""
    changed = {
        column: table[column].map(known).astype(TEXT)
        for column, known in names.items()
        if column in table and any(old != new for old, new in known.items())
    }
    return table.assign(**changed)


def _in_order(parts: list[pd.DataFrame], files: list[str]) -> pd.DataFrame:
    """One table with the rows of all, in the order of their files."""
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    place = table["file"].map(dict(zip(files, range(len(files)), strict=True)))
    return table.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)


def _analysis(tables: Tables, kept: Tables, *, strict: bool) -> Analysis:
    analysis = Analysis(Results(**kept | {"files": tables.pop("files")}), strict=strict)
    analysis.whole = list(kept["files"]["file"])
    for name, table in tables.items():
        setattr(analysis, name, table)  # a cached property that is known already
    return analysis
