"""Why rounds are suspect: the marks that a result file gives its cells, blocks and workers."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from scripts.read.document import Document
from scripts.read.rounds import Rounds, Runs
from scripts.read.text import safe_text

UNSTEADY_RATIO = 1.5
FEWEST_EPOCHS = 4
"""Below so many epochs a half is a single one, whose noise would pass for a change of speed."""
MOST_MARKS = 20
"""Of a thousand reasons for one round these are told."""

_Key = tuple[Any, ...]


def suspicions(document: Document, rounds: Rounds) -> list[str]:
    """Why each round deserves no verdict: what its cell, its block or its worker was marked with.

    A cell's mark that begins with `block 3: ` is about that block alone.
    """
    cells = [_by_block(entry["extra_info"]["suspect"]) for entry in document["benchmarks"]]
    cells += [{}] * (len(rounds.cells) - len(cells))
    workers = _worker_marks(document, rounds)
    words = []
    for owner, which in zip(rounds.owner.tolist(), rounds.which.tolist(), strict=True):
        marks = workers[which]
        if cell := cells[owner]:
            block = rounds.entries[which]["block"]
            marks = [*cell.get(block, []), *cell.get(None, []), *marks]
        words.append(_joined(marks) if marks else "")
    return words


def _joined(marks: list[str]) -> str:
    return "; ".join(map(safe_text, list(dict.fromkeys(marks))[:MOST_MARKS]))


def _worker_marks(document: Document, rounds: Rounds) -> list[list[str]]:
    """What each entry's block and worker were marked with, whichever of its cells asks."""
    blocks = _BlockMarks(document["crossover"]["blocks"])
    cells = dict(zip(rounds.which.tolist(), rounds.owner.tolist(), strict=True))
    steadiness = _unsteady(rounds.epoch_seconds)
    marks = []
    for which, entry in enumerate(rounds.entries):
        cell = rounds.cells[cells[which]]
        own = blocks.of(cell["workload"], entry["block"], cell["batch_size"])
        marks.append(own + steadiness[which])
    return marks


def _by_block(marks: Sequence[str]) -> dict[int | None, list[str]]:
    """A cell's marks by the block that they are about, without its number; None: all blocks."""
    answer: dict[int | None, list[str]] = {}
    for mark in marks:
        named = re.match(r"block ([0-9]{1,7}): (?=.)", mark)
        block = int(named[1]) if named else None
        answer.setdefault(block, []).append(mark[named.end() :] if named else mark)
    return answer


class _BlockMarks:
    """The marks of each block; of several attempts at one, the last that measured a size counts.

    A block's entry may name the batch sizes that it measured; otherwise it measured all of them.
    """

    def __init__(self, entries: Sequence[dict[str, Any]]) -> None:
        self._all: dict[_Key, tuple[int, list[str]]] = {}
        self._sized: dict[_Key, tuple[int, list[str]]] = {}
        for place, entry in enumerate(entries):
            key = (entry["workload"], entry["block"])
            marks = (place, entry.get("suspect", []))
            if "batch_sizes" in entry:
                self._sized.update({(*key, size): marks for size in entry["batch_sizes"]})
            else:
                self._all[key] = marks

    def of(self, workload: str, block: int, batch_size: int) -> list[str]:
        """The marks of one batch size in one block."""
        nothing: tuple[int, list[str]] = (-1, [])
        general = self._all.get((workload, block), nothing)
        return max(general, self._sized.get((workload, block, batch_size), nothing))[1]


def _unsteady(epoch_seconds: Runs) -> list[list[str]]:
    """The workers whose speed changed while they were timed: first half against second half."""
    first, last = (half.medians() for half in epoch_seconds.halves())
    with np.errstate(invalid="ignore"):
        ratios = last / first
    steady = (ratios >= 1 / UNSTEADY_RATIO) & (ratios <= UNSTEADY_RATIO)
    steady |= epoch_seconds.lengths < FEWEST_EPOCHS
    words = "unsteady worker: later epochs took {:.2g} times the earlier ones' seconds"
    return [
        [] if good else [words.format(ratio)]
        for good, ratio in zip(steady.tolist(), ratios.tolist(), strict=True)
    ]
