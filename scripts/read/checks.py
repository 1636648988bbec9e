"""What must hold inside and between the rounds of a valid document; see `invariants_cells` too."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.read.cell_checks import Breach
from scripts.read.document import Document
from scripts.read.rounds import Rounds

_TOTAL_TOLERANCE = 1e-9
_EVENT_TOLERANCE = 0.999
_LOSS_TOLERANCE = 1e-3


def round_breaches(document: Document, rounds: Rounds) -> Iterator[Breach]:
    """Each invariant that the rounds break: the place and what is wrong there.

    The document's cells must be in order already (`cell_breaches`).
    """
    checks: list[Callable[[Document, Rounds], Iterator[Breach]]] = [
        _stats_count_rounds,
        _blocks_once,
        _enough_epochs,
        _steps_fit_the_samples,
        _wall_contains_events,
        _totals_add_up,
        _same_losses,
    ]
    for check in checks:
        yield from check(document, rounds)


def _stats_count_rounds(document: Document, rounds: Rounds) -> Iterator[Breach]:
    counts = np.bincount(rounds.owner, minlength=len(rounds.cells)).tolist()
    for index, entry in enumerate(document["benchmarks"]):
        stats = entry["stats"]
        if {counts[index], len(stats["data"])} != {stats["rounds"]}:
            message = "is not the number of stats.data and of the cell's rounds"
            yield ["benchmarks", index, "stats", "rounds"], message


def _blocks_once(_document: Document, rounds: Rounds) -> Iterator[Breach]:
    blocks = [entry["block"] for entry in rounds.entries]
    owners = rounds.owner.tolist()
    cells = [(owner, blocks[which]) for owner, which in zip(owners, rounds.which, strict=True)]
    if len(set(cells)) == len(cells):
        return
    seen = set()
    for index, cell in enumerate(cells):
        if cell in seen:
            yield [*rounds.place(index), "block"], f"{cell[1]} stands in this cell twice"
        seen.add(cell)


def _enough_epochs(_document: Document, rounds: Rounds) -> Iterator[Breach]:
    short = rounds.epoch_seconds.lengths[rounds.which] < rounds.trained_epochs
    yield from _at(rounds, short, "epoch_seconds", "holds fewer epochs than the cell stands on")


def _steps_fit_the_samples(document: Document, rounds: Rounds) -> Iterator[Breach]:
    samples = document["crossover"]["run"]["samples"]
    steps = -(-samples // rounds.axis("batch_size").astype(np.int64))
    wrong = rounds.column("steps") != steps
    yield from _at(rounds, wrong, "steps", f"is not {samples} samples / batch size, rounded up")


def _wall_contains_events(_document: Document, rounds: Rounds) -> Iterator[Breach]:
    wall, events = rounds.epoch_seconds, rounds.event_seconds
    unequal = (events.lengths > 0) & (events.lengths != wall.lengths)
    message = "has another length than epoch_seconds"
    yield from _at(rounds, unequal[rounds.which], "event_seconds", message)
    if unequal.any():
        return
    timed = np.repeat(events.lengths > 0, wall.lengths)
    missed = wall.values[timed] < events.values * _EVENT_TOLERANCE
    numbers = np.arange(len(rounds.entries))
    broken = np.isin(numbers, np.repeat(numbers, events.lengths)[missed])
    message = "is shorter than the device's own events: the clock stopped before the device"
    yield from _at(rounds, broken[rounds.which], "epoch_seconds", message)


def _totals_add_up(document: Document, rounds: Rounds) -> Iterator[Breach]:
    written = np.array(
        [seconds for entry in document["benchmarks"] for seconds in entry["stats"]["data"]],
        dtype=np.float64,
    )
    expected = rounds.total_seconds[: len(written)]
    wrong = np.abs(written - expected) > _TOTAL_TOLERANCE * expected
    for index in np.flatnonzero(wrong)[:1]:
        cell = int(rounds.owner[index])
        number = int(index) - int(np.searchsorted(rounds.owner, cell))
        total, whole = float(written[index]), float(expected[index])
        message = f"is {total!r}, but cold start and epochs add up to {whole!r}"
        yield ["benchmarks", cell, "stats", "data", number], message


def _same_losses(document: Document, rounds: Rounds) -> Iterator[Breach]:
    """The first minibatch's loss, before any update: one seed gives every device the same."""
    marked = [
        any("loss mismatch" in mark for mark in entry["extra_info"]["suspect"])
        for entry in document["benchmarks"]
    ]
    marked += [False] * (len(rounds.cells) - len(marked))
    told = np.flatnonzero(~np.array(marked, dtype=bool)[rounds.owner])
    once = np.sort(np.unique(rounds.which[told], return_index=True)[1])
    seen: dict[tuple[str, int, int], float | None] = {}
    for index in told[once].tolist():
        entry, cell = rounds.entries[rounds.which[index]], rounds.cells[rounds.owner[index]]
        loss = entry["first_loss"]
        known = seen.setdefault((cell["workload"], cell["batch_size"], entry["block"]), loss)
        if not _alike(loss, known):
            words = f"is {json.dumps(loss)}, but another process of the block had"
            message = f"{words} {json.dumps(known)}: not one work"
            yield [*rounds.place(index), "first_loss"], message
            return


def _alike(loss: float | None, known: float | None) -> bool:
    """The same up to rounding; null, which stands for a loss that is not finite, is like null."""
    if loss is None or known is None:
        return loss is known
    return abs(loss - known) <= _LOSS_TOLERANCE * max(abs(loss), abs(known))


def _at(rounds: Rounds, wrong: npt.NDArray[Any], field: str, message: str) -> Iterator[Breach]:
    for index in np.flatnonzero(wrong)[:1]:
        yield [*rounds.place(int(index)), field], message
