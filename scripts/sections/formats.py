"""How values of a table are written. What they are called stands in `columns.py`.

A suspect row's number bears its mark.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from scripts.read.text import interval, seconds_in_words, times
from scripts.words.target.learning import score_text
from scripts.words.warnings import marked
from scripts.words.why import flops_in_words

Row = Mapping[Any, Any]
Words = Callable[[Row], str]


def number(name: str, form: str, *, lost: str = "") -> Words:
    """Return words for a number in this form; `lost` where there is none."""
    return lambda row: lost if pd.isna(row[name]) else marked(form.format(row[name]), row)


def seconds(name: str) -> Words:
    """Return words for seconds, with their unit."""
    return lambda row: "" if pd.isna(row[name]) else marked(seconds_in_words(row[name]), row)


def factor(name: str) -> Words:
    """Return words for a factor."""
    return lambda row: "" if pd.isna(row[name]) else marked(times(row[name]), row)


def where_known(name: str, words: Words) -> Words:
    """Return these words, or nothing where the column has no value."""
    return lambda row: "" if pd.isna(row[name]) else words(row)


def score(name: str) -> Words:
    """Return words for a score, with its unit."""
    return lambda row: score_text(row["metric"], row[name])


def floor(name: str) -> Words:
    """Return words for a noise floor."""
    return number(name, "{:.1%}", lost="unknown")


def percent(name: str) -> Words:
    """Return words for a share."""
    return number(name, "{:.0%}")


def computes(row: Row) -> str:
    """Return FLOP/s in words: a lower bound where nobody can count some operations."""
    if not row["rate"] > 0:
        return ""
    return marked(f"{'at least ' if row['uncounted'] else ''}{flops_in_words(row['rate'])}", row)


def epoch_range(row: Row) -> str:
    """Return `4.2 [3.9 to 5]`; a seed that never got there is an open end."""
    open_end = row["reached"] < row["seeds"] or pd.isna(row["high"])
    high = "∞" if open_end else format(row["high"], ".3g")
    return f"{row['epochs']:.3g} {interval(format(row['low'], '.3g'), high)}"


def first_faster(row: Row) -> str:
    """Return `128 [64 to 512]`: the first batch size called faster."""
    return f"{row['median']} {interval(row['quarter'], row['three_quarters'])}"
