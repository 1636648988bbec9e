"""The report's head: by how much each side differed from itself, and what follows from it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from scripts.judge.noise import COPIED, floor_of
from scripts.judge.rule import DECIDED
from scripts.read.sides import ALIKE, ROUNDED, tolerance
from scripts.read.text import counted
from scripts.words.names import listed

_UNKNOWN = "unknown: no side was measured against itself"
TOO_NOISY = 0.25
"""In a noise floor above it what is compared drowns, or at least what is within the margin."""
_NOISY = "too noisy to compare"


def noise_lines(verdicts: pd.DataFrame, repeats: pd.DataFrame) -> list[str]:
    """The noise floor of one file, a line per pair of sides, and what the rule says of A/A cells.

    Without a pair the floor is each side's own, and no margin follows from it.
    """
    pairs = verdicts.groupby(["side", "base"], sort=False)
    lines = []
    for (side, base), own in pairs:
        of = f"{side} against {base}" if len(pairs) > 1 else "this run"
        lines.append(f"Noise floor of {of}: {'; '.join(_scopes(own))}.")
    if not lines:
        lines = [f"Noise floor of this run: {'; '.join(_alone(repeats)) or _UNKNOWN}."]
    copied = int((repeats["verdict"] == COPIED).sum())
    if copied:
        lines.append(
            f"{counted(copied, 'A/A cell')} left out: a noise floor of exactly 0 % is impossible, "
            "since two processes never agree to the last digit. Were rounds copied?"
        )
    if told := len(repeats) - copied:
        different = int((repeats["verdict"] == "differs").sum())
        quiet = not any(_NOISY in line for line in lines)
        lines.append(
            f"Of {counted(told, 'A/A cell')} the rule calls {different} different at a "
            f"margin of 5 %{'; nothing differs there' * quiet}."
        )
    return lines


def tolerance_line(contests: pd.DataFrame) -> str:
    """How far losses may differ, where sides with fewer digits are shown; empty where none is."""
    pairs = contests[["side", "base"]].drop_duplicates().itertuples(index=False, name=None)
    rounded = [side for side, base in pairs if tolerance(side, base) == ROUNDED]
    if not rounded:
        return ""
    return (
        f"Losses have to agree to {ALIKE.first_loss:.1%} (first minibatch) and {ALIKE.loss:.0%} "
        f"(held out); those of {listed(rounded)}, where one of two sides computes with fewer "
        f"digits, to {ROUNDED.first_loss:.0%} and {ROUNDED.loss:.0%}."
    )


def _floor_words(floor: float, cells: int) -> str:
    """`3.1% (8 A/A cells)`."""
    return f"{floor:.1%} ({counted(cells, 'A/A cell')})"


def _noisy(floor: float, *, decided: bool = False) -> str:
    """What follows from a wide noise floor: beside verdicts only what is smaller is not told."""
    if not floor > TOO_NOISY:
        return ""
    return f": {_NOISY}{' smaller differences' * decided}"


def _scopes(verdicts: pd.DataFrame) -> Iterator[str]:
    """`warm 3.1% (8 A/A cells), margin 5.0%`: all workloads of a pair share one of each scope."""
    for scope, own in verdicts.groupby("scope", sort=False):
        row = own.iloc[0]
        floor = row["noise_floor"]
        known = "unknown (no A/A cell)" if pd.isna(floor) else _floor_words(floor, row["repeats"])
        noisy = _noisy(floor, decided=bool(own["verdict"].isin(DECIDED).any()))
        yield f"{scope} {known}, margin {row['margin']:.1%}{noisy}"


def _alone(repeats: pd.DataFrame) -> Iterator[str]:
    """`cpu warm 3.1% (8 A/A cells)`, a side and scope each."""
    known = repeats[repeats["log_ratio"].notna()]
    for (side, scope), own in known.groupby(["side", "scope"], sort=False):
        floor = float(np.expm1(floor_of(own["log_ratio"].to_numpy(dtype=float))))
        yield f"{side} {scope} {_floor_words(floor, len(own))}{_noisy(floor)}"
