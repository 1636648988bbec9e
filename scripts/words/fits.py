"""Fitted step times in sentences: what they are made of, and by how much they miss."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.fits import FORMS, curve
from scripts.read.text import seconds_in_words

_NEGLIGIBLE = 0.01
"""Below this share of every fitted step a part of it is not told from nothing."""


def fit_lines(
    rounds: pd.DataFrame, fits: pd.DataFrame, *, device: str | None, threads: int
) -> list[str]:
    """A sentence per segment of the device and of the CPU at so many threads; None: of all devices.

    `rounds` and `fits` are those of one workload and file.
    """
    known = rounds.drop_duplicates("label")
    if device is not None:
        cpu = (known["device"] == "cpu") & (known["threads"] == threads)
        known = known[cpu | (known["device"] == device)]
    best = fits[fits["best"]].merge(known[["device", "threads", "label"]])
    return [f"{row['label']}: {_sentence(row)}" for row in best.to_dict("records")]


def estimate_words(crossover: Mapping[Any, Any] | pd.Series) -> str:
    """Where the fits of both devices meet inside a crossover's interval; empty where none do."""
    estimate = crossover.get("estimate")
    if estimate is None or pd.isna(estimate):
        return ""
    return (
        f"Fitted step times meet at about batch size {estimate:.0f} (an estimate: they miss the "
        f"measured ones by {crossover['estimate_error']:.0%} on average)."
    )


def _sentence(row: Mapping[Any, Any]) -> str:
    ends = f"batch size {row['smallest']} to {row['largest']}"
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
