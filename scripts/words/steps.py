"""What step times say of the reason: what every step pays, who grows with the batch, fits."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.fits import FORMS, curve
from scripts.read.text import seconds_in_words, short_number, times

_FLAT, _STEEP = 0.25, 0.75
"""Step time ~ batch size ** slope: below the first it hardly grows, above the second it follows."""
_ALIKE = 0.15
"""Slopes that differ by less are called alike."""
FIXED_COST = "small batches pay a step's fixed cost for few samples"
_NEGLIGIBLE = 0.01
"""Below this share of every fitted step a part of it is not told from nothing."""


def step_words(rounds: pd.DataFrame) -> list[str]:
    """What step times say about overhead, a sentence per side of one workload and file.

    A step that takes as long with one sample as with a thousand is paid for by launching and
    waiting, not by computing. `rounds` are `trusted` rows with a `label`.
    """
    lines = []
    for label, own in rounds[rounds["block"].notna()].groupby("label", sort=False):
        steps = _steps(own)
        if len(steps) < 2:
            continue
        (small, short), *_, (large, long) = steps.items()
        growth, larger = long / short, large / small
        lines.append(
            f"{label}: {seconds_in_words(short)} per step at batch size {small}, "
            f"{seconds_in_words(long)} at {large}: {short_number(larger)} times the samples "
            f"take {growth:.{0 if growth >= 9.95 else 1}f} times as long. "
            f"{_reading(math.log(growth) / math.log(larger))}"
        )
    return lines


def _steps(rounds: pd.DataFrame) -> dict[int, float]:
    """Median seconds of a step by batch size, going up: suspect ones carry no sentence."""
    medians = rounds[rounds["doubt"] == ""].groupby("batch_size")["step_seconds"].median().dropna()
    return {int(str(size)): float(seconds) for size, seconds in medians.items()}


def _reading(slope: float) -> str:
    if slope < _FLAT:
        return "Nearly all of a step is a fixed cost, whatever the batch holds."
    if slope < _STEEP:
        return "Part of a step is a fixed cost; small batches pay it for few samples."
    return "Steps take as long as their samples: little of it is a fixed cost."


def against_words(rounds: pd.DataFrame, *, side: str, base: str) -> str:
    """Why a side is slower or faster at small batches than at large ones, against its base.

    `rounds` are as for `step_words`. Empty where fewer than two batch sizes have a time on both.
    """
    steps = _both(rounds, side, base)
    if len(steps) < 2:
        return ""
    parts = [
        f"{times(own / other)} that of {base} at batch size {size} "
        f"({seconds_in_words(own)} against {seconds_in_words(other)})"
        for size, (own, other) in (steps[0], steps[-1])
    ]
    return f"A step of {side} takes {' and '.join(parts)}. {' '.join(_growth(steps, base))}"


def pays_fixed_cost(rounds: pd.DataFrame, *, side: str, base: str) -> bool:
    """Whether a side is slower at small batches for FIXED_COST; `rounds` as for `against_words`."""
    steps = _both(rounds, side, base)
    return len(steps) > 1 and _growth(steps, base)[1] == f"{FIXED_COST}."


Steps = list[tuple[int, tuple[float, float]]]
"""By batch size, going up: the seconds of a side's step and of its base's."""


def _both(rounds: pd.DataFrame, side: str, base: str) -> Steps:
    measured = rounds[rounds["block"].notna()]
    own, other = (_steps(measured[measured["side"] == name]) for name in (side, base))
    return [(size, (own[size], other[size])) for size in own if size in other]


def _growth(steps: Steps, base: str) -> tuple[str, str]:
    """How the ratio of step times changes with the batch, and what that means."""
    (small, first), (large, last) = steps[0], steps[-1]
    ratios = [own / other for own, other in (first, last)]
    gap = math.log(ratios[1] / ratios[0]) / math.log(large / small)
    slower = ratios[0] > 1
    if abs(gap) < _ALIKE and slower == (ratios[1] > 1):
        return "Both grow alike with the batch:", "its size changes little about who is ahead."
    if gap > 0:
        end = "larger batches leave it further behind" if slower else "it loses as batches grow"
        return f"It grows more with the batch than that of {base}:", f"{end}."
    end = "it gains as batches grow"
    if slower:
        end = FIXED_COST
    return f"It grows less with the batch than that of {base}:", f"{end}."


def fit_lines(rounds: pd.DataFrame, fits: pd.DataFrame) -> list[str]:
    """A sentence per segment of each side; `rounds` and `fits` are of one workload and file."""
    nearest = fits.sort_values("mean_error", kind="stable")
    nearest = nearest.drop_duplicates(["side", "smallest"]).sort_index()
    told = nearest.merge(rounds.drop_duplicates("side")[["side", "label"]])
    return [f"{row['label']}: {_sentence(row)}" for row in told.to_dict("records")]


def _sentence(row: Mapping[Any, Any]) -> str:
    ends = f"batch size {row['smallest']} to {row['largest']}"
    if not row["best"]:
        return f"no simple curve fits, {ends} (the nearest misses by {row['mean_error']:.0%})"
    return (
        f"fitted step {_formula(row)}, {ends} ({row['form']}, misses by "
        f"{row['mean_error']:.1%} on average)"
    )


def _formula(row: Mapping[Any, Any]) -> str:
    """`1.2 ms + 3.4 µs per sample`; a part that no cell shows is left out."""
    fixed, sample = row["fixed_seconds"], row["sample_seconds"]
    parameters = {"fixed": fixed, "sample": sample, "power": FORMS[row["form"]]}
    smallest, largest = curve([row["smallest"], row["largest"]], **parameters)
    words = f"{seconds_in_words(sample)} per sample"
    if fixed < _NEGLIGIBLE * smallest:
        return words
    if sample * row["largest"] < _NEGLIGIBLE * largest:
        return seconds_in_words(fixed)
    joint = " + " if row["form"] == "additive" else " overlapping with "
    return f"{seconds_in_words(fixed)}{joint}{words}"
