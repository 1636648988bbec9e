"""What must hold between the cells of a file, its counts and its workloads."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from scripts.read.breach import Breach, Place, bounded, once, short
from scripts.read.records.result import ALL_EPOCHS, Cell, Own, ResultFile

MOST_VALUES = {"workload": 256, "batch_size": 4096, "epochs": 4096, "side": 256}
MOST_CELLS = 200_000
MOST_ROUNDS = 4_000_000
"""Readers pair every side with its base at every batch size and number of epochs, block by block:
a few megabytes can otherwise ask for terabytes of table."""


class _OfWorkload(Protocol):
    @property
    def workload(self) -> str: ...


def check_cells(file: ResultFile) -> None:
    """Raises Breach for the first rule that is broken."""
    for check in (
        _known_processes,
        _readable,
        _known_workloads,
        _cells_once,
        _counts,
        _named,
        _derived_say_so,
        _counts_its_blocks,
    ):
        check(file)


def _known_processes(file: ResultFile) -> None:
    count = len(file.crossover.processes)
    for index, row in enumerate(file.crossover.measurements):
        if row.process >= count:
            where: Place = ["crossover", "measurements", index, "process"]
            raise Breach(where, f"is {row.process}, but there are {count} processes")


def _cells(file: ResultFile) -> list[tuple[Place, list[Cell]]]:
    measured = [entry.cell for entry in file.benchmarks]
    absent = [row.cell for row in file.crossover.absent]
    return [(["benchmarks"], measured), (["crossover", "absent"], absent)]


def _readable(file: ResultFile) -> None:
    """The full grid has every side at every place."""
    cells = [cell for _where, cells in _cells(file) for cell in cells]
    values = {axis: {getattr(cell, axis) for cell in cells} for axis in MOST_VALUES}
    for axis, most in MOST_VALUES.items():
        bounded(["benchmarks"], len(values[axis]), most, f"values of {axis}")
    places = {(cell.workload, cell.batch_size, cell.epochs) for cell in cells}
    size = len(places) * len(values["side"])
    bounded(["benchmarks"], size, MOST_CELLS, "cells in their grid")
    blocks = {process.block for process in file.crossover.processes}
    rounds = max(size * len(blocks), _shared_rounds(file))
    bounded(["benchmarks"], rounds, MOST_ROUNDS, "rounds")


def _shared_rounds(file: ResultFile) -> int:
    """Rounds of all cells together: the cells of one batch size share theirs."""
    counts: Counter[tuple[str, str, int]] = Counter()
    for row in file.crossover.measurements:
        process = file.crossover.processes[row.process]
        counts[process.workload, process.side, row.batch_size] += 1
    cells = (entry.cell for entry in file.benchmarks)
    return sum(counts[cell.workload, cell.side, cell.batch_size] for cell in cells)


def _known_workloads(file: ResultFile) -> None:
    own = file.crossover
    for where, cells in _cells(file):
        check_workloads(own, where, cells)
    check_workloads(own, ["crossover", "blocks"], own.blocks)
    for name in own.workloads.keys() - own.run.learning_rates.keys():
        raise Breach(["crossover", "run", "learning_rates"], f"has no learning rate of {name}")


def check_workloads(own: Own, where: Place, entries: Sequence[_OfWorkload]) -> None:
    """Raises Breach for the first entry of a list whose workload the file does not describe."""
    for index, entry in enumerate(entries):
        if entry.workload not in own.workloads:
            raise Breach([*where, index, "workload"], "names no entry of crossover.workloads")


def _cells_once(file: ResultFile) -> None:
    for where, cells in _cells(file):
        once(where, cells)
    measured = {entry.cell for entry in file.benchmarks}
    for index, row in enumerate(file.crossover.absent):
        if row.cell in measured:
            message = "is called absent but has a measured entry"
            raise Breach(["crossover", "absent", index], message)


def _counts(file: ResultFile) -> None:
    """`measured` is redundant on purpose: a file that lost rows on its way says so."""
    own, timed = file.crossover, len(file.benchmarks)
    if own.measured != timed:
        raise Breach(["crossover", "measured"], f"is {own.measured}, but {timed} cells have a time")
    told = timed + len(own.absent)
    if own.planned != told:
        raise Breach(["crossover", "planned"], f"is {own.planned}, but {told} cells are told")
    cut = sum(cell.reason == "interrupted" for cell in own.absent)
    if own.complete and cut:
        raise Breach(["crossover", "complete"], f"is true, but {cut} cells were interrupted")


def _named(file: ResultFile) -> None:
    """pytest-benchmark's tables show a cell by its name, which had no sides before version 3."""
    for index, entry in enumerate(file.benchmarks if file.crossover.schema_version > 2 else ()):
        cell = "-".join(map(str, entry.cell))
        for field in ("name", "fullname", "param"):
            told = getattr(entry, field)
            if told and told.rpartition("[")[2].removesuffix("]") != cell:
                words = f"is {short(told)}, and the cell is {short(cell)}"
                raise Breach(["benchmarks", index, field], words)


def _derived_say_so(file: ResultFile) -> None:
    """A total of epochs that were not trained must not pass for a measured one, nor the reverse."""
    most = file.crossover.run.measured_epochs
    known = "all" if most == ALL_EPOCHS else f"at most {most}"
    for index, entry in enumerate(file.benchmarks):
        told = entry.extra_info.derived
        if told is not (entry.params.epochs > most):
            message = f"is {json.dumps(told)}, but {known} epochs of a cell were measured"
            raise Breach(["benchmarks", index, "extra_info", "derived"], message)


def _counts_its_blocks(file: ResultFile) -> None:
    """`blocks_done` says how many blocks all timed cells of a workload have."""
    fewest: dict[str, int] = {}
    for entry in file.benchmarks:
        workload, rounds = entry.params.workload, entry.stats.rounds
        fewest[workload] = min(rounds, fewest.get(workload, rounds))
    for workload, told in file.crossover.run.blocks_done.items():
        done = fewest.get(workload, 0)
        if told != done:
            message = f"is {told}, but {done} blocks are what every timed cell has"
            raise Breach(["crossover", "run", "blocks_done", workload], message)
