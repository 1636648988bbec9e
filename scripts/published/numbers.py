"""Numbers as people write them in tables: decimal commas, thousands, units, ranges, `12 ± 0.5`."""

import math
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

Decimal = Literal["point", "comma"]

UNITS = {
    **dict.fromkeys(("ns", "nanoseconds"), 1e-9),
    **dict.fromkeys(("us", "µs", "μs", "usec", "microseconds"), 1e-6),
    **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds", "millisekunden"), 1e-3),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sek", "sekunden"), 1.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuten"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "stunden"), 3600.0),
}
MISSING = {
    *("", "-", "--", "\u2013", "\u2014", "?", "n/a", "n.a.", "na", "#n/a", "nan", "null", "none"),
    *("k.a.", "k. a.", "tbd", "#div/0!"),
    *("oom", "out of memory", "failed", "timeout", "error"),
}
_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f'\u2019_")
_ABOUT = re.compile(r"^(~|≈|ca\.?|about|approx\.?|circa)\s*", re.IGNORECASE)
_UNIT = re.compile(r"\s*([a-zµμ]+)\.?$", re.IGNORECASE)
_SPREAD = re.compile(r"\s*(±|\+/-|\+-|\()")
_RANGE = re.compile(r"(?<=\d)\s*(?:-|\u2013|\u2014|\.\.+|\bto\b|\bbis\b)\s*(?=\d)")
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,]\d{3})+")
_TOKEN = re.compile(r"\d[\d.,]*\d")


class Given(NamedTuple):
    """A number, and the text that it was made of where that says more or less than one number."""

    value: float
    told: str = ""


class NumberError(ValueError):
    """Why a text is no number that can be used."""


def decimal_of(texts: Iterable[str]) -> Decimal | None:
    """Return which mark stands before the decimals of these numbers; None: they do not tell.

    Raises NumberError where some numbers say the one and some the other.
    """
    marks: dict[Decimal, str] = {}
    unclear = False
    for text in texts:
        for token in _TOKEN.findall(text):
            mark = _mark(token)
            unclear |= mark is None and any(one in token for one in ".,")
            if mark:
                marks.setdefault(mark, token)
    if len(marks) > 1:
        words = f"has the decimal point of {marks['point']} and the comma of {marks['comma']}"
        raise NumberError(words)
    return next(iter(marks), None if unclear else "point")


def _mark(token: str) -> Decimal | None:
    """What a single number shows: the last of two marks, or one that cannot be of thousands."""
    last = max(token.rfind("."), token.rfind(","))
    if last < 0:
        return None
    name: Decimal = "comma" if token[last] == "," else "point"
    other: Decimal = "point" if name == "comma" else "comma"
    if len({*token} & {*".,"}) == 2:
        return name
    if token.count(token[last]) > 1:
        return other
    return None if _GROUPED.fullmatch(token) else name


def number(text: str, decimal: Decimal, factor: float | None = None) -> Given | None:
    """Return the number that a text gives; None: nothing.

    It is in seconds by its own unit of time, or else by the column's `factor`; without one no unit
    is taken. Of a range it is the middle. Raises NumberError otherwise.
    """
    own = text.strip()
    if own.lower() in MISSING:
        return None
    if own[:1] in "<>≤≥":
        raise NumberError("is a bound, not a measurement")
    bare = _ABOUT.sub("", own)
    bare, factor = _without_unit(bare, factor)
    told = own if bare != own and _ABOUT.match(own) else ""
    if (spread := _SPREAD.search(bare)) and spread.start():
        bare, factor = _without_unit(bare[: spread.start()], factor)
        told = own
    ends = _RANGE.split(bare)
    if len(ends) == 2:
        low, high = (_plain(end, decimal) for end in ends)
        if not low < high:
            raise NumberError("is no range: its ends do not ascend")
        return Given((low + high) / 2 * (factor or 1.0), told=own)
    return Given(_plain(bare, decimal) * (factor or 1.0), told)


def _without_unit(text: str, factor: float | None) -> tuple[str, float | None]:
    found = _UNIT.search(text)
    if found is None or not any(map(str.isdigit, text[: found.start()])):
        return text, factor
    unit = found[1].lower()
    if factor is None:
        raise NumberError(f"has the unit {found[1]}: only a number is meant here")
    if unit not in UNITS:
        raise NumberError(f"has the unit {found[1]}, which is no unit of time")
    return text[: found.start()], UNITS[unit]


def _plain(text: str, decimal: Decimal) -> float:
    """A number without anything beside it; thousands may be grouped."""
    bare = text.translate(_SPACES)
    thousands, mark = (".", ",") if decimal == "comma" else (",", ".")
    whole, found, rest = bare.partition(mark)
    if thousands in whole and _GROUPED.fullmatch(whole):
        whole = whole.replace(thousands, "")
    try:
        value = float(f"{whole}.{rest}" if found else whole)
    except ValueError:
        value = math.nan
    if not (bare.isascii() and math.isfinite(value)) or {thousands, mark} & {*whole, *rest}:
        raise NumberError("is no number")
    return value
