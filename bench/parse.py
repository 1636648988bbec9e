"""What is typed after a flag, as values: each wrong one is a `pytest.UsageError` that names it."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from bench.grid import MOST_EPOCHS

MOST_WHOLE = 2**31 - 1
ALL = "all"


def as_typed(_flag: str, value: str | None, default: Any) -> Any:
    """Returns what was typed, which pytest has checked."""
    return default if value is None else value


class Option(NamedTuple):
    """An option that takes a value: `read(flag, typed or None, default)`; no default: the preset's.

    `choices` are checked by pytest; `said` is the default in words, where it is not the value.
    """

    help: str
    read: Callable[[str, str | None, Any], Any] = as_typed
    default: Any = ...
    choices: tuple[str, ...] | None = None
    said: str = ""

    def text(self) -> str:
        """Returns its line of help."""
        usual = "the preset's" if self.default is ... else self.default
        return f"{self.help} (default: {self.said or usual})"


def names(flag: str, value: str) -> tuple[str, ...]:
    """Returns different names between commas."""
    typed = tuple(name.strip() for name in value.split(","))
    if not all(typed):
        raise pytest.UsageError(f"{flag} {value!r}: an empty name; separate names by one comma")
    for name in typed:
        if typed.count(name) > 1:
            raise pytest.UsageError(f"{flag} {value}: {name} is named twice; name it once")
    return typed


def names_or(flag: str, value: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Returns different names between commas."""
    return default if value is None else names(flag, value)


def known(flag: str, typed: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the names, each of which is allowed."""
    for name in typed:
        if name not in allowed:
            raise pytest.UsageError(f"{flag} {name}: none of {', '.join(allowed)}")
    return typed


def all_or_names(
    flag: str, value: str | None, default: tuple[str, ...], *, of: tuple[str, ...], noun: str
) -> tuple[str, ...]:
    """Returns all of them, or some by name."""
    if value is None:
        return default
    if value == ALL:
        return of
    typed = names(flag, value)
    for name in typed:
        if name not in of:
            allowed = ", ".join(of)
            raise pytest.UsageError(f"{flag} {name}: no such {noun}; one of: all, {allowed}")
    return typed


def integer(
    flag: str, value: str | None, default: int, *, least: int = 1, most: int = MOST_WHOLE
) -> int:
    """Returns a whole number from `least` to `most`."""
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,12}", value) or not least <= int(value) <= most:
        raise pytest.UsageError(f"{flag} {value}: takes whole numbers from {least} to {most}")
    return int(value)


def integers(
    flag: str,
    value: str | None,
    default: tuple[int, ...],
    *,
    least: int = 1,
    most: int = MOST_WHOLE,
) -> tuple[int, ...]:
    """Returns different whole numbers between commas, ascending."""
    if value is None:
        return default
    typed = {integer(flag, item, 0, least=least, most=most) for item in names(flag, value)}
    return tuple(sorted(typed))


def positive(flag: str, value: str) -> float:
    """Returns a number above 0."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise pytest.UsageError(f"{flag} {value or 'nothing'}: takes a number above 0")
    return number


def positive_or(flag: str, value: str | None, default: float | None) -> float | None:
    """Returns a number above 0."""
    return default if value is None else positive(flag, value)


def epochs_or_all(flag: str, value: str | None, default: int) -> int | str:
    """Returns the epochs that a worker trains, or ALL that are asked about."""
    if value is None or value == ALL:
        return value or default
    if not re.fullmatch(r"\d{1,12}", value) or not 1 <= int(value) <= MOST_EPOCHS:
        raise pytest.UsageError(
            f"{flag} {value}: takes whole numbers from 1 to {MOST_EPOCHS}, or {ALL}"
        )
    return int(value)
