"""What is typed after a flag, as values: each wrong one is a `pytest.UsageError` that names it."""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

import pytest

from bench.grid import MOST_EPOCHS
from bench.meant import meant
from bench.workloads import WORKLOAD_NAMES, file_of, is_own, name_of

MOST_WHOLE = 2**31 - 1
MOST = 1e9
"""Of seconds, rates and scores: whoever reads a result knows no larger ones."""
MOST_NAMES = 4096
LONGEST_SHOWN = 200
ALL = "all"

T = TypeVar("T")


def as_typed(flag: str, value: str | None, default: Any) -> Any:
    """Returns what was typed, which pytest has checked, or a name."""
    if value is not None and not value.strip():
        raise wrong(flag, repr(value), "an empty name")
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


def wrong(flag: str, value: str, what: str) -> pytest.UsageError:
    """Returns the one line about a wrong value; of a long one its beginning is told."""
    short = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}..."
    return pytest.UsageError(f"{flag} {short if short.isprintable() else ascii(short)}: {what}")


def names(flag: str, value: str, *, most: int = MOST_NAMES) -> tuple[str, ...]:
    """Returns different names between commas, of which there are not too many."""
    typed = tuple(name.strip() for name in value.split(","))
    if not all(typed):
        raise wrong(flag, repr(value), "an empty name; separate names by one comma")
    if len(typed) > most:
        raise wrong(flag, value, f"{len(typed)} are more than {most}")
    return once(flag, value, typed)


def once(flag: str, value: str, typed: Iterable[T]) -> tuple[T, ...]:
    """Returns what was typed, none of it twice: `8` and `08` are one number."""
    seen: dict[T, None] = {}
    for one in typed:
        if one in seen:
            raise wrong(flag, value, f"{one} is named twice; name it once")
        seen[one] = None
    return tuple(seen)


def names_or(flag: str, value: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Returns different names between commas."""
    return default if value is None else names(flag, value)


def known(flag: str, typed: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the names, each of which is allowed."""
    for name in typed:
        if name not in allowed:
            raise wrong(flag, name, f"none of {', '.join(allowed)}")
    return typed


def some(flag: str, value: str, noun: str) -> tuple[str, ...]:
    """Returns different names, none of which is all."""
    typed = names(flag, value)
    if ALL in typed:
        raise wrong(flag, value, f"{ALL} stands for every {noun} of ours; name only {ALL}, or some")
    return typed


def refusal(typed: str) -> str | None:
    """Says why what was typed names no workload; None where it does."""
    if not is_own(typed):
        if typed in WORKLOAD_NAMES:
            return None
        hint = f"; write {typed}:make for its function make" * typed.endswith(".py")
        hint = hint or meant(typed, WORKLOAD_NAMES)
        return f"no such workload{hint}; one of: all, {', '.join(WORKLOAD_NAMES)}, file.py:function"
    name = name_of(typed)
    if not file_of(typed).is_file():
        return "there is no such file"
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,59}", name, re.ASCII):
        return "name the file by at most 60 letters, digits, _ and -: reports are named after it"
    if name in WORKLOAD_NAMES:
        return f"a built-in workload is called {name} as well; rename the file"
    return None


def workload_names(flag: str, value: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Returns built-in workloads by name or all, and somebody's own as they were typed."""
    if value is None:
        return default
    if value == ALL:
        return WORKLOAD_NAMES
    typed = some(flag, value, "workload")
    for one in typed:
        if why := refusal(one):
            raise wrong(flag, one, why)
    called = [name_of(one) for one in typed]
    for name, one in zip(called, typed, strict=True):
        if called.count(name) > 1:
            raise pytest.UsageError(f"{flag} {one}: another one is called {name} too; rename it")
    return typed


def integer(
    flag: str, value: str | None, default: int, *, least: int = 1, most: int = MOST_WHOLE
) -> int:
    """Returns a whole number from `least` to `most`."""
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,12}", value) or not least <= int(value) <= most:
        raise wrong(flag, value, f"takes whole numbers from {least} to {most}")
    return int(value)


def integers(
    flag: str,
    value: str | None,
    default: tuple[int, ...],
    *,
    least: int = 1,
    most: int = MOST_WHOLE,
    count: int = MOST_NAMES,
) -> tuple[int, ...]:
    """Returns different whole numbers between commas, ascending."""
    if value is None:
        return default
    typed = names(flag, value, most=count)
    whole = (integer(flag, item, 0, least=least, most=most) for item in typed)
    return tuple(sorted(once(flag, value, whole)))


def positive(flag: str, value: str) -> float:
    """Returns a number above 0."""
    try:
        number = float(value) if value.isascii() and "_" not in value else 0.0
    except ValueError:
        number = 0.0
    if not 0.0 < number <= MOST:
        raise wrong(flag, value or "nothing", f"takes a number above 0, at most {MOST:g}")
    return number


def positive_or(flag: str, value: str | None, default: float | None) -> float | None:
    """Returns a number above 0."""
    return default if value is None else positive(flag, value)


def epochs_or_all(flag: str, value: str | None, default: int) -> int | str:
    """Returns the epochs that a worker trains, or ALL that are asked about."""
    if value is None or value == ALL:
        return value or default
    if not re.fullmatch(r"[0-9]{1,12}", value) or not 1 <= int(value) <= MOST_EPOCHS:
        raise wrong(flag, value, f"takes whole numbers from 1 to {MOST_EPOCHS}, or {ALL}")
    return int(value)
