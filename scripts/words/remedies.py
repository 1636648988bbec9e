"""Remedies and the ladder in sentences: what would make a cell faster, and by how much."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from scripts.judge.break_even import AFTER, FROM_FIRST, NEVER, UNTIL
from scripts.judge.rule import CLOSE, SUSPECT, UNDECIDED
from scripts.read.text import counted, times
from scripts.why.ladder import COURSE, LEAN, largest_step
from scripts.words.names import sizes_words
from scripts.words.verdicts import break_even_words, factor_words

Row = Mapping[Any, Any]
_SHARE_NAMED = 0.5
"""A rung that saves less of the gap than this is not called most of it."""


def remedy_words(row: Row) -> str:
    """A row of `remedies` in words: `1.50x [1.45, 1.56] faster, pays off from the first epoch`.

    What the plain cell has already is told by what leaving it out costs.
    """
    word, gain = row["verdict"], _gain(row)
    words = str(row["reason"])
    if word in (CLOSE, UNDECIDED):
        words = f"{word} ({gain})"
    elif word == SUSPECT:
        words = f"{word} ({'; '.join(filter(None, (gain, words)))})"
    elif word == "slower":
        words = f"{_inverse(row, 'gain')} slower"
    elif word == "faster":
        words = ", ".join(filter(None, (f"{gain} faster", _pays_off(row))))
    if row["applied"] and gain:
        than = " than without it" if word in ("faster", "slower") else ""
        return f"on already: {words}{than}"
    return words


def _gain(row: Row) -> str:
    return factor_words(row["gain"], row["lo"], row["hi"])


def _inverse(row: Row, name: str) -> str:
    """The inverse of a factor with its interval: of seconds instead of a gain, or the reverse."""
    return factor_words(1 / row[name], 1 / row["hi"], 1 / row["lo"])


def _pays_off(row: Row) -> str:
    """From when on the remedy has earned back its longer cold start; empty: not known."""
    kind = str(row["pays_off"])
    if not kind:
        return ""
    even = break_even_words({**row, "kind": kind})
    known = {AFTER: f"pays off after {even} epochs", UNTIL: even}
    known |= {word: f"pays off {word}" for word in (NEVER, FROM_FIRST)}
    return known.get(kind, f"pay-off {even}")


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
    row = larger[larger["batch_size"] == larger["batch_size"].min()].sort_values("lo").iloc[-1]
    size = row["remedy"].rpartition("-")[2]
    return (
        f"An epoch at batch size {size} is {times(row['gain'])} faster than at {row['batch_size']} "
        "(fewer, larger steps: it learns differently)."
    )


def _gains(rows: pd.DataFrame) -> str:
    """The gains of one remedy: with its interval at a single batch size, else from to."""
    if len(rows) == 1:
        row = rows.iloc[0].to_dict()
        when = f", {_pays_off(row)}" if row["pays_off"] == AFTER else ""
        return f"{_gain(row)} faster{when}"
    gain, late = _span(rows["gain"]), rows["epochs"].dropna()
    if late.empty:
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
        faster = _at_sizes(other, lambda row: _inverse(row, "times"))
        return f"The lean loop is faster: {faster}.{_most_of_it(ladder)}"
    if top.empty:
        return ""
    longer = top[top["verdict"] == "slower"]
    taken = _at_sizes(longer, lambda row: factor_words(row["times"], row["lo"], row["hi"]))
    parts = [f"takes {taken}"] if taken else []
    parts += [
        f"is {word} at {sizes_words(own['batch_size'], top['batch_size'])}"
        for word, own in top[top["verdict"] != "slower"].groupby("verdict", sort=False)
    ]
    most = _most_of_it(ladder[ladder["batch_size"].isin(longer["batch_size"])])
    return f"Against the plain loop's, an epoch as it is taught {'; '.join(parts)}.{most}"


def _at_sizes(rows: pd.DataFrame, factor: Callable[[Row], str]) -> str:
    """`4.0x [3.9, 4.1] at batch size 8, 2.0x [1.9, 2.1] at 32`."""
    cells = rows.sort_values("batch_size").to_dict("records")
    words = ", ".join(f"{factor(row)} at {row['batch_size']}" for row in cells)
    return words.replace(" at ", " at batch size ", 1)


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


def _span(values: pd.Series, words: Callable[[float], str] = times) -> str:
    return " to ".join(dict.fromkeys((words(values.min()), words(values.max()))))
