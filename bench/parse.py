"""What is typed after a flag, as values: each wrong one is a `pytest.UsageError` that names it."""

import re

import pytest

MOST_WHOLE = 2**31 - 1


def names(flag: str, value: str) -> tuple[str, ...]:
    """Different names between commas."""
    typed = tuple(name.strip() for name in value.split(","))
    if not all(typed):
        raise pytest.UsageError(f"{flag} {value!r}: an empty name; separate names by one comma")
    for name in typed:
        if typed.count(name) > 1:
            raise pytest.UsageError(f"{flag} {value}: {name} is named twice; name it once")
    return typed


def known(flag: str, typed: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The names, each of which is allowed."""
    for name in typed:
        if name not in allowed:
            raise pytest.UsageError(f"{flag} {name}: none of {', '.join(allowed)}")
    return typed


def all_or_names(
    flag: str, value: str | None, default: tuple[str, ...], *, of: tuple[str, ...], noun: str
) -> tuple[str, ...]:
    """`all` of them, or some by name."""
    if value is None:
        return default
    if value == "all":
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
    """A whole number from `least` to `most`."""
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
    """Different whole numbers between commas, ascending."""
    if value is None:
        return default
    typed = {integer(flag, item, 0, least=least, most=most) for item in names(flag, value)}
    return tuple(sorted(typed))


def positive(flag: str, value: str) -> float:
    """A number above 0."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise pytest.UsageError(f"{flag} {value or 'nothing'}: takes a number above 0")
    return number


def positive_if_typed(flag: str, value: str | None) -> float | None:
    """A number above 0; None where nothing was typed."""
    return None if value is None else positive(flag, value)
