"""Learning in words: scores, epochs, settings, times and their cost, and what to doubt of them."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.read.metric import Metric
from scripts.read.text import counted, optimizer_name, seconds_in_words, short_number


def score_text(metric: Metric, score: float) -> str:
    """`71 % accuracy`, `2.4 bits per character`."""
    return " ".join(filter(None, (f"{metric.factor * score:.3g}", metric.unit, metric.words)))


def epochs_text(epochs: float) -> str:
    """Whole epochs, rounded up: `9 epochs`; of the first one its part: `0.4 of an epoch`."""
    if epochs < 1:
        return f"{epochs:.2g} of an epoch"
    return counted(_whole(epochs), "epoch")


def _whole(epochs: float) -> int:
    return math.ceil(epochs - 1e-9)


def setting_text(row: Mapping[Any, Any]) -> str:
    """`train with batch 64, Adam 0.003, 9 epochs (there after 8.3)`."""
    name, rate, epochs = optimizer_name(row["optimizer"]), row["learning_rate"], row["epochs"]
    there = f"{epochs:.3g}"
    exact = epochs < 1 or there == f"{_whole(epochs):.3g}"
    words = f"train with batch {row['batch_size']}, {name} {rate:g}, {epochs_text(epochs)}"
    return words if exact else f"{words} (there after {there})"


def time_text(row: Mapping[Any, Any]) -> str:
    """`11 s [9, 14]`: the seconds and their interval in one unit; an open end is ∞."""
    number, unit = seconds_in_words(row["seconds"]).split(" ")
    size = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}[unit]
    ends = [
        short_number(end / size) if math.isfinite(end) else "∞" for end in (row["lo"], row["hi"])
    ]
    return f"{short_number(float(number))} {unit} [{', '.join(ends)}]"


def cost_text(row: Mapping[Any, Any]) -> str:
    """`0.0021 [0.0019, 0.0024]` USD; empty without a price."""
    if pd.isna(row["usd"]):
        return ""
    low, high = (f"{row[name]:.2g}" for name in ("usd_lo", "usd_hi"))
    return f"{row['usd']:.2g} [{low}, {high.replace('inf', '∞')}]"


def doubts(row: Mapping[Any, Any], epochs: pd.DataFrame) -> str:
    """What a reader should know of a setting: a row of `times_to_target`, or of `epochs` itself.

    `epochs` are the rows of `epochs_to_target` that it is one of.
    """
    same = (epochs["batch_size"] == row["batch_size"]) & (epochs["optimizer"] == row["optimizer"])
    cell = epochs[same].iloc[0]
    edge, missed = cell["edge"], cell["seeds"] - cell["reached"]
    words = (
        row.get("note"),
        f"suspect: {row['suspect']}" if row.get("suspect") else "",
        f"its learning rate is at the {edge} edge of those tried" if edge else "",
        f"{missed} of {cell['seeds']} seeds did not reach it" if missed else "",
    )
    return "; ".join(filter(None, words))
