"""Learning in words: scores, epochs, settings and times."""

import math
from collections.abc import Mapping
from typing import Any

from scripts.read.text import counted, optimizer_name, seconds_in_words, short_number


def score_text(metric: str, score: float) -> str:
    """`71 % accuracy`, `2.4 bits a character`."""
    if metric == "bits_per_character":
        return f"{score:.3g} bits a character"
    return f"{100 * score:.3g} % {metric.replace('_', ' ')}"


def epochs_text(epochs: float) -> str:
    """Whole epochs, rounded up: `9 epochs`; of the first one its part: `0.4 of an epoch`."""
    if epochs < 1:
        return f"{epochs:.2g} of an epoch"
    return counted(math.ceil(epochs - 1e-9), "epoch")


def setting_text(row: Mapping[Any, Any]) -> str:
    """`train with batch 64, Adam 0.003, 9 epochs (there after 8.3)`."""
    name, rate, epochs = optimizer_name(row["optimizer"]), row["learning_rate"], row["epochs"]
    words = f"train with batch {row['batch_size']}, {name} {rate:g}, {epochs_text(epochs)}"
    there = f"{epochs:.3g}"
    exact = epochs < 1 or there == f"{math.ceil(epochs - 1e-9):.3g}"
    return words if exact else f"{words} (there after {there})"


def time_text(row: Mapping[Any, Any]) -> str:
    """`11 s [9, 14]`: the seconds and their interval in one unit; an open end is ∞."""
    number, unit = seconds_in_words(row["seconds"]).split(" ")
    size = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}[unit]
    ends = [
        short_number(end / size) if math.isfinite(end) else "∞" for end in (row["lo"], row["hi"])
    ]
    return f"{short_number(float(number))} {unit} [{', '.join(ends)}]"
