"""Suspect figures in words: the mark beside each, how many there are and why."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from scripts.judge.rule import SUSPECT
from scripts.read.text import counted

MARK = "!"
"""Stands beside every suspect figure, in tables and in pictures."""
MEANS = "suspect: something speaks against the rounds that it stands on"
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_OTHER_WORK = ("loss mismatch", "another loss")
"""What reasons begin with that another run would have as well."""
_MOST = 3


def marked(text: str, row: Mapping[Any, Any]) -> str:
    """A figure of a row as it is shown: with the mark where the row, or its verdict, is suspect."""
    suspect = row.get("doubt") or row.get("verdict") == SUSPECT
    return f"{text} {MARK}" if text and suspect else text


def key(rows: pd.DataFrame) -> list[str]:
    """What the mark means, where any of the rows has it."""
    return [f"{MARK} {MEANS}"] if (rows["doubt"] != "").any() else []


def suspect_lines(doubts: pd.DataFrame) -> list[str]:
    """A line a file with suspect figures, from rows of `doubt.doubts`."""
    return [_suspect_line(row) for row in doubts.to_dict("records")]


def _suspect_line(row: Mapping[Any, Any]) -> str:
    reasons = row["why"].split("; ")
    again = "" if all(one.startswith(_OTHER_WORK) for one in reasons) else "; measure again"
    causes = ranged(reasons)
    more = f" and {len(causes) - _MOST} more reasons" if len(causes) > _MOST else ""
    of = counted(row["cells"], "cell")
    verb = "is" if row["suspect"] == 1 else "are"
    why = "; ".join(causes[:_MOST])
    return f"{row['machine']}: {row['suspect']} of {of} {verb} suspect ({MARK}): {why}{more}{again}"


def ranged(reasons: Iterable[str]) -> list[str]:
    """Reasons that differ in numbers only as one: `other processes used 17-58% of the CPU`."""
    found: dict[tuple[str, ...], list[list[str]]] = {}
    for reason in reasons:
        words, numbers = _NUMBER.split(reason), _NUMBER.findall(reason)
        found.setdefault(tuple(words), []).append(numbers)
    answer = []
    for (first, *words), known in found.items():
        every = [sorted(set(own), key=float) for own in zip(*known, strict=True)]
        spans = ["-".join(dict.fromkeys((own[0], own[-1]))) for own in every]
        answer.append(first + "".join(map("".join, zip(spans, words, strict=True))))
    return answer
