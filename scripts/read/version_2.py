"""Files of version 2 as those of today: their devices and threads are sides, and so are variants.

A variant of before was a side that was measured after the run, in blocks of its own. Its rounds,
and those of the plain side beside it, become rounds in blocks after the run's own.
"""

from collections import defaultdict
from collections.abc import Iterator
from math import nan
from typing import Any, TypeVar

from msgspec.structs import replace

from scripts.read.breach import Breach, Place, once, record_of
from scripts.read.checks.studies import check_study
from scripts.read.records.params import Params
from scripts.read.records.result import (
    Absent,
    Benchmark,
    Cell,
    Marks,
    Measurement,
    Process,
    ResultFile,
    Stats,
)
from scripts.read.records.version_2 import (
    OldFile,
    OldOwn,
    OldPlace,
    OldRound,
    OldVariant,
    OldWorker,
)
from scripts.read.sides import default_base, device_of
from scripts.read.suspicion import by_block

R = TypeVar("R", Process, Measurement, Absent)

_PLAIN = "plain"
_SETTINGS = {
    "fused-optimizer": ("fused", "for-loop"),
    "foreach-optimizer": ("foreach", "for-loop"),
    "resident-data": ("placement=resident", "placement=per-batch"),
    "cuda-graphs": ("graphs", "no-graphs"),
    "one-thread": ("threads=1", ""),
    "bf16": ("bf16", "ieee"),
    "tf32": ("tf32", "ieee"),
    "channels-last": ("channels-last", "contiguous"),
    "flush-denormals": ("flush-denormals", "keep-denormals"),
}
"""The remedies of before as settings: with the remedy, and without it where the run itself had it.
`compile` was called so; `loop-padded` is `loop=padded`, `malloc-keep` is `malloc=keep`."""


def with_sides(document: Any) -> None:
    """Names the sides in a document of version 2; what is none of its lists is left as it is."""
    sides = []
    for where, entry in _entries(document, ["benchmarks"]):
        if isinstance(marks := entry.get("extra_info"), dict):
            marks["side"] = _side(entry.get("params"), [*where, "params"], OldPlace)
            sides.append(marks["side"])
    for table in ("absent", "processes", "diagnosis", "peaks", "variants"):
        for where, entry in _entries(document, ["crossover", table]):
            entry["side"] = _side(entry, where, OldWorker if table == "processes" else OldPlace)
            sides += [entry["side"]] * (table == "absent")
    if isinstance(run := document["crossover"].get("run"), dict):
        known = list(dict.fromkeys(sides))
        run |= {"sides": known, "base": default_base(known) or "cpu"}


def _entries(document: Any, where: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The objects in a list of a document, and where each stands."""
    for name in where:
        document = document.get(name)
    for index, entry in enumerate(document if isinstance(document, list) else ()):
        if isinstance(entry, dict):
            yield [*where, index], entry


def _side(entry: Any, where: Place, kind: type[OldWorker | OldPlace]) -> str:
    try:
        own = record_of(entry, kind)
    except Breach as breach:
        raise Breach([*where, *breach.where], breach.message, breach.advice) from None
    threads = own.threads_asked if isinstance(own, OldWorker) else own.threads
    return f"{own.device}+threads={threads}" if threads else own.device


def with_variants(file: OldFile) -> ResultFile:
    """Return the file with its variants as rounds of sides; raises Breach for impossible ones."""
    rows = file.crossover.variants
    check_study(file.crossover, "variants", rows, "variant", "again")
    starts, sides = _first_blocks(file.crossover), list(map(_side_of, rows))
    known = zip(rows, sides, starts, strict=True)
    keys = [(row.workload, row.batch_size, side, row.again, start) for row, side, start in known]
    once(["crossover", "variants"], keys, "is the side of another variant")
    merged = _Merged(file)
    for index, (row, side, start) in enumerate(zip(rows, sides, starts, strict=True)):
        merged.add(row, side, start, where=["crossover", "variants", index])
    return merged.file() if rows else file


def _first_blocks(own: OldOwn) -> list[int]:
    """The number that the first block of each row gets: rows of other threads have other blocks."""
    first = 1 + max((one.block for one in own.processes), default=-1)
    blocks = [one.block for row in own.variants for one in row.rounds or ()]
    settings = [row.side.partition("+")[2] for row in own.variants]
    places = {name: place for place, name in enumerate(dict.fromkeys(settings))}
    return [first + places[name] * (1 + max(blocks, default=0)) for name in settings]


def _side_of(row: OldVariant) -> str:
    if row.variant == _PLAIN:
        return row.side
    name, value = row.variant, row.variant
    for prefix in ("loop", "malloc"):
        value = name.replace(f"{prefix}-", f"{prefix}=", 1) if name.startswith(prefix) else value
    setting = _SETTINGS.get(name, (value, f"no-{value}"))[row.applied]
    kept = [part for part in row.side.split("+") if not part.startswith("threads=")]
    parts = kept if name == "one-thread" else [row.side]
    return "+".join(filter(None, [*parts, setting]))


class _Merged:
    """A file to which its variants are added one after the other."""

    def __init__(self, file: OldFile) -> None:
        self._file, self._run = file, file.crossover.run
        self._processes = [*file.crossover.processes]
        self._measurements = [*file.crossover.measurements]
        self._timed = {entry.cell: entry for entry in file.benchmarks}
        self._absent = {row.cell: row for row in file.crossover.absent}
        self._epochs: dict[tuple[str, int, str], list[int]] = defaultdict(list)
        for cell in self._timed:
            self._epochs[cell.workload, cell.batch_size, cell.side].append(cell.epochs)

    def add(self, row: OldVariant, side: str, start: int, *, where: Place) -> None:
        """Adds a row's rounds, in blocks from `start` on, and the cells that these are of."""
        epochs = self._epochs[row.workload, row.batch_size, row.side]
        cells = [Cell(row.workload, row.batch_size, number, side) for number in epochs]
        blocks = [one.block for one in row.rounds or ()]
        once([*where, "rounds"], blocks, "has the block of another round")
        for index, one in enumerate(row.rounds or ()):
            self._check(one, cells, [*where, "rounds", index])
            self._add_round(row, one, side, start + one.block)
        for cell in cells if not row.again else ():
            if row.rounds:
                self._mark(cell, _marks(row, start))
            elif row.variant != _PLAIN and cell not in self._timed:
                self._absent[cell] = _without_time(cell, row)

    def file(self) -> ResultFile:
        """Return the whole file."""
        own, timed, absent = self._file.crossover, self._timed, self._absent
        more = len(timed) + len(absent) - len(self._file.benchmarks) - len(own.absent)
        whole = replace(
            own,
            planned=own.planned + more,
            measured=len(timed),
            absent=list(absent.values()),
            processes=self._processes,
            measurements=self._measurements,
        )
        return replace(self._file, benchmarks=list(timed.values()), crossover=whole)

    def _check(self, one: OldRound, cells: list[Cell], where: Place) -> None:
        trained = min(max((cell.epochs for cell in cells), default=0), self._run.measured_epochs)
        if len(one.epoch_seconds) < trained:
            raise Breach([*where, "epoch_seconds"], "holds fewer epochs than the cell stands on")

    def _add_round(self, row: OldVariant, one: OldRound, side: str, block: int) -> None:
        told = {name: getattr(one, name) for name in one.__struct_fields__}
        about = {"workload": row.workload, "batch_size": row.batch_size, "side": side}
        told |= about | {"again": row.again, "block": block, "import_seconds": nan}
        told["process"] = len(self._processes)
        self._processes.append(_record(Process, told))
        self._measurements.append(_record(Measurement, told))

    def _mark(self, cell: Cell, marks: list[str]) -> None:
        """Makes the cell one with a time, and says of its rounds what was said of the variant's."""
        if cell not in self._timed:
            params = Params(cell.workload, cell.batch_size, cell.epochs, device_of(cell.side))
            derived = cell.epochs > self._run.measured_epochs
            own = Marks(cell.side, [], derived)
            self._timed[cell] = Benchmark(params, own, Stats(rounds=1, data=[]))
        entry = self._timed[cell]
        own = replace(entry.extra_info, suspect=[*entry.extra_info.suspect, *marks])
        self._timed[cell] = replace(entry, extra_info=own)


def _record(kind: type[R], told: dict[str, Any]) -> R:
    return kind(**{name: told[name] for name in kind.__struct_fields__ if name in told})


def _without_time(cell: Cell, row: OldVariant) -> Absent:
    why = {"reason": row.reason, "detail": row.detail}
    return _record(Absent, cell._asdict() | why | {"device": device_of(cell.side)})


def _marks(row: OldVariant, start: int) -> list[str]:
    """A row's marks, each about one of its blocks by the number that this has now."""
    every = [one.block for one in row.rounds or ()]
    return [
        f"block {start + number}: {mark}"
        for block, marks in by_block(row.suspect).items()
        for number in ([block] if block is not None else every)
        for mark in marks
    ]
