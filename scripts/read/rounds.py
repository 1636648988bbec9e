"""One document's rounds as flat arrays: a place a round, and a run of seconds an epoch list."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.read.document import Document

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Arm = tuple[str, int, str, int, bool]

_PROCESS = (
    "block",
    "import_seconds",
    "context_seconds",
    "transfer_seconds",
    "first_step_seconds",
    "warm_step_seconds",
)

LEAST_TIMED_SECONDS = 0.1
"""A process times further epochs until these have passed (`bench.train.epochs`; a test tells)."""


def measured_epochs(document: Document) -> int | None:
    """The epochs that each process of a file trained; None where those of every cell were."""
    most: int | None = document["crossover"]["run"].get("measured_epochs")
    return most


@dataclass(frozen=True)
class Rounds:
    """Every round of a document, cell after cell: benchmarks first, then A/A repeats.

    A cell's rounds are the measurements of its arm and batch size, in the order of their blocks.
    `cells` holds their axes; `owner[i]` is the cell of round `i` and `which[i]` its entry: cells
    that differ only in epochs share entries, so what an entry says is worked out once.
    `measured_epochs` are those that every process was asked to train; None: all of its cells'.
    """

    entries: list[dict[str, Any]]
    """Measurements, each with what its process says."""
    numbers: list[int]
    """Which of the document's measurements each entry is."""
    cells: list[dict[str, Any]]
    owner: Integers
    which: Integers
    measured_epochs: int | None = None

    @classmethod
    def of(cls, document: Document) -> "Rounds":
        """Flattens a valid document."""
        processes = document["crossover"]["processes"]
        rows = document["crossover"]["measurements"]
        arms, most = _numbers_by_arm(processes, rows), measured_epochs(document)
        cells = [entry["params"] for entry in document["benchmarks"]]
        lists = [arms.get(_arm(cell, again=False), []) for cell in cells]
        for cell in tuple(cells):
            again = arms.get(_arm(cell, again=True), [])
            trained = min(cell["epochs"], most or cell["epochs"])
            whole = [one for one in again if len(rows[one]["epoch_seconds"]) >= trained]
            if whole:
                cells.append(cell)
                lists.append(whole)
        numbers = list(dict.fromkeys(chain.from_iterable(lists)))
        places = dict(zip(numbers, range(len(numbers)), strict=True))
        shared = [{name: one[name] for name in _PROCESS} for one in processes]
        return cls(
            entries=[rows[one] | shared[rows[one]["process"]] for one in numbers],
            numbers=numbers,
            cells=cells,
            owner=np.repeat(np.arange(len(lists)), [len(rounds) for rounds in lists]),
            which=np.array([places[one] for one in chain.from_iterable(lists)], dtype=np.int64),
            measured_epochs=most,
        )

    def place(self, index: int) -> list[str | int]:
        """Where round `index` stands in the document."""
        return ["crossover", "measurements", self.numbers[int(self.which[index])]]

    def column(self, field: str) -> Floats:
        """One number a round; NaN where the file has null or nothing."""
        return np.array([entry.get(field) for entry in self.entries], dtype=np.float64)[self.which]

    def axis(self, name: str) -> npt.NDArray[Any]:
        """One axis of the cell (`threads` is 0 where it was not given), a value a round."""
        return np.array([cell.get(name, 0) for cell in self.cells])[self.owner]

    @cached_property
    def epochs(self) -> Integers:
        """The number of epochs that the round's cell is about."""
        return self.axis("epochs").astype(np.int64)

    @cached_property
    def trained_epochs(self) -> Integers:
        """How many of these the process was asked to train: the others are derived."""
        most = self.measured_epochs
        return self.epochs if most is None else np.minimum(self.epochs, most)

    @cached_property
    def epoch_seconds(self) -> "Runs":
        """The seconds of each entry's epochs."""
        return Runs.of([entry["epoch_seconds"] for entry in self.entries])

    @cached_property
    def event_seconds(self) -> "Runs":
        """The device events around the same epochs; empty where the device has none."""
        return Runs.of([entry.get("event_seconds") or [] for entry in self.entries])

    @cached_property
    def first_step_surplus_seconds(self) -> Floats:
        """How much longer the first step took than a warm one."""
        surplus = self.column("first_step_seconds") - self.column("warm_step_seconds")
        return np.maximum(surplus, 0.0)

    @cached_property
    def cold_start_seconds(self) -> Floats:
        """Creating the context, moving model and data, the first step's surplus; not the import."""
        moved = self.column("context_seconds") + self.column("transfer_seconds")
        return moved + self.first_step_surplus_seconds

    @cached_property
    def total_seconds(self) -> Floats:
        """Cold start and the first `epochs` epochs; every round must have those to be trained.

        An epoch that was not counts as the process's warm epoch: the median of all that it timed.
        """
        warm = self.epoch_seconds.medians()[self.which]
        return self._total(self.trained_epochs, warm)

    def _total(self, trained: Integers, warm: Floats) -> Floats:
        measured = self.epoch_seconds.leading_sums(self.which, trained)
        return self.cold_start_seconds + measured + (self.epochs - trained) * warm

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


def _numbers_by_arm(
    processes: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> dict[Arm, list[int]]:
    """The measurements of each arm and batch size, in the order of their blocks."""
    arms: dict[Arm, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        process = processes[row["process"]]
        workload, size, device = process["workload"], row["batch_size"], process["device"]
        arm = (workload, size, device, process.get("threads_asked", 0), process["again"])
        arms[arm].append(number)
    for numbers in arms.values():
        numbers.sort(key=lambda number: int(processes[rows[number]["process"]]["block"]))
    return arms


def _arm(cell: dict[str, Any], *, again: bool) -> Arm:
    workload, size, device = cell["workload"], cell["batch_size"], cell["device"]
    return (workload, size, device, cell.get("threads", 0), again)


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
