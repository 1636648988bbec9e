"""Verdicts and break-even in words: each kind of answer is worded here only."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.break_even import AFTER, UNTIL
from scripts.judge.crossover import INTERVAL, REVERSE, SEVERAL
from scripts.judge.rule import (
    DECIDED,
    FEWEST_BLOCKS,
    HOLM,
    NOT_MEASURED,
    SUSPECT,
    UNDECIDED,
)
from scripts.read.text import counted, interval, times
from scripts.words.crossovers import Row, curve_words, number_sentence
from scripts.words.names import listed
from scripts.words.warnings import marked

NOT_COMPARED = (NOT_MEASURED, SUSPECT)
BEST = (
    "Plain against plain: both as a person gets them who types python train.py. Best against best: "
    "each device with the settings that were fastest here. These were picked after the fact, so "
    "that ratio has no interval, and it flatters a device that was tried with more settings."
)


def answer(verdicts: pd.DataFrame, curves: pd.DataFrame) -> str:
    """The answer for one workload and pair: warm training, then with its cold start.

    `verdicts` and `curves` (rows of `crossovers`) are the pair's, of both scopes.
    """
    warm = curves[curves["scope"] == "warm"].iloc[0]
    if verdicts["verdict"].isin(NOT_COMPARED).all():
        return f"No cell of {warm['side']} could be compared with {warm['base']}."
    most = int(verdicts["blocks"].max())
    if most < FEWEST_BLOCKS:
        return (
            f"{counted(most, 'round')} per cell: its ratios are point estimates, and none is a "
            f"verdict.{number_sentence(warm)}"
        )
    return (
        f"Once warm, {warm['side']} {curve_words(warm)}.{number_sentence(warm)}{_totals(verdicts)}"
    )


def _totals(verdicts: pd.DataFrame) -> str:
    """` Cold start included, it is slower in 9 and undecided in 1 of 10 compared cells.`"""
    own = verdicts[(verdicts["scope"] == "total") & ~verdicts["verdict"].isin(NOT_COMPARED)]
    counts = own["verdict"].value_counts()
    words = [f"{word} in {counts[word]}" for word in (*DECIDED, UNDECIDED) if word in counts]
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
        f"Seconds of {curve['side']} over those of {curve['base']}, with 95 % intervals: "
        f"{listed(parts)}; "
        f"{' to '.join(map(str, ends))} repetitions, "
        f"a difference counts beyond {rows[0]['margin']:.0%}."
    )


def sure_words(verdicts: pd.DataFrame) -> str:
    """How many comparisons got a verdict, and what is promised of these.

    Where a side has no time nothing is compared; it counts only where nothing else is there.
    """
    compared = verdicts[verdicts["verdict"] != NOT_MEASURED]
    verdicts = compared if len(compared) else verdicts
    decided = int(verdicts["verdict"].isin(DECIDED).sum())
    count = counted(len(verdicts), "comparison")
    if decided:
        are = "is" if decided == 1 else "are"
        return f"How sure: {decided:,} of {count} {are} decided ({_promise(verdicts)})."
    if withheld := int((verdicts["verdict"] == SUSPECT).sum()):
        return f"How sure: none of {count} is decided; {withheld} suspect."
    few = bool(verdicts["blocks"].between(1, FEWEST_BLOCKS - 1).any())
    takes = f", which takes {FEWEST_BLOCKS} repetitions or more" * few
    return f"How sure: none of {count} is decided{takes}."


def _promise(verdicts: pd.DataFrame) -> str:
    if (verdicts["adjustment"] == HOLM).any():
        return "the chance that any is wrong is at most 5 %, in a file, warm or total"
    return "expect up to 5 % wrong"


def break_even_words(row: Mapping[Any, Any]) -> str:
    """Break-even epochs in few words: `14 [11 to 18]`, `never`, `from the first epoch`."""
    kind = str(row["kind"])
    if kind not in (AFTER, UNTIL):
        return kind
    if kind == UNTIL and row["lower"] == 0 and pd.notna(row["upper"]):
        return f"slower from epoch {row['upper']} on at the latest"
    upper = "∞" if pd.isna(row["upper"]) else f"{row['upper']:,}"
    until = "faster until " if kind == UNTIL else ""
    return f"{until}{row['epochs']:,} {interval(format(row['lower'], ','), upper)}"


def ratio_words(row: Mapping[Any, Any], *, of: str = "") -> str:
    """A row's ratio with its interval, `of` being what the columns' names begin with."""
    return marked(factor_words(*(row[f"{of}{name}"] for name in ("ratio", "lo", "hi"))), row)


def factor_words(ratio: float | None, low: float | None, high: float) -> str:
    """`1.20x [1.18 to 1.22]`; empty where nothing was measured."""
    if pd.isna(ratio):
        return ""
    ends = "" if pd.isna(low) else f" {interval(times(low)[:-1], times(high)[:-1])}"
    return f"{times(ratio)}{ends}"
