"""Why rounds are suspect: the marks that a result file gives its cells, blocks and workers."""

import re
from collections.abc import Sequence

import numpy as np
from msgspec import UnsetType

from scripts.read.rounds import Rounds, Runs
from scripts.read.text import safe_text

UNSTEADY_RATIO = 1.5
FEWEST_EPOCHS = 4
"""Below so many epochs a half is a single one, whose noise would pass for a change of speed."""
MOST_MARKS = 20
"""Of a thousand reasons for one round these are told."""


def suspicions(rounds: Rounds) -> list[str]:
    """Why each round deserves no verdict: what its cell, its block or its worker was marked with.

    A cell's mark that begins with `block 3: ` is about that block only.
    """
    cells = [by_block(entry.extra_info.suspect) for entry in rounds.file.benchmarks]
    cells += [{}] * (len(rounds.cells) - len(cells))
    workers = _worker_marks(rounds)
    words = []
    for owner, which in zip(rounds.owner.tolist(), rounds.which.tolist(), strict=True):
        marks = workers[which]
        if cell := cells[owner]:
            block = rounds.processes[which].block
            marks = [*cell.get(block, []), *cell.get(None, []), *marks]
        words.append(_joined(marks) if marks else "")
    return words


def _joined(marks: list[str]) -> str:
    return "; ".join(map(safe_text, list(dict.fromkeys(marks))[:MOST_MARKS]))


def _worker_marks(rounds: Rounds) -> list[list[str]]:
    """What each measurement's block and worker were marked with, whichever of its cells asks.

    Of several attempts at a block, the last that measured the batch size counts.
    """
    last: dict[tuple[str, int, int | None], tuple[int, list[str]]] = {}
    for place, attempt in enumerate(rounds.file.crossover.blocks):
        for size in [None] if isinstance(attempt.batch_sizes, UnsetType) else attempt.batch_sizes:
            last[attempt.workload, attempt.block, size] = (place, attempt.suspect)
    marks, nothing = [], (-1, list[str]())
    own = zip(rounds.measurements, rounds.processes, _unsteady(rounds.epoch_seconds), strict=True)
    for row, process, unsteady in own:
        every, sized = (
            last.get((process.workload, process.block, size), nothing)
            for size in (None, row.batch_size)
        )
        marks.append(max(every, sized)[1] + unsteady)
    return marks


def by_block(marks: Sequence[str]) -> dict[int | None, list[str]]:
    """A cell's marks by the block that they are about, without its number; None: all blocks."""
    answer: dict[int | None, list[str]] = {}
    for mark in marks:
        named = re.match(r"block ([0-9]{1,7}): (?=.)", mark)
        block = int(named[1]) if named else None
        answer.setdefault(block, []).append(mark[named.end() :] if named else mark)
    return answer


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
