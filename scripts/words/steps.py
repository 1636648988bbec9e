"""What step times say of the reason: what every step pays, and who grows with the batch."""

import math

import pandas as pd

from scripts.read.text import seconds_in_words, short_number, times

_FLAT, _STEEP = 0.25, 0.75
"""Step time ~ batch size ** slope: below the first it hardly grows, above the second it follows."""
_ALIKE = 0.15
"""Slopes that differ by less are called alike."""


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
    measured = rounds[rounds["block"].notna()]
    own, other = (_steps(measured[measured["side"] == name]) for name in (side, base))
    both = [size for size in own if size in other]
    if len(both) < 2:
        return ""
    small, large = both[0], both[-1]
    ratios = {size: own[size] / other[size] for size in (small, large)}
    parts = [
        f"{times(ratio)} that of {base} at batch size {size} "
        f"({seconds_in_words(own[size])} against {seconds_in_words(other[size])})"
        for size, ratio in ratios.items()
    ]
    gap = math.log(ratios[large] / ratios[small]) / math.log(large / small)
    slower = ratios[small] > 1
    if abs(gap) < _ALIKE and slower == (ratios[large] > 1):
        words = "Both grow alike with the batch: its size changes little about who is ahead."
    else:
        words = _gap_words(base, rises=gap > 0, slower=slower)
    return f"A step of {side} takes {' and '.join(parts)}. {words}"


def _gap_words(base: str, *, rises: bool, slower: bool) -> str:
    """What it means that the ratio of step times changes with the batch; `slower` at small ones."""
    if rises:
        end = "larger batches are no help" if slower else "it loses as batches grow"
        return f"It grows more with the batch than that of {base}: {end}."
    less = f"It grows less with the batch than that of {base}:"
    if slower:
        return (
            f"{less} small batches pay the fixed cost of a step for few samples, larger ones "
            "spread it."
        )
    return f"{less} it gains as batches grow."
