"""What the name of a side tells and other fields tell again: both have to say the same."""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict

from scripts.read.breach import Breach, Place
from scripts.read.records.params import SETTINGS, Params
from scripts.read.records.result import Loop, Process, ResultFile, Run
from scripts.read.records.study import Diagnosed, Dispatch
from scripts.read.sides import device_of, told_settings

_Row = tuple[Place, Params, str]
"""A cell that is measured or absent: where it stands, its axes and its side."""
_values = attrgetter(*SETTINGS)


def check_sides(file: ResultFile) -> None:
    """Raises Breach for the first rule that is broken."""
    run, rows = file.crossover.run, list(_rows(file))
    if run.sides and run.base not in run.sides:
        raise Breach(["crossover", "run", "base"], f"is {run.base!r}, which is no side of the run")
    for where, axes, side in rows:
        if device_of(side) != axes.device:
            raise _unlike([*where, "device"], axes.device, side)
    _check_settings(rows, run)
    _check_known(file)
    for index, process in enumerate(file.crossover.processes):
        for field in _unlike_its_side(process):
            place: Place = ["crossover", "processes", index, field]
            raise _unlike(place, getattr(process, field), process.side)


def _rows(file: ResultFile) -> Iterator[_Row]:
    for index, entry in enumerate(file.benchmarks):
        yield ["benchmarks", index, "params"], entry.params, entry.extra_info.side
    for index, row in enumerate(file.crossover.absent):
        yield ["crossover", "absent", index], row, row.side


def _unlike(where: Place, value: object, side: str) -> Breach:
    return Breach(where, f"is {value!r}, and the side is {side!r}")


def _check_settings(rows: Sequence[_Row], run: Run) -> None:
    """The settings of a side, which other tools read among the axes, are those of its name."""
    first: dict[str, _Row] = {}
    for row in rows:
        where, axes, side = row
        _, known, _ = first.setdefault(side, row)
        if _values(axes) != _values(known):
            name = next(one for one in SETTINGS if getattr(axes, one) != getattr(known, one))
            own, other = (_said(getattr(one, name)) for one in (axes, known))
            raise Breach([*where, name], f"is {own}, and {other} in another cell of {side!r}")
    plain = {"optimizer_implementation": run.optimizer_implementation, **asdict(run.loop)}
    for row in first.values():
        _check_plain(*row, plain)
    every = [name for name in SETTINGS if any(_has(axes, name) for _, axes, _ in first.values())]
    for where, axes, side in first.values():
        told = told_settings(side)
        for name in every:
            if not _has(axes, name):
                raise Breach([*where, name], "is missing, and other sides tell it")
            if name in told and told[name] == plain.get(name) and not _hidden(name, side):
                words = f"is {told[name]!r}, as it is of sides that do not name it; this one is"
                raise Breach([*where, name], f"{words} {side!r}")


def _has(axes: Params, name: str) -> bool:
    return getattr(axes, name) is not UNSET


def _said(value: object) -> str:
    return "missing" if value is UNSET else repr(value)


def _hidden(name: str, side: str) -> bool:
    """Whether a setting is part of a whole loop that the side has."""
    return name in Loop.__struct_fields__ and "loop" in told_settings(side)


def _check_plain(where: Place, axes: Params, side: str, plain: dict[str, Any]) -> None:
    """A cell of each side; `plain` learns what sides have that do not name a setting."""
    told = told_settings(side)
    for name, value in zip(SETTINGS, _values(axes), strict=True):
        if value is UNSET:
            continue
        if value != told.get(name, value):
            raise _unlike([*where, name], value, side)
        if name in told or _hidden(name, side):
            continue
        if value != plain.setdefault(name, value):
            words = f"is {value!r}, which the name {side!r} does not tell; elsewhere it is"
            raise Breach([*where, name], f"{words} {plain[name]!r}")


def _check_known(file: ResultFile) -> None:
    """Nothing is told of a side that has no cell."""
    own, cells = file.crossover, {entry.cell for entry in file.benchmarks}
    cells |= {row.cell for row in own.absent}
    known = {(cell.workload, cell.side) for cell in cells}
    tables: dict[str, Sequence[Process | Diagnosed | Dispatch]] = {
        "processes": own.processes,
        "diagnosis": own.diagnosis,
        "dispatch": own.dispatch,
    }
    for table, told in tables.items():
        for index, row in enumerate(told):
            if (row.workload, row.side) not in known:
                words = f"is {row.side!r}, of which {row.workload} has no cell"
                raise Breach(["crossover", table, index, "side"], words)
    sides = {side for _workload, side in known}
    for index, peak in enumerate(own.peaks):
        if peak.side not in sides:
            words = f"is {peak.side!r}, of which there is no cell"
            raise Breach(["crossover", "peaks", index, "side"], words)


def _unlike_its_side(process: Process) -> Iterator[str]:
    """Yield what a process read back of itself and its side does not ask for."""
    told = told_settings(process.side)
    threads, malloc = told.get("threads"), told.get("malloc", "")
    if threads and process.threads not in (None, threads // told["devices"]):
        yield "threads"
    fp32 = "tf32" if told.get("precision") == "tf32" else "ieee"
    if {*(process.fp32_precision or {}).values()} - {fp32}:
        yield "fp32_precision"
    library = {"keep": "glibc", "hugepages": "glibc"}.get(malloc, malloc)
    if not (process.allocator or library).startswith(library):
        yield "allocator"
