"""Verdicts, crossovers and break-even in words: each kind of answer is worded here only."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.break_even import AFTER, UNTIL
from scripts.judge.crossover import ABOVE, ALWAYS, BELOW, INTERVAL, NEVER, REVERSE, SEVERAL
from scripts.judge.rule import (
    CLOSE,
    DECIDED,
    NOT_MEASURED,
    SLOWER,
    SUSPECT,
    UNDECIDED,
)
from scripts.judge.verdicts import expected_wrong
from scripts.read.text import counted, expected_count, times
from scripts.words.names import listed

Row = Mapping[Any, Any] | pd.Series
NOT_COMPARED = (NOT_MEASURED, SUSPECT)

_KINDS = {
    INTERVAL: (
        "between {lower} and {upper}",
        "is slower than the CPU up to batch size {lower} and faster from {upper} on",
    ),
    NEVER: (
        "none (slower up to {lower})",
        "is slower than the CPU wherever that is decided, up to the largest batch size, {lower}",
    ),
    ALWAYS: (
        "none (faster from {upper} on)",
        "is faster than the CPU wherever that is decided, from the smallest batch size, {upper}, "
        "on",
    ),
    ABOVE: (
        "above {lower}, if any",
        "is slower than the CPU up to batch size {lower}; nothing is decided above",
    ),
    BELOW: (
        "below {upper}, if any",
        "is faster than the CPU from batch size {upper} on; nothing is decided below",
    ),
    REVERSE: (
        "reversed (faster to {lower}, slower from {upper})",
        "is faster than the CPU up to batch size {lower} and slower from {upper} on",
    ),
    SEVERAL: (
        "several: {crossings}",
        "is now slower, now faster than the CPU as the batch size grows: {crossings}",
    ),
    CLOSE: (
        CLOSE,
        "is too close to the CPU to call it slower or faster at every measured batch size",
    ),
    UNDECIDED: (
        UNDECIDED,
        "is not decided to be slower or faster than the CPU at any batch size",
    ),
    NOT_MEASURED: (NOT_MEASURED, "could not be compared with the CPU"),
}
"""What each kind of crossover is called: in a cell of a table, and in a sentence after "it"."""


def crossover_words(curve: Row) -> str:
    """A row of `crossovers` in few words, for a table's cell."""
    return _kind_words(curve)[0]


def curve_words(curve: Row) -> str:
    """The same after "it": `is slower than the CPU up to batch size 8 and faster from 32 on`."""
    return _kind_words(curve)[1]


def _kind_words(curve: Row) -> list[str]:
    crossings = str(curve["crossings"]).replace("gpu ", "")
    known = {"lower": curve["lower"], "upper": curve["upper"], "crossings": crossings}
    return [text.format(**known) for text in _KINDS[str(curve["kind"])]]


def headline(label: str, cpu: str, verdicts: pd.DataFrame) -> str:
    """The first sentence about a device pair on a machine, all its workloads together."""
    compared = verdicts[~verdicts["verdict"].isin(NOT_COMPARED)]
    if compared.empty:
        why = verdicts["verdict"].value_counts()
        counts = ", ".join(f"{count} {word}" for word, count in why.items())
        return f"{label} could not be compared with {cpu} ({counts})."
    parts = []
    for scope, words in (("total", "cold start included"), ("warm", "once warm")):
        own = compared[compared["scope"] == scope]
        slower = (own["verdict"] == SLOWER).sum()
        parts.append(f"in {slower} of {counted(len(own), 'compared cell')} {words}")
    return f"{label} is slower than {cpu} {' and '.join(parts)}."


def answer(verdicts: pd.DataFrame, curves: pd.DataFrame) -> str:
    """The answer for one workload and pair: warm training, then with its cold start.

    `verdicts` and `curves` (rows of `crossovers`) are the pair's, of both scopes.
    """
    if verdicts["verdict"].isin(NOT_COMPARED).all():
        return "No cell could be compared with the CPU."
    warm = curves[curves["scope"] == "warm"].iloc[0]
    return f"Once warm, it {curve_words(warm)}.{_totals(verdicts)}"


def pair_answer(verdicts: pd.DataFrame, curves: pd.DataFrame) -> str:
    """The same of all workloads of a pair, those that could not be compared last."""
    warm = verdicts[verdicts["scope"] == "warm"]
    own = curves[curves["scope"] == "warm"]
    by_words: dict[str, list[str]] = {}
    for curve in own.sort_values(
        "kind", key=lambda kinds: kinds == NOT_MEASURED, kind="stable"
    ).to_dict("records"):
        cells = warm[warm["workload"] == curve["workload"]]
        name = f"{curve['workload']}{_edges(cells, curve)}"
        by_words.setdefault(curve_words(curve), []).append(name)
    parts = [f"{words} ({listed(names)})" for words, names in by_words.items()]
    return f"once warm, it {'; it '.join(parts)}.{_totals(verdicts)}"


def _edges(cells: pd.DataFrame, curve: Row) -> str:
    """`: 2.0x [1.9, 2.1] at 8, 0.52x [0.50, 0.54] at 512`: the ratios at a crossover's ends."""
    ends = cells[cells["batch_size"].isin([curve["lower"], curve["upper"]])]
    rows = ends.sort_values("batch_size").to_dict("records")
    parts = [f"{ratio_words(row)} at {row['batch_size']}" for row in rows]
    return f": {', '.join(parts)}" if parts else ""


def _totals(verdicts: pd.DataFrame) -> str:
    """` Cold start included, it is slower in 9 and undecided in 1 of 10 compared cells.`"""
    own = verdicts[(verdicts["scope"] == "total") & ~verdicts["verdict"].isin(NOT_COMPARED)]
    counts = own["verdict"].value_counts()
    words = [
        f"{word.removeprefix('gpu ')} in {counts[word]}"
        for word in (*DECIDED, UNDECIDED)
        if word in counts
    ]
    of = counted(len(own), "compared cell")
    return f" Cold start included, it is {listed(words)} of {of}." if words else ""


def sureness(cells: pd.DataFrame, curve: Row) -> str:
    """The verdicts that carry a warm crossover, with their intervals; empty where none does.

    `cells` are the pair's verdicts, `curve` its warm row of `crossovers`.
    """
    carried = {int(size) for size in str(curve["rests_on"]).split(", ") if size}
    warm = cells[(cells["scope"] == "warm") & cells["batch_size"].isin(carried)]
    rows = warm.sort_values("batch_size").to_dict("records")
    if not rows:
        return ""
    if curve["kind"] not in (INTERVAL, REVERSE, SEVERAL):
        rows = [rows[0], *rows[1:][-1:]]
    parts = [f"{ratio_words(row)} at batch size {row['batch_size']}" for row in rows]
    blocks = [int(row["blocks"]) for row in rows]
    ends = dict.fromkeys([min(blocks), max(blocks)])
    return (
        f"GPU seconds over CPU seconds, with 95 % intervals: {listed(parts)}; "
        f"{' to '.join(map(str, ends))} blocks, "
        f"a difference counts beyond {rows[0]['margin']:.0%}."
    )


def sure_words(verdicts: pd.DataFrame) -> str:
    """How many comparisons got a verdict, and how many of these may be wrong by chance."""
    decided = int(verdicts["verdict"].isin(DECIDED).sum())
    withheld = int((verdicts["verdict"] == SUSPECT).sum())
    wrong = expected_count(expected_wrong(verdicts))
    return (
        f"Of {counted(len(verdicts), 'comparison')}, {decided} got a verdict; "
        f"at most {wrong} of these are expected to be wrong"
        f"{f', and {withheld} were withheld as suspect' if withheld else ''}."
    )


def break_even_words(row: Mapping[Any, Any]) -> str:
    """Break-even epochs in few words: `14 [11, 18]`, `never`, `from the first epoch`."""
    kind = str(row["kind"])
    if kind not in (AFTER, UNTIL):
        return kind
    upper = "∞" if pd.isna(row["upper"]) else row["upper"]
    until = "faster until " if kind == UNTIL else ""
    return f"{until}{row['epochs']} [{row['lower']}, {upper}]"


def ratio_words(row: Mapping[Any, Any], *, of: str = "") -> str:
    """A row's ratio with its interval, `of` being what the columns' names begin with."""
    return factor_words(*(row[f"{of}{name}"] for name in ("ratio", "lo", "hi")))


def factor_words(ratio: float | None, low: float | None, high: float) -> str:
    """`1.20x [1.18, 1.22]`; empty where nothing was measured."""
    if pd.isna(ratio):
        return ""
    interval = "" if pd.isna(low) else f" [{times(low)[:-1]}, {times(high)[:-1]}]"
    return f"{times(ratio)}{interval}"


def absences(rounds: pd.DataFrame) -> list[str]:
    """A line per device and reason: which batch sizes have no time, and what was said.

    `rounds` are the rows of one workload on one machine.
    """
    absent = rounds[rounds["block"].isna()]
    lines = []
    for (device, reason), own in absent.groupby(["device", "reason"], sort=False):
        details = sorted(set(filter(None, own["detail"])))
        detail = f" ({details[0]})" if details else ""
        more = f" and {len(details) - 1} more" if len(details) > 1 else ""
        lines.append(f"{device}: {reason} at {_sizes(own, rounds)}{detail}{more}")
    return lines


def _sizes(absent: pd.DataFrame, rounds: pd.DataFrame) -> str:
    """The absent cells' batch sizes; numbers of epochs only where some others have a time."""
    epochs = {size: set(own["epochs"]) for size, own in rounds.groupby("batch_size")}
    parts = []
    for size, own in absent.groupby("batch_size"):
        gone = set(own["epochs"])
        some = f" ({', '.join(map(str, sorted(gone)))} epochs)" if gone != epochs[size] else ""
        parts.append(f"{size}{some}")
    if len(parts) == len(epochs) and not any("(" in part for part in parts):
        return "every batch size"
    return f"batch size {', '.join(parts)}"
