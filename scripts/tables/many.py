"""Any number of result files: many are read and judged on all cores, a batch of files at a time.

Nothing that is said of a file depends on the others, so the batches' tables, one after the other,
are those of all files at once (a test compares them), and only the rounds of the first files have
to be kept in memory.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from scripts.judge.crossover import crossovers
from scripts.read.document import ResultError
from scripts.read.table import Results, Skip, identity, joined, read_parts, require_some
from scripts.read.workers import Workers
from scripts.tables.analysis import Analysis
from scripts.tables.stacked import Judged, stacked

MOST_FILES = 50
"""More files than these are a collection: what is said of all of them together comes first."""
WHOLE_FILES = 3
"""The first files of a collection, whose rounds are kept: they can be shown cell by cell."""
BATCH_FILES = 40
BATCH_BYTES = 64 * 2**20
JUDGED = ("verdicts", "break_even", "causes", "remedies", "ladder", "work")


@dataclass(frozen=True)
class Batch:
    """Files that a process reads; `first` is the place of the first one among all files.

    `known` are the identities of the files before them, `lenient` says that bad ones are left out.
    """

    paths: tuple[Path, ...]
    first: int
    known: tuple[str, ...]
    lenient: bool


def analysed(
    paths: Iterable[str | Path], workers: Workers, *, skip: Skip | None = None
) -> Analysis:
    """The analysis of these files; raises ResultError as `load_results` does.

    Of more than MOST_FILES it has every table, but the rounds of the first WHOLE_FILES alone.
    """
    names = [Path(path) for path in paths]
    if len(names) <= MOST_FILES:
        return Analysis(names, skip=skip)
    batches = list(_batches(names, lenient=skip is not None))
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
    return stacked(list(good.values()))


def _batches(names: list[Path], *, lenient: bool) -> Iterator[Batch]:
    """The files in order, few enough at a time that a batch is a small one in bytes too."""
    known = tuple(identity(path) for path in names)
    first, size = 0, 0
    for place, path in enumerate(names):
        own = _bytes(path)
        if place - first == BATCH_FILES or (place > first and size + own > BATCH_BYTES):
            yield Batch(tuple(names[first:place]), first, known[:first], lenient)
            first, size = place, 0
        size += own
    yield Batch(tuple(names[first:]), first, known[:first], lenient)


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
    analysis = Analysis(results)
    tables: dict[str, pd.DataFrame] = {name: getattr(analysis, name) for name in JUDGED}
    tables |= {"crossovers": crossovers(analysis.verdicts), "files": results.files}
    return Judged(errors, names, tables, _first(results, WHOLE_FILES - batch.first))


def _first(results: Results, count: int) -> dict[str, pd.DataFrame]:
    """The results of the first files alone, which may be none."""
    files = set(results.files["file"].head(max(count, 0)))
    return {name: table[table["file"].isin(files)] for name, table in vars(results).items()}
