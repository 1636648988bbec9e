"""Why rounds are suspect: the marks that a result file gives its cells, blocks and workers."""

import re
from collections.abc import Sequence
from statistics import median
from typing import Any

from scripts.result_file import Document
from scripts.rounds import Rounds
from scripts.text import safe_text

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
    blocks = _BlockMarks(document["crossover"]["blocks"])
    cells = [_by_block(entry["extra_info"].get("suspect", [])) for entry in document["benchmarks"]]
    cells += [{} for _ in document["crossover"]["repeats"]]
    words = []
    for owner, entry in zip(rounds.owner.tolist(), rounds.entries, strict=True):
        cell, block = rounds.cells[owner], entry["block"]
        marks = [*cells[owner].get(block, []), *cells[owner].get(None, [])]
        marks += blocks.of(cell["workload"], block, cell["batch_size"])
        marks += _unsteady(entry["epoch_seconds"])
        reasons = list(dict.fromkeys(marks))[:MOST_MARKS]
        words.append("; ".join(map(safe_text, reasons)))
    return words


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


def _unsteady(epoch_seconds: list[float]) -> list[str]:
    """A worker whose speed changed while it was timed: first half against second half."""
    half = len(epoch_seconds) // 2
    if len(epoch_seconds) < FEWEST_EPOCHS:
        return []
    ratio = median(epoch_seconds[-half:]) / median(epoch_seconds[:half])
    if 1 / UNSTEADY_RATIO <= ratio <= UNSTEADY_RATIO:
        return []
    return [f"unsteady worker: later epochs took {ratio:.2g} times the earlier ones' seconds"]
