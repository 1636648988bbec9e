"""Tables of others to the document of a result file that is marked as imported."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from msgspec import to_builtins

from scripts.published.columns import SECONDS
from scripts.published.numbers import Decimal
from scripts.published.text_table import text_table
from scripts.published.values import UNREAD, Flags, Values, values_of
from scripts.read.breach import Breach, record_of
from scripts.read.checks.published import KEY, TOLERANCE, checked, surplus
from scripts.read.records.published import PublishedFile, PublishedRow

_TIMES = (*SECONDS, "samples_per_second")
_FIELDS = PublishedRow.__struct_fields__
_AXES = tuple(
    name for name in _FIELDS if name not in (*_TIMES, "each_epoch_seconds", "noise_floor", "note")
)
_TARGET = ("workload", "batch_size", "optimizer", "learning_rate", "target")
_EPOCHS_ADVICE = "name that column epoch: --column epoch={}"


@dataclass(frozen=True)
class Asked:
    """What is said beside the tables: columns by our names, values of all rows, the decimals."""

    source: str
    licence: str
    command: str
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    decimal: Decimal | None = None


def imported(tables: Sequence[tuple[str, bytes]], asked: Asked) -> dict[str, Any]:
    """Return the document; raises Breach, which names table, line and column, for what is wrong."""
    rows: list[tuple[str, Values]] = []
    targets: list[Values] = []
    flags = Flags()
    for name, content in tables:
        try:
            own = list(_read(content, asked, flags))
            if own and "target_epochs" in own[0][1]:
                targets += _targets(own)
            else:
                rows += [(f"{name}, line {line}", one) for line, one in _rows(own, flags)]
        except Breach as breach:
            raise Breach([name, *breach.where], breach.message, breach.advice) from None
    if not rows and not targets:
        raise Breach([], "has no row with a time", "a row is of one device; tell its seconds")
    document = {
        KEY: {
            "schema_version": 1,
            "source": asked.source,
            "licence": asked.licence,
            "command": asked.command,
            "tables": [
                {"name": name, "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in tables
            ],
            "rows": [row for _place, row in rows],
            "targets": targets,
            "flags": list(flags),
        }
    }
    return _sound(document, [place for place, _row in rows])


def _sound(document: dict[str, Any], places: Sequence[str]) -> dict[str, Any]:
    """The document, once every check of a reader is passed; what fails is told by its line."""
    try:
        file = checked(record_of(document, PublishedFile))
    except Breach as breach:
        _key, *where = breach.where
        if len(where) > 1 and where[0] == "rows":
            where = [places[int(where[1])], *where[2:]]
        unread = [flag for flag in document[KEY]["flags"] if flag.startswith(UNREAD)]
        raise Breach(where, breach.message, "; ".join(["correct the table", *unread])) from None
    content: dict[str, Any] = to_builtins(file)
    return content


def _read(content: bytes, asked: Asked, flags: Flags) -> Iterator[tuple[int, Values]]:
    table = text_table(content)
    every = values_of(
        table, named=asked.columns, constants=asked.constants, decimal=asked.decimal, flags=flags
    )
    for line, values in every:
        if values["workload"] is None:
            way = "a cell that stands for several rows has to be repeated in each"
            raise Breach([f"line {line}"], "names no workload", way)
        if values.get("dataset"):
            values["workload"] = f"{values['workload']}-{values['dataset']}"
        yield line, values


def _targets(rows: Iterable[tuple[int, Values]]) -> Iterator[Values]:
    """Yield the seeds of a setting together; the seconds come from another table."""
    settings: dict[tuple[Any, ...], list[Any]] = {}
    for _line, values in rows:
        key = tuple(values.get(name) for name in _TARGET)
        settings.setdefault(key, []).append(values["target_epochs"])
    for key, epochs in settings.items():
        yield dict(zip(_TARGET, key, strict=True)) | {"epochs": epochs}


def _rows(rows: Sequence[tuple[int, Values]], flags: Flags) -> Iterator[tuple[int, Values]]:
    """Yield the rows of a file: epochs of one process together, rows without a time left out."""
    timed = []
    for line, values in rows:
        if any(values.get(name) is not None for name in _TIMES):
            timed.append((line, values))
        else:
            flags.add("has no time and was left out", line)
        for name in ("noise_floor", "spread"):
            if values.get(name) == 0:
                flags.add(f"a {name} of 0 is no measurement: it counts as not told", line)
                values[name] = None
    if timed and "epoch" in timed[0][1]:
        timed = list(_processes(timed))
    else:
        _refuse_epochs_as_rounds(timed)
    records = [(line, {name: values.get(name) for name in _FIELDS}) for line, values in timed]
    for line, row in records:
        _flag(line, row, flags)
    _flag_equal_rounds(records, flags)
    yield from records


def _processes(rows: Iterable[tuple[int, Values]]) -> Iterator[tuple[int, Values]]:
    """Yield one row per process, of its epochs in order: they are no rounds."""
    found: dict[tuple[Any, ...], list[tuple[int, Values]]] = {}
    for line, values in rows:
        if values["epoch"] is None or values.get("epoch_seconds") is None:
            raise Breach([f"line {line}"], "is an epoch without its number or its seconds")
        found.setdefault(tuple(values.get(name) for name in _AXES), []).append((line, values))
    for own in found.values():
        own.sort(key=lambda row: row[1]["epoch"])
        (line, first), numbers = own[0], [values["epoch"] for _line, values in own]
        if any(later != earlier + 1 for earlier, later in pairwise(numbers)):
            words = f"begins epochs {numbers[:8]}: not each once, in order"
            raise Breach([f"line {line}"], words, "tell processes apart by a column round")
        each = [values["epoch_seconds"] for _line, values in own]
        yield line, first | {"epochs": len(own), "epoch_seconds": None, "each_epoch_seconds": each}


def _refuse_epochs_as_rounds(rows: Sequence[tuple[int, Values]]) -> None:
    """Raises Breach where rounds share a process, or their score rises from one to the next."""
    cells: dict[tuple[Any, ...], list[tuple[int, Values]]] = {}
    for line, values in rows:
        if values.get("round") is not None:
            key = tuple(values.get(name) for name in _AXES if name != "round")
            cells.setdefault(key, []).append((line, values))
    for own in cells.values():
        own.sort(key=lambda row: row[1]["round"])
        processes = Counter(values.get("process") for _line, values in own)
        shared = any(name is not None and count > 1 for name, count in processes.items())
        if shared or _rises([values.get("score") for _line, values in own]):
            why = "share a process" if shared else "have a score that rises from one to the next"
            words = f"begins rounds that {why}: they are epochs of one process"
            raise Breach([f"line {own[0][0]}"], words, _EPOCHS_ADVICE.format("round"))


def _rises(scores: Sequence[float | None]) -> bool:
    told = [score for score in scores if score is not None]
    steps = [later >= earlier for earlier, later in pairwise(told)]
    return len(told) > 2 and sum(steps) >= 0.8 * len(steps) and told[-1] > told[0]


def _flag(line: int, row: Values, flags: Flags) -> None:
    if row["batch_size"] is None:
        flags.add("tells no batch size: it is in no curve", line)
    beside = surplus(PublishedRow(**row))
    if beside is not None and beside > TOLERANCE:
        flags.add(
            "total_seconds are more than epochs x epoch_seconds: the rest is in no epoch", line
        )
    if row["untimed_epochs"] is None and "warm" in str(row["note"] or "").lower():
        way = "if total_seconds hold them, add a column untimed_epochs"
        flags.add(f"the note speaks of warm-up epochs: {way}", line)


def _flag_equal_rounds(rows: Sequence[tuple[int, Values]], flags: Flags) -> None:
    """Rounds that are equal to the digit would have a noise floor of 0."""
    cells: dict[tuple[Any, ...], list[tuple[int, Values]]] = {}
    for line, row in rows:
        cells.setdefault(tuple(row[name] for name in _AXES if name != "round"), []).append(
            (line, row)
        )
    for own in cells.values():
        times = {tuple(row[name] for name in _TIMES) for _line, row in own}
        if len(own) > 1 and len(times) == 1:
            flags.add(f"begins {len(own)} rounds that are equal to the digit", own[0][0])
