"""Learning in words: scores, epochs, settings, times and their cost, and what to doubt of them."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.read.metric import Metric
from scripts.read.text import counted, in_unit, interval, optimizer_name, short_number
from scripts.words.warnings import marked


def score_text(metric: Metric, score: float) -> str:
    """`71 % accuracy`, `2.4 bits per character`."""
    return " ".join(filter(None, (f"{metric.factor * score:.3g}", metric.unit, metric.words)))


def setting_text(row: Mapping[Any, Any]) -> str:
    """`train with batch 64, Adam 0.003, 9 epochs (19 of 20 seeds end at the target)`."""
    name, rate = optimizer_name(row["optimizer"]), row["learning_rate"]
    epochs = counted(int(row["train_epochs"]), "epoch")
    seeds = f"{row['standing']} of {counted(row['seeds'], 'seed')} end at the target"
    return f"train with batch {row['batch_size']}, {name} {rate:g}, {epochs} ({seeds})"


def time_text(row: Mapping[Any, Any]) -> str:
    """`11 s [9 to 14]`: the seconds and where single runs end, in one unit; an open end is ∞."""
    number, unit = in_unit(row["seconds"])
    size = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}[unit]
    ends = [
        short_number(end / size) if math.isfinite(end) else "∞" for end in (row["lo"], row["hi"])
    ]
    text = f"{short_number(number)} {unit} {interval(*ends)}"
    return marked(text, {"doubt": row.get("suspect")})


def cost_text(row: Mapping[Any, Any]) -> str:
    """`0.0021 [0.0019 to 0.0024]` USD; empty without a price."""
    if pd.isna(row["usd"]):
        return ""
    low, high = (f"{row[name]:.2g}" for name in ("usd_lo", "usd_hi"))
    return f"{row['usd']:.2g} {interval(low, high.replace('inf', '∞'))}"


def doubts(row: Mapping[Any, Any], epochs: pd.DataFrame) -> str:
    """What a reader should know of a setting: a row of `times_to_target`, or of `epochs` itself.

    `epochs` are the rows of `with_whole_epochs` that it is one of.
    """
    same = (epochs["batch_size"] == row["batch_size"]) & (epochs["optimizer"] == row["optimizer"])
    cell = epochs[same].iloc[0]
    edge, carried = cell["edge"], cell["carried"]
    words = (
        row.get("note"),
        f"suspect: {row['suspect']}" if row.get("suspect") else "",
        f"its learning rate is at the {edge} edge of those tried" if edge else "",
        f"{carried} of {cell['seeds']} seeds were not trained that far: they count as they ended"
        if carried
        else "",
    )
    return "; ".join(filter(None, words))
