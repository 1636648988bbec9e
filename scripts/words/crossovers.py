"""Crossover batch sizes in words: each kind, and the number beside it, is worded here only."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.crosses_at import OFTEN
from scripts.judge.crossover import ABOVE, ALWAYS, BELOW, INTERVAL, NEVER, REVERSE, SEVERAL
from scripts.judge.rule import CLOSE, FASTER, NOT_MEASURED, SLOWER, UNDECIDED
from scripts.read.text import interval

Row = Mapping[Any, Any] | pd.Series

_KINDS = {
    INTERVAL: (
        "between {lower} and {upper}",
        "is slower than {base} up to batch size {lower} and faster from {upper} on",
    ),
    NEVER: (
        "none (slower up to {lower})",
        "is slower than {base} wherever that is decided, up to the largest batch size, {lower}",
    ),
    ALWAYS: (
        "none (faster from {upper} on)",
        "is faster than {base} wherever that is decided, from the smallest batch size, {upper}, on",
    ),
    ABOVE: (
        "above {lower}, if any",
        "is slower than {base} up to batch size {lower}; nothing is decided above",
    ),
    BELOW: (
        "below {upper}, if any",
        "is faster than {base} from batch size {upper} on; nothing is decided below",
    ),
    REVERSE: (
        "reversed (faster to {lower}, slower from {upper})",
        "is faster than {base} up to batch size {lower} and slower from {upper} on",
    ),
    SEVERAL: (
        "several: {crossings}",
        "is now slower, now faster than {base} as the batch size grows: {crossings}",
    ),
    CLOSE: (
        CLOSE,
        "is too close to {base} to call it slower or faster at every measured batch size",
    ),
    UNDECIDED: (
        UNDECIDED,
        "is not decided to be slower or faster than {base} at any batch size",
    ),
    NOT_MEASURED: (NOT_MEASURED, "could not be compared with {base}"),
}
"""What each kind of crossover is called: in a cell of a table, and in a sentence after a side."""
_ONE_SIDED = {NEVER: SLOWER, ABOVE: SLOWER, ALWAYS: FASTER, BELOW: FASTER}


def crossover_words(curve: Row) -> str:
    """A row of `crossovers` in few words, for a table's cell: `between 32 and 128: 48 [32 to 71]`.

    A curve that crosses where only one side of the crossing is decided says which sizes that are.
    """
    number = number_words(curve)
    if number and (word := _ONE_SIDED.get(str(curve["kind"]))):
        return f"{number}; decided: {word} at {curve.get('rests_on')}"
    return ": ".join(filter(None, [_kind_words(curve)[0], number]))


def curve_words(curve: Row) -> str:
    """The same after a side: `is slower than cpu up to batch size 8 and faster from 32 on`."""
    return _kind_words(curve)[1]


def number_words(curve: Row) -> str:
    """`48 [32 to 71]`, `?` for an end beyond the grid; empty where there is no number."""
    ends = [curve.get(f"crosses_{end}") for end in ("at", "from", "to")]
    at, low, high = ("?" if end is None or pd.isna(end) else f"{end:.0f}" for end in ends)
    if at == "?":
        return ""
    return f"{at} {interval(low, high)}" if (low, high) != ("?", "?") else f"about {at}"


def number_sentence(curve: Row) -> str:
    """The crossover as a number, or why there is none although the verdicts change sides."""
    if words := number_words(curve):
        interval = "with a 95 % interval" if "[" in words else "a point without an interval"
        return f" The curve crosses at batch size {words}, {interval}."
    changes = curve["kind"] in (INTERVAL, REVERSE)
    often = changes and curve.get("crosses_note") == OFTEN
    return f" There is no single number: the curve {OFTEN}." if often else ""


def _kind_words(curve: Row) -> list[str]:
    known = {name: curve.get(name, "") for name in ("lower", "upper", "crossings", "base")}
    return [text.format(**known) for text in _KINDS[str(curve["kind"])]]
