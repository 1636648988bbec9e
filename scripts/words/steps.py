"""What step times say of the reason: what every step pays, and who grows with the batch."""

import math

import pandas as pd

from scripts.read.text import seconds_in_words, short_number, times

_FLAT, _STEEP = 0.25, 0.75
"""Step time ~ batch size ** slope: below the first it hardly grows, above the second it follows."""
_ALIKE = 0.15
"""Slopes that differ by less are called alike."""


def step_words(rounds: pd.DataFrame) -> list[str]:
    """What a device's step times say about overhead, a sentence a device of one workload and file.

    A step that takes as long with one sample as with a thousand is paid for by launching and
    waiting, not by computing. `rounds` are first-arm rows with a `label`.
    """
    measured = rounds[rounds["block"].notna()]
    lines = []
    for label, own in measured.groupby("label", sort=False):
        steps = own.groupby("batch_size")["step_seconds"].median()
        if len(steps) < 2:
            continue
        sizes, seconds = [int(size) for size in steps.index], [float(value) for value in steps]
        growth, larger = seconds[-1] / seconds[0], sizes[-1] / sizes[0]
        slope = math.log(growth) / math.log(larger)
        lines.append(
            f"{label}: {seconds_in_words(seconds[0])} a step at batch size {sizes[0]}, "
            f"{seconds_in_words(seconds[-1])} at {sizes[-1]}: "
            f"{short_number(larger)} times the samples "
            f"take {growth:.{0 if growth >= 9.95 else 1}f} times as long. {_reading(slope)}"
        )
    return lines


def _reading(slope: float) -> str:
    if slope < _FLAT:
        return "Nearly all of a step is a fixed cost, whatever the batch holds."
    if slope < _STEEP:
        return "Part of a step is a fixed cost; small batches pay it for few samples."
    return "Steps take as long as their samples: little of it is a fixed cost."


def against_words(rounds: pd.DataFrame, *, device: str, threads: int) -> str:
    """Why a device is slower or faster at small batches than at large ones, against the CPU.

    `rounds` are as for `step_words`; `threads` is the CPU's setting. Empty where fewer than two
    batch sizes have a time on both.
    """
    gpu, cpu = _steps(rounds, device, None), _steps(rounds, "cpu", threads)
    both = [size for size in gpu if size in cpu]
    if len(both) < 2:
        return ""
    small, large = both[0], both[-1]
    ratios = {size: gpu[size] / cpu[size] for size in (small, large)}
    parts = [
        f"{times(ratio)} the CPU's at batch size {size} "
        f"({seconds_in_words(gpu[size])} against {seconds_in_words(cpu[size])})"
        for size, ratio in ratios.items()
    ]
    gap = math.log(ratios[large] / ratios[small]) / math.log(large / small)
    return f"A step takes {' and '.join(parts)}. {_gap_words(gap, slower=ratios[small] > 1)}"


def _steps(rounds: pd.DataFrame, device: str, threads: int | None) -> dict[int, float]:
    """Median seconds of a step by batch size, going up, on one device."""
    own = rounds[(rounds["device"] == device) & rounds["block"].notna()]
    own = own if threads is None else own[own["threads"] == threads]
    medians = own.groupby("batch_size")["step_seconds"].median().dropna()
    return {int(str(size)): float(value) for size, value in medians.items()}


def _gap_words(gap: float, *, slower: bool) -> str:
    """What it means that the ratio of step times goes as batch size ** gap."""
    if abs(gap) < _ALIKE:
        return "Both grow alike with the batch: its size changes little about who is ahead."
    if gap > 0:
        return "It grows more with the batch than the CPU's: larger batches are no help."
    if slower:
        return (
            "It grows less with the batch than the CPU's: small batches pay the fixed cost of a "
            "step for few samples, larger ones spread it."
        )
    return "It grows less with the batch than the CPU's: it gains as batches grow."
