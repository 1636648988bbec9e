"""Words and numbers as they are shown; text out of a result file is data and never trusted."""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator

MOST_MARKS = 4
"""Accents on one letter; dozens of them are drawn over the lines above and below."""
LONGEST_TEXT = 500
OPTIMIZERS = {
    "sgd": "SGD",
    "momentum": "SGD with momentum",
    "adam": "Adam",
    "adamw": "AdamW",
}
HALVES = {0xD800 + number: 0xF0000 + number for number in range(0x800)}
"""Half characters (lone surrogates), which JSON can hold and UTF-8 cannot, as private letters."""
_HALF = {chr(letter): chr(half) for half, letter in HALVES.items()}


def safe_text(text: object, *, longest: int = LONGEST_TEXT) -> str:
    """One printable line: control, format, surrogate and odd space characters become escapes.

    So no text out of a file can move the cursor, change colours, reverse the reading direction, add
    a line or draw over others. Text longer than `longest` characters ends in an ellipsis.
    """
    line = str(text)
    if len(line) > longest:
        line = line[: longest - 1] + "…"
    if line.isascii() and line.isprintable():
        return line
    return "".join(_visible(line))


def _visible(line: str) -> Iterator[str]:
    marks = 0
    for character in line:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if character.isprintable() and marks <= MOST_MARKS:
            yield character
        else:
            yield _HALF.get(character, character).encode("unicode_escape").decode("ascii")


def wrapped(text: str, columns: int, *, whole: bool = False) -> list[str]:
    """The text in lines of so many columns, no name broken at its hyphens: `cnn-series`.

    `whole`: a word that is longer than a line is not broken either.
    """
    return textwrap.wrap(text, columns, break_on_hyphens=False, break_long_words=not whole)


def filled(text: str, columns: int, *, whole: bool = False) -> str:
    """The same lines as one text."""
    return "\n".join(wrapped(text, columns, whole=whole))


def file_stem(*parts: object) -> str:
    """A file name without its ending: ASCII letters, digits, dots, hyphens; never hidden."""
    words = [re.sub(r"[^A-Za-z0-9.]+", "-", str(part)).strip("-.") for part in parts]
    return "-".join(re.sub(r"\.{2,}", ".", word)[:60] or "unnamed" for word in words)


def file_stems(names: Iterable[str]) -> dict[str, str]:
    """A safe file name for each of the names, different ones even where capitals do not count."""
    taken: set[str] = set()
    return {name: untaken(file_stem(name), taken) for name in names}


def untaken(name: str, taken: set[str]) -> str:
    """The name, or `name-2`, `name-3` before its ending, whichever is not taken; takes it."""
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    unique, number = name, 1
    while unique.lower() in taken:
        number += 1
        unique = f"{stem}-{number}{dot}{ending}"
    taken.add(unique.lower())
    return unique


def distinct(names: Iterable[str]) -> list[str]:
    """The same names in the same order, repeated ones numbered: `a`, `a (2)`, `a (3)`."""
    taken: set[str] = set()
    answer = []
    for name in names:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name} ({number})"
        taken.add(unique)
        answer.append(unique)
    return answer


def device_label(device: str, *, accelerator: str = "", software: bool = False) -> str:
    """What a device is called in words: a software rasteriser is never called anything else."""
    if software:
        renderer = accelerator.partition(" (")[0] or "unnamed"
        return f"{device} ({renderer}, a software rasteriser)"
    return f"{device} ({accelerator})" if accelerator else device


def optimizer_name(optimizer: str) -> str:
    """An optimiser as it is written in prose."""
    return OPTIMIZERS.get(optimizer, optimizer)


def seconds_in_words(seconds: float) -> str:
    """Three significant digits with a unit that fits: `1.25 ms`, `61.0 s`."""
    number, unit = _scaled(seconds)
    return f"{_three_digits(number)} {unit}"


def in_unit(seconds: float) -> tuple[float, str]:
    """The same number and its unit: `1.25, "ms"`."""
    number, unit = _scaled(seconds)
    return float(_three_digits(number).replace(",", "")), unit


def _scaled(seconds: float) -> tuple[float, str]:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if abs(seconds) >= size:
            return seconds / size, unit
    return seconds / 1e-6, "µs"


def times(ratio: float) -> str:
    """A ratio of seconds as a factor, short: `3.2x`, `0.41x`, `1,280x`."""
    decimals = 0 if ratio >= 9.95 else 1 if ratio >= 1.995 else 2
    return f"{ratio:,.{decimals}f}x"


def interval(low: object, high: object) -> str:
    """`[679 to 1,170]`: no comma between numbers that have commas of their own."""
    return f"[{low} to {high}]"


def counted(number: int, noun: str) -> str:
    """`1 cell`, `2 cells`, `1,000 cells`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def short_number(number: float) -> str:
    """Three digits, more where it is large, but never an exponent: `2.5`, `939`, `1,170`."""
    return f"{number:.3g}" if abs(number) < 999.5 else f"{number:,.0f}"


def _three_digits(number: float) -> str:
    decimals = 0 if abs(number) >= 99.95 else 1 if abs(number) >= 9.995 else 2
    return f"{number:,.{decimals}f}"
