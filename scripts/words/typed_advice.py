"""What becomes of the batch size and the epochs that somebody would have typed."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scripts.read.learning import score_after
from scripts.read.text import counted, optimizer_name, seconds_in_words
from scripts.target.time import best_of, times_to_target
from scripts.words.learning import (
    epochs_text,
    score_text,
    setting_text,
    time_text,
)
from scripts.words.names import place_text


def typed_lines(
    batch_size: int | None,
    wanted: int | None,
    *,
    epochs: pd.DataFrame,
    runs: pd.DataFrame,
    rounds: pd.DataFrame,
) -> Iterator[str]:
    """What becomes of what was typed: at the batch size, at its neighbours, or within the epochs.

    `epochs` are rows of `epochs_to_target`, `runs` of `learning.load`, both of one workload and
    learning file, `rounds` those of `table.load` (empty: not timed).
    """
    sizes = sorted(int(size) for size in epochs["batch_size"].unique())
    if batch_size is None:
        assert wanted is not None  # noqa: S101 - one of the two was typed
        yield from _epochs_alone(wanted, epochs, rounds)
        return
    samples = int(epochs["samples"].iloc[0])
    if batch_size > samples:
        yield f"batch {batch_size} is more than the {samples} training samples: the whole set."
        batch_size = samples
    chosen = [batch_size] if batch_size in sizes else _neighbours(batch_size, sizes)
    if batch_size not in sizes:
        known = f"learned: batch {', '.join(map(str, sizes))}"
        yield f"what you typed: batch {batch_size} was not trained; {known}."
    for size in chosen:
        lead = "what you typed" if size == batch_size else "next to it"
        yield from _at_size(size, wanted, lead=lead, epochs=epochs, runs=runs)
    if len(rounds) and wanted is not None and batch_size in sizes:
        yield from _seconds(batch_size, wanted, epochs, rounds)


def _neighbours(batch_size: int, sizes: list[int]) -> list[int]:
    """The trained batch sizes next below and next above."""
    below = [size for size in sizes if size < batch_size]
    return [*below[-1:], *sizes[len(below) : len(below) + 1]]


def _at_size(
    size: int, wanted: int | None, *, lead: str, epochs: pd.DataFrame, runs: pd.DataFrame
) -> Iterator[str]:
    """A line an optimiser: where `wanted` epochs at a trained batch size end."""
    typed = f"{lead} (batch {size}"
    typed += "" if wanted is None else f", {counted(wanted, 'epoch')}"
    for cell in epochs[epochs["batch_size"] == size].to_dict("records"):
        name, rate = optimizer_name(cell["optimizer"]), cell["learning_rate"]
        if math.isnan(rate):
            yield f"{typed}, {name}): {cell['reason']}."
            continue
        yield f"{typed}, {name} {rate:g}) {_end(wanted, cell, _figure(runs, cell))}."


def _epochs_alone(wanted: int, epochs: pd.DataFrame, rounds: pd.DataFrame) -> Iterator[str]:
    """For which batch sizes so many epochs are enough, and the soonest of these on each device."""
    typed = f"what you typed ({counted(wanted, 'epoch')}"
    for optimizer, cells in epochs.groupby("optimizer", sort=False):
        own = cells.sort_values("batch_size")
        enough = own.loc[own["epochs"] <= wanted, "batch_size"]
        sizes = f"batch {', '.join(map(str, enough))}" if len(enough) else "no batch size"
        late = own[own["epochs"] > wanted].to_dict("records")
        more = [f"{row['batch_size']} ({epochs_text(row['epochs'])})" for row in late]
        words = f"; not for batch {', '.join(more)}" if more else ""
        yield f"{typed}, {optimizer_name(str(optimizer))}) is enough for {sizes}{words}."
    within = epochs[epochs["epochs"] <= wanted]
    if len(rounds) and len(within):
        best = best_of(times_to_target(within, rounds)).sort_values("seconds")
        for row in best.to_dict("records"):
            words = f"{place_text(row)}: {setting_text(row)}: {time_text(row)}"
            yield f"the soonest within that, {words}."


def _figure(runs: pd.DataFrame, cell: dict[Any, Any]) -> list[dict[Any, Any]]:
    """The trained figure seeds of a cell."""
    own = runs[(runs["batch_size"] == cell["batch_size"]) & (runs["role"] == "figure")]
    own = own[(own["optimizer"] == cell["optimizer"]) & (own["steps"].map(len) > 0)]
    rows: list[dict[Any, Any]] = own.to_dict("records")
    return rows


def _end(wanted: int | None, cell: dict[Any, Any], runs: list[dict[Any, Any]]) -> str:
    reached = not math.isnan(cell["epochs"])
    if wanted is None:
        if reached:
            return f"needs {epochs_text(cell['epochs'])}"
        return f"does not get there: {cell['reason']}"
    if reached and cell["epochs"] <= wanted:
        return f"gets there: it needs {epochs_text(cell['epochs'])}"
    ends = [score_after(run, wanted * cell["steps_an_epoch"]) for run in runs]
    # A run that ended before at its target counts as standing there; another one is not known.
    ends = [
        run["target"] if math.isnan(end) and run["ended"] == "target" else end
        for run, end in zip(runs, ends, strict=True)
    ]
    median = float(np.median(ends)) if ends else math.nan
    if math.isnan(median):
        return "is not known: no run was trained that long"
    return f"ends at {score_text(cell['metric'], median)}"


def _seconds(
    batch_size: int, wanted: int, epochs: pd.DataFrame, rounds: pd.DataFrame
) -> Iterator[str]:
    """How long what was typed takes on each device: as many epochs, whatever they reach."""
    cell = epochs[epochs["batch_size"] == batch_size].iloc[0].to_dict()
    steps = np.array([wanted * float(cell["steps_an_epoch"])])
    whole = {"epochs": float(wanted), "reason": "", "steps": steps, "seeds": 1}
    typed = pd.DataFrame([cell | whole])
    rows = times_to_target(typed, rounds).sort_values("seconds").to_dict("records")
    parts = [
        f"{seconds_in_words(row['seconds'])} {place_text(row)}"
        for row in rows
        if not math.isnan(row["seconds"])
    ]
    if parts:
        yield f"it takes {'; '.join(parts)}."
