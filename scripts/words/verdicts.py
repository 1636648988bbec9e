"""Verdicts in sentences: what a reader should know first about one workload and device pair."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.read.text import counted, expected_count, times

Crossover = Mapping[Any, Any] | pd.Series  # one row of `crossovers`
NOT_COMPARED = ("not measured", "suspect")

_WARM = {
    "interval": "slower than the CPU up to batch size {lower} and faster from {upper} on",
    "never": "slower than the CPU wherever that is decided, up to the largest batch size, {lower}",
    "always": "faster than the CPU wherever that is decided, from the smallest batch size, {upper},"
    " on",
    "above the grid": "slower than the CPU up to batch size {lower}; nothing is decided above",
    "below the grid": "faster than the CPU from batch size {upper} on; nothing is decided below",
    "reverse": "faster than the CPU up to batch size {lower} and slower from {upper} on",
    "several": "now slower, now faster than the CPU as the batch size grows: {crossings}",
    "too close": "too close to the CPU to call it slower or faster at every measured batch size",
    "undecided": "not decided to be slower or faster than the CPU at any batch size",
}
_SHORT = {
    "interval": "between {lower} and {upper}",
    "never": "none (slower up to {lower})",
    "always": "none (faster from {upper} on)",
    "above the grid": "above {lower}, if any",
    "below the grid": "below {upper}, if any",
    "reverse": "reversed (faster to {lower}, slower from {upper})",
    "several": "several: {crossings}",
}


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
        slower = (own["verdict"] == "gpu slower").sum()
        parts.append(f"in {slower} of {counted(len(own), 'compared cell')} {words}")
    return f"{label} is slower than {cpu} {' and '.join(parts)}."


def answer(verdicts: pd.DataFrame, crossovers: pd.DataFrame) -> str:
    """The answer for one workload and pair, in two sentences: warm training, then with its start.

    `verdicts` and `crossovers` are the pair's rows, of both scopes.
    """
    compared = verdicts[~verdicts["verdict"].isin(NOT_COMPARED)]
    if compared.empty:
        return "No cell could be compared with the CPU."
    warm = crossovers[crossovers["scope"] == "warm"].iloc[0]
    total = compared[compared["scope"] == "total"]
    parts = []
    if warm["kind"] in _WARM:
        parts.append(f"Once warm, it is {_filled(_WARM[warm['kind']], warm)}.")
    if len(total):
        parts.append(f"Cold start included, it is {_counts(total)}.")
    return " ".join(parts)


def crossover_words(crossover: Crossover) -> str:
    """A crossover batch size in few words, for a table's cell."""
    kind = str(crossover["kind"])
    return _filled(_SHORT.get(kind, kind), crossover)


def break_even_words(row: dict[Any, Any]) -> str:
    """Break-even epochs in few words: `14 [11, 18]`, `never`, `from the first epoch`."""
    kind = str(row["kind"])
    if kind not in ("after", "until"):
        return kind
    upper = "∞" if pd.isna(row["upper"]) else row["upper"]
    until = "faster until " if kind == "until" else ""
    return f"{until}{row['epochs']} [{row['lower']}, {upper}]"


def ratio_words(row: dict[Any, Any]) -> str:
    """A ratio with its interval: `1.20x [1.18, 1.22]`; empty where nothing was measured."""
    if pd.isna(row["ratio"]):
        return ""
    if pd.isna(row["lo"]):
        return times(row["ratio"])
    return f"{times(row['ratio'])} [{times(row['lo'])[:-1]}, {times(row['hi'])[:-1]}]"


def expected_words(expected: float, decided: int) -> str:
    """How many verdicts may be wrong by chance."""
    most = expected_count(expected)
    return f"Of {counted(decided, 'verdict')}, at most {most} are expected to be wrong."


def absences(rounds: pd.DataFrame) -> list[str]:
    """A line a device and reason: which batch sizes have no time, and what was said.

    `rounds` are the rows of one workload on one machine.
    """
    absent = rounds[rounds["block"].isna()]
    lines = []
    for (device, reason), own in absent.groupby(["device", "reason"], sort=False):
        details = sorted({text for text in own["detail"] if text})
        detail = f" ({details[0]})" if details else ""
        more = f" and {len(details) - 1} more" if len(details) > 1 else ""
        lines.append(f"{device}: {reason} at {_sizes(own, rounds)}{detail}{more}")
    return lines


def _filled(text: str, crossover: Crossover) -> str:
    crossings = str(crossover["crossings"]).replace("gpu ", "")
    return text.format(lower=crossover["lower"], upper=crossover["upper"], crossings=crossings)


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


def _counts(verdicts: pd.DataFrame) -> str:
    """`slower in 9 cells, faster in 2 and undecided in 1 of 12 compared`."""
    counts = verdicts["verdict"].value_counts()
    words = {"gpu slower": "slower", "gpu faster": "faster"}
    parts = [
        f"{words.get(word, word)} in {counts[word]}"
        for word in ("gpu slower", "gpu faster", "too close", "undecided")
        if word in counts
    ]
    joined = " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    return f"{joined} of {counted(len(verdicts), 'compared cell')}"
