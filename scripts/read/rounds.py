"""One document's rounds as flat arrays: a place a round, and a run of seconds an epoch list."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from scripts.read.breach import Place
from scripts.read.records.result import Cell, Key, Measurement, Own, Process, ResultFile

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LEAST_TIMED_SECONDS = 0.1
"""A process times further epochs until these have passed (`bench.train.epochs`; a test tells)."""


@dataclass(frozen=True)
class Rounds:
    """Every round of a file, cell after cell: benchmarks first, then A/A repeats.

    A cell's rounds are the measurements of its side and batch size, in the order of their blocks.
    `owner[i]` is the cell of round `i` and `which[i]` its place in `measurements` and `processes`:
    cells that differ only in epochs share these, so what one says is worked out once.
    """

    file: ResultFile
    numbers: list[int]
    """Which of the file's measurements are rounds."""
    cells: list[Cell]
    owner: Integers
    which: Integers

    @classmethod
    def of(cls, file: ResultFile) -> "Rounds":
        """Flattens a file whose cells are in order."""
        rows, most = file.crossover.measurements, file.crossover.run.measured_epochs
        known = _numbers_by_key(file.crossover)
        cells = [entry.cell for entry in file.benchmarks]
        lists = [known.get(cell.key(again=False), []) for cell in cells]
        for cell in tuple(cells):
            trained = min(cell.epochs, most)
            again = known.get(cell.key(again=True), [])
            whole = [one for one in again if len(rows[one].epoch_seconds) >= trained]
            if whole:
                cells.append(cell)
                lists.append(whole)
        every = np.array([*chain.from_iterable(lists)], dtype=np.int64)
        numbers, which = np.unique(every, return_inverse=True)
        owner = np.repeat(np.arange(len(lists)), [len(rounds) for rounds in lists])
        return cls(file, numbers.tolist(), cells, owner, which)

    @cached_property
    def measurements(self) -> list[Measurement]:
        """The measurements that are rounds."""
        return [self.file.crossover.measurements[number] for number in self.numbers]

    @cached_property
    def processes(self) -> list[Process]:
        """The process of each."""
        return [self.file.crossover.processes[row.process] for row in self.measurements]

    def place(self, index: int) -> Place:
        """Where round `index` stands in the file."""
        return ["crossover", "measurements", self.numbers[int(self.which[index])]]

    def column(self, field: str) -> Floats:
        """A number of each round's measurement, or of its process; NaN where the file has none."""
        own = self.processes if hasattr(Process, field) else self.measurements
        return np.array([getattr(one, field) for one in own], dtype=np.float64)[self.which]

    @cached_property
    def epochs(self) -> Integers:
        """The number of epochs that the round's cell is about."""
        return np.array([cell.epochs for cell in self.cells], dtype=np.int64)[self.owner]

    @cached_property
    def trained_epochs(self) -> Integers:
        """How many of these the process was asked to train: the others are derived."""
        return np.minimum(self.epochs, self.file.crossover.run.measured_epochs)

    @cached_property
    def epoch_seconds(self) -> "Runs":
        """The seconds of each entry's epochs."""
        return Runs.of([row.epoch_seconds for row in self.measurements])

    @cached_property
    def event_seconds(self) -> "Runs":
        """The device events around the same epochs; empty where the device has none."""
        return Runs.of([row.event_seconds or [] for row in self.measurements])

    @cached_property
    def total_seconds(self) -> Floats:
        """Cold start and the first `epochs` epochs; every round must have those to be trained.

        An epoch that was not counts as the process's warm epoch: the median of all that it timed.
        """
        warm = self.epoch_seconds.medians()[self.which]
        return self._total(self.trained_epochs, warm)

    def _total(self, trained: Integers, warm: Floats) -> Floats:
        measured = self.epoch_seconds.leading_sums(self.which, trained)
        return self.column("cold_start_seconds") + measured + (self.epochs - trained) * warm

    def derivable_seconds(self, trained: int) -> Floats:
        """The measured totals as a process would derive them that trains so many epochs.

        Its warm epoch is the median of these, and of the further ones that it would have timed.
        NaN for totals of no more epochs, and for those that are derived themselves.
        """
        known = (self.epochs > trained) & (self.epochs == self.trained_epochs)
        runs = self.epoch_seconds
        warm = runs.leading(runs.timed(trained)).medians()[self.which]
        totals = self._total(np.minimum(self.trained_epochs, trained), warm)
        return np.where(known, totals, np.nan)


def _numbers_by_key(own: Own) -> dict[Key, list[int]]:
    """The measurements of each side and batch size, in the order of their blocks."""
    found: dict[Key, list[int]] = defaultdict(list)
    for number, row in enumerate(own.measurements):
        found[own.processes[row.process].key(row.batch_size)].append(number)
    for numbers in found.values():
        numbers.sort(key=lambda number: own.processes[own.measurements[number].process].block)
    return found


@dataclass(frozen=True)
class Runs:
    """Lists of unequal length, one after the other in one array."""

    values: Floats
    lengths: Integers

    @classmethod
    def of(cls, lists: Sequence[Sequence[float]]) -> "Runs":
        """Joins the lists."""
        values = np.fromiter(chain.from_iterable(lists), dtype=np.float64)
        return cls(values, np.array([len(run) for run in lists], dtype=np.int64))

    @cached_property
    def starts(self) -> Integers:
        """Where each list begins."""
        return np.cumsum(self.lengths) - self.lengths

    def leading_sums(self, which: Integers, counts: Integers) -> Floats:
        """The sum of the first `counts[i]` values of list `which[i]`; no list may be shorter."""
        order = np.argsort(which, kind="stable")  # `reduceat` also adds what lies between the edges
        starts = self.starts[which[order]]
        edges = np.column_stack([starts, starts + counts[order]]).ravel()
        sums = np.empty(len(which))
        if len(which):
            sums[order] = np.add.reduceat(np.append(self.values, 0.0), edges)[::2]
        return sums

    def timed(self, least: int) -> Integers:
        """How many of each list's epochs a process times that trains `least`: short ones go on."""
        sums = np.cumsum(self.values)
        before = np.append(0.0, sums)[np.repeat(self.starts, self.lengths)]
        short = sums - before < LEAST_TIMED_SECONDS
        numbers = np.repeat(np.arange(len(self.lengths)), self.lengths)
        needed = np.bincount(numbers[short], minlength=len(self.lengths)) + 1
        return np.minimum(np.maximum(needed, least), self.lengths)

    def leading(self, counts: Integers) -> "Runs":
        """The first `counts[i]` values of each list `i`."""
        place = np.arange(len(self.values)) - np.repeat(self.starts, self.lengths)
        return Runs(self.values[place < np.repeat(counts, self.lengths)], counts)

    def halves(self) -> tuple["Runs", "Runs"]:
        """Each list's first and last half; the value in the middle of an odd number is in none."""
        half = self.lengths // 2
        place = np.arange(len(self.values)) - np.repeat(self.starts, self.lengths)
        first = place < np.repeat(half, self.lengths)
        last = place >= np.repeat(self.lengths - half, self.lengths)
        return Runs(self.values[first], half), Runs(self.values[last], half)

    def medians(self) -> Floats:
        """Each list's median; NaN for an empty list."""
        answer = np.full(len(self.lengths), np.nan)
        for length in np.unique(self.lengths[self.lengths > 0]).tolist():  # few, many lists each
            alike = np.flatnonzero(self.lengths == length)
            places = self.starts[alike, None] + np.arange(length)
            ordered = np.sort(self.values[places], axis=1)
            answer[alike] = (ordered[:, (length - 1) // 2] + ordered[:, length // 2]) / 2
        return answer
