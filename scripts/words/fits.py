"""Fitted step times in sentences: what they are made of, and by how much they miss."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.fits import FORMS, curve
from scripts.read.text import seconds_in_words

_NEGLIGIBLE = 0.01
"""Below this share of every fitted step a part of it is not told from nothing."""


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
