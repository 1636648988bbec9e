"""Remedies and the ladder in sentences: what would make a cell faster, and by how much."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.rule import CLOSE, SUSPECT, UNDECIDED
from scripts.read.text import counted, times
from scripts.why.ladder import COURSE, LEAN, largest_step
from scripts.words.names import sizes_words
from scripts.words.verdicts import break_even_words, ratio_words

_SHARE_NAMED = 0.5
"""A rung that saves less of the gap than this is not called most of it."""


def remedy_words(row: Mapping[Any, Any]) -> str:
    """A row of `remedies` in words: `1.50x [1.45, 1.56] faster, pays off from the first epoch`.

    What the plain cell has already is told by what leaving it out costs.
    """
    word, gain = row["verdict"], _factor(row, slower=False)
    if word in (CLOSE, UNDECIDED):
        words = f"{word} ({gain})"
    elif word == SUSPECT:
        words = f"{word} ({gain}; {row['reason']})" if gain else f"{word} ({row['reason']})"
    elif word == "slower":
        words = f"{_factor(row, slower=True)} slower"
    elif word == "faster":
        words = f"{gain} faster"
        words += f", {_pays_off(row)}" if row["pays_off"] else ""
    else:
        words = str(row["reason"])
    if not row["applied"] or pd.isna(row["gain"]):
        return words
    than = " than without it" if word in ("faster", "slower") else ""
    return f"on already: {words}{than}"


def _factor(row: Mapping[Any, Any], *, slower: bool) -> str:
    """The factor with its interval; `slower`: of the seconds instead of the gain."""
    ends = ("gain", "hi", "lo") if slower else ("gain", "lo", "hi")
    values = [1 / row[name] if slower else row[name] for name in ends]
    return ratio_words(dict(zip(("ratio", "lo", "hi"), values, strict=True)))


def _pays_off(row: Mapping[Any, Any]) -> str:
    """From when on the remedy has earned back its longer cold start."""
    kind = str(row["pays_off"])
    even = break_even_words(dict(row) | {"kind": kind})
    if kind == "after":
        return f"pays off after {even} epochs"
    if kind == "until":
        return even
    return f"pays off {even}" if kind in ("never", "from the first epoch") else f"pay-off {even}"


def best_remedies(remedies: pd.DataFrame) -> pd.DataFrame:
    """The best remedy of each cell that has one: the largest surely gained factor."""
    helping = remedies[
        (remedies["kind"] == "remedy") & (remedies["verdict"] == "faster") & ~remedies["applied"]
    ]
    cell = ["file", "workload", "batch_size", "device", "threads"]
    return helping.sort_values("lo", ascending=False).drop_duplicates(cell).sort_values(cell)


def remedy_line(remedies: pd.DataFrame) -> str:
    """The best remedy of one workload on one device; empty where none was timed."""
    tried = remedies[(remedies["kind"] == "remedy") & ~remedies["applied"]]
    tried = tried[tried["gain"].notna()]
    if tried.empty:
        return ""
    best = best_remedies(remedies)
    names = ", ".join(sorted(tried["remedy"].unique()))
    if (tried["verdict"] == SUSPECT).all():
        return f"No verdict on any remedy ({names}): the measurements are suspect."
    if best.empty:
        return f"No remedy made it surely faster ({names})."
    parts = [
        f"{name} at {sizes_words(own['batch_size'], tried['batch_size'])} ({_gains(own)})"
        for name, own in best.groupby("remedy", sort=False)
    ]
    return f"Best remedy: {'; '.join(parts)}."


def batch_line(remedies: pd.DataFrame) -> str:
    """What a larger batch size of the grid would save, from the smallest one on."""
    larger = remedies[(remedies["kind"] == "batch size") & (remedies["verdict"] == "faster")]
    if larger.empty:
        return ""
    smallest = larger[larger["batch_size"] == larger["batch_size"].min()]
    row = smallest.sort_values("lo").iloc[-1]
    size = row["remedy"].rpartition("-")[2]
    return (
        f"An epoch at batch size {size} is {times(row['gain'])} faster than at {row['batch_size']} "
        "(fewer, larger steps: it learns differently)."
    )


def _gains(rows: pd.DataFrame) -> str:
    """The gains of one remedy: with its interval at a single batch size, else from to."""
    if len(rows) == 1:
        row = rows.iloc[0].to_dict()
        when = f", {_pays_off(row)}" if row["pays_off"] == "after" else ""
        return f"{_factor(row, slower=False)} faster{when}"
    gain, late = _span(rows["gain"]), rows["epochs"].dropna()
    if not len(late):
        return f"{gain} faster"
    least, most = int(late.min()), int(late.max())
    after = counted(least, "epoch") if least == most else f"{least} to {most} epochs"
    return f"{gain} faster, pays off after {after}"


def ladder_line(ladder: pd.DataFrame) -> str:
    """The loop that is taught against the lean one, cell by cell; empty where it was not measured.

    `ladder` are the rows of one workload and device. In a run of the course loop the lean one is
    the other end.
    """
    top = ladder[(ladder["rung"] == COURSE) & ladder["times"].notna()]
    other = ladder[(ladder["rung"] == LEAN) & (ladder["verdict"] == "faster")]
    if len(other):
        parts = _at_sizes(other, faster=True)
        return f"The lean loop is faster: {', '.join(parts)}.{_most_of_it(ladder)}"
    if top.empty:
        return ""
    longer = top[top["verdict"] == "slower"]
    parts = [f"takes {', '.join(_at_sizes(longer, faster=False))}"] if len(longer) else []
    parts += [
        f"is {word} at {sizes_words(own['batch_size'], top['batch_size'])}"
        for word, own in top[top["verdict"] != "slower"].groupby("verdict", sort=False)
    ]
    most = _most_of_it(ladder[ladder["batch_size"].isin(longer["batch_size"])])
    return f"Against the plain loop's, an epoch as it is taught {'; '.join(parts)}.{most}"


def _at_sizes(rows: pd.DataFrame, *, faster: bool) -> list[str]:
    """`4.0x [3.9, 4.1] at batch size 8`, `2.0x [1.9, 2.1] at 32`."""
    cells = rows.sort_values("batch_size").to_dict("records")
    lead = ["batch size "] + [""] * len(cells)
    return [
        f"{_times(row, faster=faster)} at {words}{row['batch_size']}"
        for row, words in zip(cells, lead, strict=False)
    ]


def _times(row: Mapping[Any, Any], *, faster: bool) -> str:
    if not faster:
        return ratio_words({"ratio": row["times"], "lo": row["lo"], "hi": row["hi"]})
    return ratio_words({"ratio": 1 / row["times"], "lo": 1 / row["hi"], "hi": 1 / row["lo"]})


def _most_of_it(cells: pd.DataFrame) -> str:
    """` Most of that is the DataLoader (batch size 8 and 32).`: the ladder's largest step."""
    steps = largest_step(cells)
    steps = steps[steps["share"] >= _SHARE_NAMED]
    parts = [
        f"{name} ({_span(own['share'], '{:.0%}'.format)} at "
        f"{sizes_words(own['batch_size'], cells['batch_size'])})"
        for name, own in steps.groupby("leaves_out", sort=False)
    ]
    return f" Most of the gap is {'; '.join(parts)}." if parts else ""


def _span(values: pd.Series, words: Any = times) -> str:
    low, high = words(values.min()), words(values.max())
    return low if low == high else f"{low} to {high}"
