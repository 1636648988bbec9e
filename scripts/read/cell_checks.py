"""What must hold between the cells of a valid document, its counts and its workloads."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from scripts.read.document import Document
from scripts.read.rounds import Floats, Runs, measured_epochs

Place = list[str | int]
Breach = tuple[Place, str]

_TOLERANCE = 1e-9


def cell_breaches(document: Document) -> Iterator[Breach]:
    """Each invariant that the document breaks: the place and what is wrong there."""
    for check in (
        _known_workloads,
        _cells_once,
        _counts_itself,
        _complete,
        _derived_say_so,
        _counts_its_blocks,
    ):
        yield from check(document)


def _cell(params: dict[str, Any]) -> tuple[Any, ...]:
    axes = ("workload", "batch_size", "epochs", "device")
    return (*(params[axis] for axis in axes), params.get("threads", 0))


def _sections(document: Document) -> Iterator[tuple[Place, list[dict[str, Any]]]]:
    own = document["crossover"]
    yield ["benchmarks"], [entry["params"] for entry in document["benchmarks"]]
    yield ["crossover", "absent"], own["absent"]


def _known_workloads(document: Document) -> Iterator[Breach]:
    own = document["crossover"]
    known = own["workloads"].keys()
    blocks: tuple[Place, list[dict[str, Any]]] = (["crossover", "blocks"], own["blocks"])
    for where, entries in [*_sections(document), blocks]:
        for index, entry in enumerate(entries):
            if entry["workload"] not in known:
                yield [*where, index, "workload"], "names no entry of crossover.workloads"
    for name in known - own["run"]["learning_rates"].keys():
        yield ["crossover", "run", "learning_rates"], f"has no learning rate of {name}"


def _cells_once(document: Document) -> Iterator[Breach]:
    measured = Counter(_cell(entry["params"]) for entry in document["benchmarks"])
    for where, cells in _sections(document):
        counts = Counter(map(_cell, cells))
        if len(counts) < len(cells):
            repeated, _count = counts.most_common(1)[0]
            yield [*where, list(map(_cell, cells)).index(repeated)], "stands in the file twice"
    for index, cell in enumerate(document["crossover"]["absent"]):
        if not cell.get("blocks_measured", 0) and _cell(cell) in measured:
            yield ["crossover", "absent", index], "is called absent but has a measured entry"


def _counts_itself(document: Document) -> Iterator[Breach]:
    """`measured` is redundant on purpose: a file that lost rows on its way says so."""
    own, timed = document["crossover"], len(document["benchmarks"])
    if own["measured"] != timed:
        message = f"is {own['measured']}, but {timed} cells have a time"
        yield ["crossover", "measured"], message
    if own["planned"] < timed:
        yield ["crossover", "planned"], f"is {own['planned']}, but {timed} cells have a time"


def _complete(document: Document) -> Iterator[Breach]:
    own = document["crossover"]
    cut = sum(cell["reason"] == "interrupted" for cell in own["absent"])
    if own["complete"] and cut:
        yield ["crossover", "complete"], f"is true, but {cut} cells were interrupted"


def _derived_say_so(document: Document) -> Iterator[Breach]:
    """A total of epochs that were not trained must not pass for a measured one, nor the reverse."""
    most = measured_epochs(document)
    known = "all" if most is None else f"at most {most}"
    for index, entry in enumerate(document["benchmarks"]):
        derived = most is not None and entry["params"]["epochs"] > most
        told = entry["extra_info"].get("derived", False)
        if told is not derived:
            message = f"is {json.dumps(told)}, but {known} epochs of a cell were measured"
            yield ["benchmarks", index, "extra_info", "derived"], message


def _counts_its_blocks(document: Document) -> Iterator[Breach]:
    """`blocks_done` says how many blocks all timed cells of a workload have."""
    own = document["crossover"]
    fewest: dict[str, int] = {}
    for entry in document["benchmarks"]:
        workload, rounds = entry["params"]["workload"], entry["stats"]["rounds"]
        fewest[workload] = min(rounds, fewest.get(workload, rounds))
    for workload, told in own["run"].get("blocks_done", {}).items():
        done = fewest.get(workload, 0)
        if told != done:
            message = f"is {told}, but {done} blocks are what every timed cell has"
            yield ["crossover", "run", "blocks_done", workload], message


def summary_breaches(document: Document) -> Iterator[Breach]:
    """pytest-benchmark's own summary, where it is given: other tools show it, not our rounds."""
    summaries = [entry["stats"] for entry in document["benchmarks"]]
    data = Runs.of([stats["data"] for stats in summaries])
    for name, values in _summarised(data).items():
        expected = values.tolist()
        for index, stats in enumerate(summaries):
            told = stats.get(name)
            if told is not None and abs(told - expected[index]) > _TOLERANCE * expected[index]:
                message = f"is {told!r}, but stats.data say {expected[index]!r}"
                yield ["benchmarks", index, "stats", name], message


def _summarised(data: Runs) -> dict[str, Floats]:
    """What pytest-benchmark says of each list of seconds, none of which is empty."""
    if not len(data.lengths):
        return {}
    totals = np.add.reduceat(data.values, data.starts)
    return {
        "min": np.minimum.reduceat(data.values, data.starts),
        "max": np.maximum.reduceat(data.values, data.starts),
        "mean": totals / data.lengths,
        "median": data.medians(),
        "total": totals,
    }
