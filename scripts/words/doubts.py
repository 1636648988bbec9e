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
    of = counted(row["cells"], "cell")
    verb = "is" if row["suspect"] == 1 else "are"
    what = f"{row['suspect']} of {of} {verb} suspect ({MARK})"
    return f"{row['machine']}: {what}: {_causes(reasons)}{again}"


def withheld_lines(verdicts: pd.DataFrame, doubts: pd.DataFrame) -> list[str]:
    """A line a machine whose cells are sound, each by itself, but withheld where they meet."""
    rows = verdicts[~verdicts["file"].isin(doubts["file"])]
    lines = []
    for machine, own in rows.groupby("machine", sort=False):
        reasons = own.loc[own["verdict"] == SUSPECT, "reason"]
        if len(reasons):
            count = f"{len(reasons)} of {counted(len(own), 'verdict')} withheld as suspect"
            lines.append(f"{machine}: {count}: {_causes('; '.join(reasons).split('; '))}")
    return lines


def _causes(reasons: list[str]) -> str:
    causes = ranged(dict.fromkeys(reasons))
    more = f" and {len(causes) - _MOST} more reasons" if len(causes) > _MOST else ""
    return "; ".join(causes[:_MOST]) + more


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
