"""What a result file says, by its description alone: the reference that the loader is held to.

Plain Python over the parsed JSON, without arrays and without the loader's code.
`rows` is what `table.load` has to return for a document that it accepts, `contradictions` are
reasons why it must not accept one. Texts are as `safe_text` shows them.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import groupby
from statistics import median
from typing import Any

import pandas as pd

from scripts.read.text import safe_text

Document = dict[str, Any]
Cell = tuple[Document, bool, list[Document]]
"""A cell's axes, whether it is an A/A repeat, and its rounds."""

AXES = ("workload", "batch_size", "epochs", "side")
_COLD = ("context_seconds", "transfer_seconds", "first_step_seconds", "warm_step_seconds")
_OF_PROCESS = ("block", "import_seconds", *_COLD)


def cells(document: Document) -> Iterator[Cell]:
    """Every measured cell in the order of the rows: benchmarks, then A/A repeats."""
    own = document["crossover"]
    axes = [_axes(document, entry) for entry in document["benchmarks"]]
    for cell in axes:
        yield cell, False, _rounds_of(own, cell, again=False)
    for cell in axes:
        rounds = _rounds_of(own, cell, again=True)
        whole = [one for one in rounds if len(one["epoch_seconds"]) >= cell["epochs"]]
        if whole:
            yield cell, True, whole


def _axes(document: Document, entry: Document) -> Document:
    """A measured cell's axes, or an absent one's."""
    own = entry.get("params", entry)
    return {name: own[name] for name in AXES[:3]} | {"side": _side(document["crossover"], entry)}


def _side(own: Document, entry: Document) -> str:
    """A device with its threads in files of version 2, which have no sides."""
    if own["schema_version"] > 2:
        return str(entry.get("extra_info", entry)["side"])
    axes = entry.get("params", entry)
    threads = axes.get("threads_asked" if "again" in axes else "threads", 0)
    return str(axes["device"]) + (f"+threads={threads}" if threads else "")


def _rounds_of(own: Document, cell: Document, *, again: bool) -> list[Document]:
    """The measurements of the cell's side and batch size, in the order of blocks."""
    rounds = []
    for row in own["measurements"]:
        process = own["processes"][row["process"]]
        same = [process["workload"] == cell["workload"], _side(own, process) == cell["side"]]
        same.append(row["batch_size"] == cell["batch_size"])
        same.append(process["again"] == again)
        if all(same):
            rounds.append({**row, **{name: process[name] for name in _OF_PROCESS}})
    return sorted(rounds, key=lambda one: int(one["block"]))


def cold_start(one: Document) -> float:
    surplus = max(0.0, one["first_step_seconds"] - one["warm_step_seconds"])
    return float(one["context_seconds"] + one["transfer_seconds"] + surplus)


def rows(document: Document) -> list[Document]:
    """The rows of the table, in order; what is not known is None."""
    own = document["crossover"]
    table = []
    for position, (cell, again, rounds) in enumerate(cells(document)):
        marks = []
        if not again:
            marks = document["benchmarks"][position]["extra_info"]["suspect"]
        for one in rounds:
            place = cell | {"again": again, "block": one["block"]}
            table.append(place | _figures(own, cell, one) | _doubts(own, cell, one, marks))
    for cell in own["absent"]:
        place = _axes(document, cell)
        words = {"reason": cell["reason"], "detail": safe_text(cell.get("detail", ""))}
        empty = {"again": False, "block": None, "total_seconds": None, "epoch_seconds": None}
        table.append(place | empty | words | {"suspect": ""})
    return [row | _common(document, row) for row in table]


def _figures(own: Document, cell: Document, one: Document) -> Document:
    epochs = one["epoch_seconds"]
    warm, events = median(epochs), one.get("event_seconds")
    copied = ["import_seconds", "context_seconds", "transfer_seconds", "first_loss", "loss"]
    copied += ["score", "evaluated_after_epochs", "steps", "position"]
    copied += ["host_peak_bytes", "device_peak_bytes"]
    copied += ["minor_faults_per_step", "major_faults_per_step"]
    copied += ["user_seconds_per_step", "system_seconds_per_step"]
    return {name: one.get(name) for name in copied} | {
        "cold_start_seconds": cold_start(one),
        "total_seconds": cold_start(one) + sum(epochs[: cell["epochs"]]),
        "first_step_surplus_seconds": max(0, one["first_step_seconds"] - one["warm_step_seconds"]),
        "epoch_seconds": warm,
        "event_seconds": median(events) if events else None,
        "step_seconds": warm / one["steps"],
        "samples_a_second": own["run"]["samples"] / warm,
    }


def _doubts(own: Document, cell: Document, one: Document, marks: list[str]) -> Document:
    """Why the round is suspect: its cell's marks, those of its block's last attempt, its speed."""
    number = one["block"]
    named = [(mark, *_about(mark)) for mark in marks]
    words = [text for _mark, block, text in named if block == number]
    words += [mark for mark, block, _text in named if block is None]
    attempts = [
        entry.get("suspect", [])
        for entry in own["blocks"]
        if (entry["workload"], entry["block"]) == (cell["workload"], number)
        and cell["batch_size"] in entry.get("batch_sizes", [cell["batch_size"]])
    ]
    words += attempts[-1] if attempts else []
    seconds = one["epoch_seconds"]
    half = len(seconds) // 2
    if len(seconds) >= 4:
        ratio = median(seconds[-half:]) / median(seconds[:half])
        if not 1 / 1.5 <= ratio <= 1.5:
            times = f"{ratio:.2g} times the earlier ones' seconds"
            words.append(f"unsteady worker: later epochs took {times}")
    told = list(dict.fromkeys(words))[:20]
    return {"suspect": "; ".join(map(safe_text, told)), "reason": "", "detail": ""}


def _about(mark: str) -> tuple[int | None, str]:
    """The block that a cell's mark is about, and what it says: `block 3: host loaded`."""
    head, colon, text = mark.partition(": ")
    digits = head.removeprefix("block ")
    plain = digits.isascii() and digits.isdigit() and len(digits) <= 7 and head != digits
    if colon and plain and text and text[0] != "\n":
        return int(digits), text
    return None, mark


def _common(document: Document, row: Document) -> Document:
    own, machine = document["crossover"], document["machine_info"]["crossover"]
    run = own["run"]
    about = {name: safe_text(machine[name]) for name in ("machine", "machine_id", "software_id")}
    texts = ("precision", "optimizer", "optimizer_implementation")
    about |= _contest(document, row["side"])
    return about | {name: safe_text(run[name]) for name in texts} | {
        "samples": run["samples"],
        "looks": len(run.get("looks", [0])),
        "definition": own["workloads"][row["workload"]]["definition"],
        "learning_rate": run["learning_rates"][row["workload"]],
    }  # fmt: skip


def _contest(document: Document, side: str) -> Document:
    """What a side of the run is compared with; a remedy's plain side is that of its device."""
    own = document["crossover"]
    cells = [_axes(document, entry) for entry in (*document["benchmarks"], *own["absent"])]
    sides = own["run"]["sides"] if own["schema_version"] > 2 else [cell["side"] for cell in cells]
    base = (
        own["run"]["base"] if own["schema_version"] > 2 else ("cpu" if "cpu" in sides else sides[0])
    )
    device = side.partition("+")[0].partition("*")[0]
    if side in sides:
        return {"base": "" if side == base else base, "family": "sides", "device": device}
    alike = [one for one in sides if one.partition("+")[0].partition("*")[0] == device]
    return {"family": device, "device": device} | ({"base": device} if device in alike else {})


def contradictions(document: Document) -> Iterator[str]:
    """What the document says twice and differently, or what cannot have been measured."""
    own = document["crossover"]
    first = [(cell, rounds) for cell, again, rounds in cells(document) if not again]
    for entry, (cell, rounds) in zip(document["benchmarks"], first, strict=True):
        stats = entry["stats"]
        if not len(rounds) == len(stats["data"]) == stats["rounds"] > 0:
            yield "the number of rounds"
        for one, written in zip(rounds, stats["data"], strict=False):
            total = cold_start(one) + sum(one["epoch_seconds"][: cell["epochs"]])
            if not math.isclose(total, written, rel_tol=2e-9):
                yield "a total"
    for cell, _again, rounds in cells(document):
        blocks = sorted(one["block"] for one in rounds)
        if any(len(list(same)) > 1 for _block, same in groupby(blocks)):
            yield "a block twice in a cell"
        for one in rounds:
            yield from _impossible(own, cell, one)
    axes = [_axes(document, entry) for entry in document["benchmarks"]]
    places = [tuple(cell[axis] for axis in AXES) for cell in axes]
    if len(set(places)) < len(places):
        yield "a cell twice"
    if own["measured"] != len(places):
        yield "the number of cells"
    if own["complete"] and any(cell["reason"] == "interrupted" for cell in own["absent"]):
        yield "complete and interrupted"
    for workload, told in own["run"].get("blocks_done", {}).items():
        mine = [row for row in document["benchmarks"] if row["params"]["workload"] == workload]
        if told != min((row["stats"]["rounds"] for row in mine), default=0):
            yield "the number of blocks"


def _impossible(own: Document, cell: Document, one: Document) -> Iterator[str]:
    seconds = [one["first_step_seconds"], one["warm_step_seconds"], *one["epoch_seconds"]]
    if not all(math.isfinite(value) and value > 0 for value in seconds):
        yield "no positive time"
    if not all(one[f"{name}_seconds"] >= 0 for name in ("import", "context", "transfer")):
        yield "a negative time"
    if len(one["epoch_seconds"]) < cell["epochs"]:
        yield "fewer epochs than the cell"
    if one["steps"] != math.ceil(own["run"]["samples"] / cell["batch_size"]):
        yield "the number of steps"
    events = one.get("event_seconds") or []
    pairs = zip(events, one["epoch_seconds"], strict=False)
    if any(wall < event * 0.998 for event, wall in pairs):
        yield "a wall clock that stops before the device"


def assert_says(columns: Mapping[str, Any], expected: list[Document]) -> None:
    """Row by row, field by field: texts and whole numbers equal, other numbers to 1e-9.

    `columns` are lists with an entry a row, or a text or number for all rows.
    """
    for place, row in enumerate(expected):
        for name, value in row.items():
            column = columns[name]
            own: Any = column if isinstance(column, str | int) else column[place]
            if isinstance(value, int | float):
                assert math.isfinite(own), name
                assert math.isclose(own, value, rel_tol=1e-9), name
            elif value is None:
                assert pd.isna(own), name
            else:
                assert own == value, name
    assert len(columns["workload"]) == len(expected)
    for name in ("machine", "detail", "suspect", "device_label", "file", "definition"):
        assert "".join(columns[name]).isprintable()
