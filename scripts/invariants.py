"""What must hold between the fields of a valid document; the first breach is a refusal."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.result_file import Document
from scripts.rounds import Rounds

Place = list[str | int]
Breach = tuple[Place, str]

_TOTAL_TOLERANCE = 1e-9
_EVENT_TOLERANCE = 0.999
_LOSS_TOLERANCE = 1e-3


def breach(document: Document, rounds: Rounds) -> Breach | None:
    """The first invariant that the document breaks: the place and what is wrong there."""
    checks: list[Callable[[Document, Rounds], Iterator[Breach]]] = [
        _known_workloads,
        _cells_once,
        _counts_itself,
        _stats_count_the_rounds,
        _blocks_once,
        _enough_epochs,
        _steps_fit_the_samples,
        _wall_contains_events,
        _totals_add_up,
        _same_losses,
    ]
    return next((found for check in checks for found in check(document, rounds)), None)


def _cell(params: dict[str, Any]) -> tuple[Any, ...]:
    axes = ("workload", "batch_size", "epochs", "device")
    return (*(params[axis] for axis in axes), params.get("threads", 0))


def _sections(document: Document) -> Iterator[tuple[Place, list[dict[str, Any]]]]:
    own = document["crossover"]
    yield ["benchmarks"], [entry["params"] for entry in document["benchmarks"]]
    yield ["crossover", "absent"], own["absent"]
    yield ["crossover", "repeats"], own["repeats"]


def _known_workloads(document: Document, _rounds: Rounds) -> Iterator[Breach]:
    known = document["crossover"]["workloads"].keys()
    for where, cells in _sections(document):
        for index, cell in enumerate(cells):
            if cell["workload"] not in known:
                yield [*where, index, "workload"], "names no entry of crossover.workloads"
    for name in known - document["crossover"]["run"]["learning_rates"].keys():
        yield ["crossover", "run", "learning_rates"], f"has no learning rate of {name}"


def _cells_once(document: Document, _rounds: Rounds) -> Iterator[Breach]:
    measured = Counter(_cell(entry["params"]) for entry in document["benchmarks"])
    for where, cells in _sections(document):
        counts = Counter(map(_cell, cells))
        if len(counts) < len(cells):
            repeated, _count = counts.most_common(1)[0]
            yield [*where, list(map(_cell, cells)).index(repeated)], "stands in the file twice"
    for index, cell in enumerate(document["crossover"]["absent"]):
        if not cell.get("blocks_measured", 0) and _cell(cell) in measured:
            yield ["crossover", "absent", index], "is called absent but has a measured entry"


def _counts_itself(document: Document, _rounds: Rounds) -> Iterator[Breach]:
    """`measured` is redundant on purpose: a file that lost rows on its way says so."""
    measured = document["crossover"].get("measured", len(document["benchmarks"]))
    if measured != len(document["benchmarks"]):
        message = f"is {measured}, but {len(document['benchmarks'])} cells have a time"
        yield ["crossover", "measured"], message


def _stats_count_the_rounds(document: Document, _rounds: Rounds) -> Iterator[Breach]:
    for index, entry in enumerate(document["benchmarks"]):
        counts = {len(entry["extra_info"]["rounds"]), len(entry["stats"]["data"])}
        if counts != {entry["stats"]["rounds"]}:
            message = "is not the number of stats.data and of the cell's rounds"
            yield ["benchmarks", index, "stats", "rounds"], message


def _blocks_once(_document: Document, rounds: Rounds) -> Iterator[Breach]:
    seen = set()
    owners = rounds.owner.tolist()
    for index, (owner, entry) in enumerate(zip(owners, rounds.entries, strict=True)):
        if (owner, entry["block"]) in seen:
            message = f"{entry['block']} stands in this cell twice"
            yield [*rounds.place(index), "block"], message
        seen.add((owner, entry["block"]))


def _enough_epochs(_document: Document, rounds: Rounds) -> Iterator[Breach]:
    short = rounds.epoch_seconds.lengths < rounds.epochs
    yield from _at(rounds, short, "epoch_seconds", "holds fewer epochs than the cell is about")


def _steps_fit_the_samples(document: Document, rounds: Rounds) -> Iterator[Breach]:
    samples = document["crossover"]["run"]["samples"]
    steps = -(-samples // rounds.axis("batch_size").astype(np.int64))
    wrong = rounds.column("steps") != steps
    yield from _at(rounds, wrong, "steps", f"is not {samples} samples / batch size, rounded up")


def _wall_contains_events(_document: Document, rounds: Rounds) -> Iterator[Breach]:
    wall, events = rounds.epoch_seconds, rounds.event_seconds
    unequal = (events.lengths > 0) & (events.lengths != wall.lengths)
    yield from _at(rounds, unequal, "event_seconds", "has another length than epoch_seconds")
    if unequal.any():
        return
    timed = np.repeat(events.lengths > 0, wall.lengths)
    missed = wall.values[timed] < events.values * _EVENT_TOLERANCE
    owners = np.repeat(np.arange(len(rounds.entries)), events.lengths)
    broken = np.isin(np.arange(len(rounds.entries)), owners[missed])
    message = "is shorter than the device's own events: the clock stopped before the device"
    yield from _at(rounds, broken, "epoch_seconds", message)


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
        message = f"is {written[index]!r}, but cold start and epochs add up to {expected[index]!r}"
        yield ["benchmarks", cell, "stats", "data", number], message


def _same_losses(document: Document, rounds: Rounds) -> Iterator[Breach]:
    """The first minibatch's loss, before any update: one seed gives every device the same."""
    marked = [
        any("loss mismatch" in mark for mark in entry["extra_info"].get("suspect", []))
        for entry in document["benchmarks"]
    ]
    seen: dict[tuple[str, int, int], float] = {}
    owners = rounds.owner.tolist()
    for index, (owner, entry) in enumerate(zip(owners, rounds.entries, strict=True)):
        loss, cell = entry["first_loss"], rounds.cells[owner]
        if loss is None or (owner < len(marked) and marked[owner]):
            continue
        known = seen.setdefault((cell["workload"], cell["batch_size"], entry["block"]), loss)
        if abs(loss - known) > _LOSS_TOLERANCE * max(abs(loss), abs(known)):
            message = f"is {loss!r}, but another process of the block had {known!r}: not one work"
            yield [*rounds.place(index), "first_loss"], message
            return


def _at(rounds: Rounds, wrong: npt.NDArray[Any], field: str, message: str) -> Iterator[Breach]:
    for index in np.flatnonzero(wrong)[:1]:
        yield [*rounds.place(int(index)), field], message
