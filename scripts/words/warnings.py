"""What a reader has to know before any number: suspect figures, unlike software, runs cut short."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from scripts.judge.rule import SUSPECT
from scripts.read.text import counted
from scripts.words.names import listed

MARK = "!"
"""Stands beside every suspect figure, in tables and in pictures."""
MEANS = "suspect: something speaks against the rounds that it stands on"
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_OTHER_WORK = ("loss mismatch", "another loss")
"""What reasons begin with that another run would have as well."""
_NOT_THE_SAME = "Different work, so not comparable"
_GRAVE = (*_OTHER_WORK, _NOT_THE_SAME, "did not do the same work")
"""What is in warnings that no number outlives."""
_BEGINNING = re.compile(rf".*?\({MARK}\): [^:;]+|[^;]*")
"""Of a warning: what is suspect and the kind of the first reason, else its first clause."""
_MOST = 3
_DIFFERENT = {"samples": "{:,}"} | dict.fromkeys(
    ("precision", "optimizer", "optimizer_implementation"), "{}"
)
"""What else may differ between files, and how it is written."""
_UNEQUAL = "Unequal software between the files"


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
    causes = gravest_first(ranged(dict.fromkeys(reasons)))
    more = f" and {len(causes) - _MOST} more reasons" if len(causes) > _MOST else ""
    return "; ".join(causes[:_MOST]) + more


def gravest_first(texts: Iterable[str]) -> list[str]:
    """Warnings, or reasons, those before all others that say that unlike work was compared."""
    return sorted(texts, key=lambda text: not is_grave(text))


def is_grave(text: str) -> bool:
    """Whether a warning says that what was compared is not the same work."""
    return any(words in text for words in _GRAVE)


def in_short(lines: Sequence[str], machine: str) -> tuple[str, list[str]]:
    """The beginning of the first warning, how many more there are, and what that leaves unsaid.

    `machine` is the only one, whose name goes without saying; empty where there are several.
    """
    first = _BEGINNING.match(lines[0])[0]  # type: ignore[index]  # at least the empty text
    more = first != lines[0]
    words = first.removeprefix(f"{machine}: ") if machine else first
    others = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return f"{words.removesuffix('.')}{' ...' * more}{others}", [*lines[0 if more else 1 :]]


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


def software_warnings(files: pd.DataFrame, work: pd.DataFrame) -> list[str]:
    """Unequal software and unequal work between files."""
    lines = []
    for name, words in (("torch", "torch"), ("python", "Python")):
        groups = files.groupby(name, sort=False)["machine"].apply(list)
        if len(groups) > 1:
            parts = [f"{words} {version} on {listed(who)}" for version, who in groups.items()]
            lines.append(f"{_UNEQUAL}: {'; '.join(parts)}.")
    if not lines and files["software_id"].nunique() > 1:
        lines.append(f"{_UNEQUAL}: operating system or drivers differ.")
    lines += [
        f"{file['machine']}: of {file['loosely']} the losses are compared only loosely, because "
        "devices draw other numbers in training (dropout) or normalise by the batch."
        for file in files.to_dict("records")
        if file["loosely"]
    ]
    kinds = work.groupby("workload", sort=False)[["definition", "learning_rate"]].nunique()
    unequal = kinds.index[(kinds > 1).any(axis=1)]
    if len(unequal):
        lines.append(f"{_NOT_THE_SAME}: {listed(unequal)}.")
    return lines + [
        f"The files differ in {name}: {listed(map(form.format, work[name].unique()))}."
        for name, form in _DIFFERENT.items()
        if work[name].nunique() > 1
    ]


def learning_warnings(files: pd.DataFrame, times: pd.DataFrame) -> list[str]:
    """Learning runs that were cut short, and times to the target that stand on doubtful seconds."""
    lines = [
        f"{file['machine']}: the learning run was cut short ({counted(file['planned'], 'cell')} "
        f"planned, {counted(file['runs'], 'training')} done): targets that are not reached may be "
        "reached by settings that are still to come."
        for file in files.to_dict("records")
        if not file["complete"]
    ]
    suspect = int((times["suspect"] != "").sum()) if len(times) else 0
    if suspect:
        lines.append(
            f"{counted(suspect, 'time')} to the target of {len(times)} stand on seconds that are "
            "suspect; the tables of times to the target say which."
        )
    return lines
