"""The texts of a table to values: a mapping per row, and what is odd about them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.published.columns import FRACTIONS, SECONDS, TEXTS, WHOLE, Column, columns_of
from scripts.published.numbers import MISSING, Decimal, NumberError, decimal_of, number
from scripts.published.text_table import TextRow, TextTable
from scripts.read.breach import Breach
from scripts.read.text import safe_text

ACCELERATORS = ("gpu", "cuda", "mps", "xpu", "hip", "rocm", "tpu", "npu", "hpu", "vulkan")
SUMS = {
    *("total", "sum", "average", "mean", "geomean"),
    *("gesamt", "summe", "durchschnitt", "mittelwert"),
}
"""What a row is called that was made of others."""
_YES = {"true": True, "yes": True, "1": True, "ja": True}
_NO = {"false": False, "no": False, "0": False, "nein": False}
Values = dict[str, Any]
UNREAD = "columns that were not read: "


class Flags:
    """What the import finds odd: each kind of it once, with the lines where it was found."""

    def __init__(self) -> None:
        self._lines: dict[str, list[int]] = {}

    def add(self, words: str, line: int | None = None) -> None:
        """Notes it, of a line or of the whole table."""
        self._lines.setdefault(words, []).extend([] if line is None else [line])

    def __iter__(self) -> Iterator[str]:
        for words, lines in self._lines.items():
            told = ", ".join(map(str, lines[:5])) + f" and {len(lines) - 5} more" * (len(lines) > 5)
            yield (f"line{'s' * (len(lines) > 1)} {told}: " if lines else "") + words


def values_of(
    table: TextTable, *, named: Mapping[str, str], constants: Mapping[str, str],
    decimal: Decimal | None, flags: Flags,
) -> Iterator[tuple[int, Values]]:  # fmt: skip
    """Yield the line and the values of every row; raises Breach for the first that cannot be."""
    columns = columns_of(table.header, named)
    columns = {place: one for place, one in columns.items() if one.name not in constants}
    _require(table, {one.name for one in columns.values()} | constants.keys())
    unread = [text for place, text in enumerate(table.header) if text and place not in columns]
    if unread:
        flags.add(f"{UNREAD}{', '.join(map(safe_text, unread))}")
    units = [
        column.written
        for place, column in columns.items()
        if column.name in SECONDS and not column.unit_told
        and any(row.texts[place][-1:].isdigit() for row in table.rows)
    ]  # fmt: skip
    decimal = decimal or _decimal(table, columns)
    given = {name: Column(name, "--set") for name in constants}
    for row in table.rows:
        if row.texts[0].lower().rstrip(":") in SUMS:
            flags.add("was made of other rows and was left out", row.line)
            continue
        values: Values = {}
        for place, column in columns.items():
            values[column.name] = _value(row, column, row.texts[place], decimal, flags)
        for name, text in constants.items():
            values[name] = _value(row, given[name], text, "point", flags)
        if "target_epochs" not in values:  # these are the same on every device
            values["device"] = _device(row, values, columns)
        yield row.line, values
    if units:
        flags.add(f"no unit is told: taken as seconds ({', '.join(map(safe_text, units))})")


def _require(table: TextTable, names: set[str]) -> None:
    """Raises Breach where a table lacks what each of its rows needs."""
    header = ", ".join(table.header)
    if not names & {*SECONDS, "samples_per_second", "target_epochs"}:
        words = f"has no column of seconds that is known ({header})"
        way = "a row is of one device; name its seconds: --column epoch_seconds=COLUMN"
        raise Breach([], words, way)
    if "workload" not in names:
        way = f"name it: --column workload=COLUMN, one of {header}, or --set workload=NAME"
        raise Breach([], "lacks the column workload", way)


def _decimal(table: TextTable, columns: Mapping[int, Column]) -> Decimal:
    numeric = [place for place, one in columns.items() if one.name in (*SECONDS, *FRACTIONS)]
    whole = [place for place, one in columns.items() if one.name in WHOLE]
    places = [row.texts[place] for row in table.rows for place in numeric]
    try:
        found = decimal_of(places) if any(places) else "point"
    except NumberError as error:
        raise Breach([], str(error), "write all numbers alike") from None
    if found is None and not any("," in text for text in places) and table.delimiter != ";":
        return "point"
    if found is None:
        sample = next(text for text in places if "," in text or "." in text)
        words = f"does not tell whether {sample!r} has decimals or thousands"
        raise Breach([], words, "say which: --decimal point or comma")
    return found if numeric or not whole else "point"


def _value(row: TextRow, column: Column, text: str, decimal: Decimal, flags: Flags) -> Any:
    name = column.name
    if name in TEXTS:
        return None if text.lower() in (*MISSING, "not named", "unknown") else text
    try:
        if name == "drop_last":
            return _truth(text)
        if name == "process":
            return text or None
        found = number(text, decimal, column.factor if name in SECONDS else None)
        if found is None:
            return None
        if found.told:
            flags.add(f"{name} {safe_text(found.told)!r} counts as {found.value:g}", row.line)
        if name in WHOLE:
            return _whole(found.value, ranged=bool(found.told))
    except NumberError as error:
        place = f"line {row.line}, {column.written}"
        words = f"{text!r} {error}"
        raise Breach([place], words, "correct the table, or leave the row out") from None
    return found.value


def _truth(text: str) -> bool | None:
    known = _YES | _NO
    if text and text.lower() not in known:
        raise NumberError("is neither true nor false")
    return known.get(text.lower())


def _whole(value: float, *, ranged: bool) -> int:
    if ranged or value != round(value):
        raise NumberError("is no whole number; a row is of one of them")
    return round(value)


def _device(row: TextRow, values: Values, columns: Mapping[int, Column]) -> str:
    """`cpu`, or what the table calls an accelerator; a fuller name becomes `device_name`."""
    if values.get("device"):
        text = str(values["device"])
        found = device_in(text)
        if found and text.lower() != found and not values.get("device_name"):
            values["device_name"] = text
    elif any(
        one.name == "device_name" and "gpu" in one.written.lower() for one in columns.values()
    ):
        text, found = "", "gpu"
    else:
        text = str(values.get("device_name") or values.get("machine") or "")
        found = device_in(text)
    if found is None:
        told = any(one.name == "device" for one in columns.values())
        words = "names no device" if told else "lacks the column device"
        words = f"{text!r} is no device" if text else words
        way = f"name it cpu, {', '.join(ACCELERATORS[:3])} ..., or --set device=gpu for all rows"
        raise Breach([f"line {row.line}"], words, way)
    return found


def device_in(text: str) -> str | None:
    """The device that a text begins with: `cuda:0`, `GPU`, `cpu-compiled/cpu16`."""
    word = re.match(r"/?(?:device:)?([a-z]+)", text.strip().lower())
    name = word[1] if word else ""
    known = [one for one in ("cpu", *ACCELERATORS) if name.startswith(one)]
    return known[0] if known else None
