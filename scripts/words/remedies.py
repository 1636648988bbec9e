"""Remedies and the ladder in sentences: what would make a cell faster, and by how much."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from scripts.judge.break_even import AFTER, FROM_FIRST, NEVER, UNTIL
from scripts.judge.rule import CLOSE, FASTER, SLOWER, SUSPECT, UNDECIDED
from scripts.read.text import counted, times
from scripts.why.ladder import COURSE, DECODING, LEAN, WORKERS, largest_step
from scripts.why.remedies import BATCH, REMEDY
from scripts.words.names import sizes_words
from scripts.words.settings import rung_words, settings_words
from scripts.words.verdicts import break_even_words, factor_words

Row = Mapping[Any, Any]
_DECODERS = (DECODING, WORKERS)
_SHARE_NAMED = 0.5
"""A rung that saves less of the gap than this is not called most of it."""


def remedy_words(row: Row) -> str:
    """A row of `remedies`: `1.50x [1.45 to 1.56] faster, pays off from the first epoch`."""
    word, gain, reason = row["verdict"], _gain(row), str(row["reason"])
    if word in (CLOSE, UNDECIDED):
        return f"{word} ({gain})"
    if word == SUSPECT:
        return f"{word} ({'; '.join(filter(None, (gain, reason)))})"
    if word == SLOWER:
        return f"{factor_words(1 / row['gain'], 1 / row['hi'], 1 / row['lo'])} slower"
    return ", ".join(filter(None, (f"{gain} faster", _pays_off(row)))) if word == FASTER else reason


def _gain(row: Row) -> str:
    return factor_words(row["gain"], row["lo"], row["hi"])


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
    """The best of these rows for each cell that has one: the largest surely gained factor."""
    helping = remedies[remedies["verdict"] == FASTER]
    cell = ["file", "workload", "batch_size", "base"]
    return helping.sort_values("lo", ascending=False).drop_duplicates(cell).sort_values(cell)


def remedy_line(remedies: pd.DataFrame) -> str:
    """The best remedy of one workload on one device; empty where none was timed."""
    tried = remedies[(remedies["kind"] == REMEDY) & remedies["gain"].notna()]
    if tried.empty:
        return ""
    best = best_remedies(tried)
    names = ", ".join(sorted(tried["side"].unique()))
    if (tried["verdict"] == SUSPECT).all():
        return f"No verdict on any remedy ({names}): the measurements are suspect."
    if best.empty:
        return f"No remedy made it surely faster ({names})."
    return f"Best remedy: {gains_words(best, tried)}."


def gains_words(best: pd.DataFrame, tried: pd.DataFrame) -> str:
    """`fused optimiser (cpu+fused) at batch size 8 (1.5x [1.4 to 1.6] faster); ...`."""
    return "; ".join(
        f"{settings_words(str(remedy))} ({side}) at "
        f"{sizes_words(own['batch_size'], tried['batch_size'])} ({_gains(own)})"
        for (remedy, side), own in best.groupby(["remedy", "side"], sort=False)
    )


def batch_line(remedies: pd.DataFrame) -> str:
    """What a larger batch size of the grid would save, from the smallest one on."""
    larger = remedies[(remedies["kind"] == BATCH) & (remedies["verdict"] == FASTER)]
    if larger.empty:
        return ""
    row = larger[larger["batch_size"] == larger["batch_size"].min()].sort_values("lo").iloc[-1]
    return (
        f"An epoch at {row['remedy']} is {times(row['gain'])} faster than at {row['batch_size']} "
        "(fewer, larger steps: it learns differently)."
    )


def _gains(rows: pd.DataFrame) -> str:
    """The gains of one remedy: with its interval at a single batch size, else from to."""
    if len(rows) == 1:
        row = rows.iloc[0].to_dict()
        when = f", {_pays_off(row)}" if row["pays_off"] == AFTER else ""
        return f"{_gain(row)} faster{when}"
    gain, late = span_words(rows["gain"]), rows["epochs"].dropna()
    if late.empty:
        return f"{gain} faster"
    least, most = int(late.min()), int(late.max())
    after = counted(least, "epoch") if least == most else f"{least} to {most} epochs"
    return f"{gain} faster, pays off after {after}"


def ladder_line(ladder: pd.DataFrame) -> str:
    """The loop that is taught against the lean one, cell by cell; empty where it was not measured.

    `ladder` are the rows of one workload and device. In a run of the course loop the lean one is
    the other end. What decoding images takes beyond the taught loop is said behind it.
    """
    judged = ladder[ladder["verdict"] != ""]
    top = judged[(judged["rung"] == COURSE) & judged["times"].notna()]
    other = judged[(judged["rung"] == LEAN) & (judged["verdict"] == FASTER)]
    if len(other):
        own = other.assign(times=1 / other["times"], lo=1 / other["hi"], hi=1 / other["lo"])
        return f"The lean loop is faster: {_at_sizes(own)}.{_most_of_it(ladder)}"
    if top.empty:
        return ""
    longer = top[top["verdict"] == SLOWER]
    parts = [f"takes {_at_sizes(longer)}"] if len(longer) else []
    parts += [
        f"is {word} at {sizes_words(own['batch_size'], top['batch_size'])}"
        for word, own in top[top["verdict"] != SLOWER].groupby("verdict", sort=False)
    ]
    taught = ladder[~ladder["rung"].isin(_DECODERS)]
    most = _most_of_it(taught[taught["batch_size"].isin(longer["batch_size"])])
    words = f"Against the plain loop's, an epoch as it is taught {'; '.join(parts)}.{most}"
    return words + _decoding(judged[judged["verdict"] == SLOWER])


def _decoding(longer: pd.DataFrame) -> str:
    """` With images decoded on the fly it takes 9.1x [8.8 to 9.4] at batch size 8.`, or nothing."""
    by_rung = {rung: longer[longer["rung"] == rung] for rung in _DECODERS}
    parts = [
        f"{rung_words(rung, '')[0]} it takes {_at_sizes(own)}"
        for rung, own in by_rung.items()
        if len(own)
    ]
    return f" With {'; with '.join(parts)}." if parts else ""


def _at_sizes(rows: pd.DataFrame) -> str:
    """`4.0x [3.9 to 4.1] at batch size 8, 2.0x [1.9 to 2.1] at 32`."""
    words = ", ".join(
        f"{factor_words(row['times'], row['lo'], row['hi'])} at {row['batch_size']}"
        for row in rows.sort_values("batch_size").to_dict("records")
    )
    return words.replace(" at ", " at batch size ", 1)


def _most_of_it(cells: pd.DataFrame) -> str:
    """` Most of the gap is the DataLoader (batch size 8 and 32).`: the ladder's largest step."""
    steps = largest_step(cells)
    steps = steps[steps["share"] >= _SHARE_NAMED]
    names = [rung_words(*pair)[1] for pair in zip(steps["rung"], steps["side"], strict=True)]
    parts = [
        f"{name} ({span_words(own['share'], '{:.0%}'.format)} at "
        f"{sizes_words(own['batch_size'], cells['batch_size'])})"
        for name, own in steps.assign(name=names).groupby("name", sort=False)
    ]
    return f" Most of the gap is {'; '.join(parts)}." if parts else ""


def span_words(values: pd.Series, words: Callable[[float], str] = times) -> str:
    """The least and the most in words, or what both are."""
    return " to ".join(dict.fromkeys((words(values.min()), words(values.max()))))
