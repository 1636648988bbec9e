"""One document's rounds as flat arrays: a place a round, and a run of seconds an epoch list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.result_file import Document

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rounds:
    """Every round of a document, cell after cell: benchmarks first, then A/A repeats.

    `cells` holds their axes; `owner[i]` is the cell of round `i` and `which[i]` its entry: cells
    that differ in epochs alone share entries, so what an entry says is worked out once.
    """

    entries: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    places: list[list[str | int]]
    owner: Integers
    which: Integers
    placed: bool = False
    """Whether each entry says in `_place` where it stands (`layout.with_rounds`)."""

    @classmethod
    def of(cls, document: Document) -> "Rounds":
        """Flattens a valid document."""
        benchmarks, repeats = document["benchmarks"], document["crossover"]["repeats"]
        lists = [entry["extra_info"]["rounds"] for entry in benchmarks]
        lists += [entry["rounds"] for entry in repeats]
        places: list[list[str | int]] = [["benchmarks", i] for i in range(len(benchmarks))]
        places += [["crossover", "repeats", i] for i in range(len(repeats))]
        entries = {id(entry): entry for entry in chain.from_iterable(lists)}
        numbers = dict(zip(entries, range(len(entries)), strict=True))
        which = [numbers[id(entry)] for entry in chain.from_iterable(lists)]
        return cls(
            entries=list(entries.values()),
            cells=[entry["params"] for entry in benchmarks] + repeats,
            places=places,
            owner=np.repeat(np.arange(len(lists)), [len(rounds) for rounds in lists]),
            which=np.array(which, dtype=np.int64),
            placed=document["crossover"]["schema_version"] > 1,
        )

    def place(self, index: int) -> list[str | int]:
        """Where round `index` stands in the document."""
        if self.placed:
            return list(self.entries[int(self.which[index])]["_place"])
        cell = int(self.owner[index])
        number = index - int(np.searchsorted(self.owner, cell))
        inside = ["extra_info"] if self.places[cell][0] == "benchmarks" else []
        return [*self.places[cell], *inside, "rounds", number]

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
        """Cold start and the first `epochs` epochs. Every round must have that many."""
        return self.cold_start_seconds + self.epoch_seconds.leading_sums(self.which, self.epochs)


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
