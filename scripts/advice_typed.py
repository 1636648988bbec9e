"""What becomes of the batch size and the epochs that somebody would have typed."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scripts.learning import score_after
from scripts.learning_words import epochs_text, optimizer_name, place_text, score_text
from scripts.target import times_to_target
from scripts.text import counted, seconds_in_words


def typed_lines(
    batch_size: int | None,
    wanted: int | None,
    *,
    epochs: pd.DataFrame,
    runs: pd.DataFrame,
    rounds: pd.DataFrame,
) -> Iterator[str]:
    """A line an optimiser: where `wanted` epochs at the batch size end; then their seconds.

    `epochs` are rows of `epochs_to_target`, `runs` of `learning.load`, both of one workload and
    learning file, `rounds` those of `table.load` (empty: not timed).
    """
    sizes = sorted(int(size) for size in epochs["batch_size"].unique())
    known = f"learned: batch {', '.join(map(str, sizes))}"
    if batch_size is None:
        yield f"what you typed: epochs without --batch-size say nothing; {known}."
        return
    if batch_size not in sizes:
        yield f"what you typed: batch {batch_size} was not trained; {known}."
        return
    typed = f"what you typed (batch {batch_size}"
    typed += "" if wanted is None else f", {counted(wanted, 'epoch')}"
    for cell in epochs[epochs["batch_size"] == batch_size].to_dict("records"):
        name, rate = optimizer_name(cell["optimizer"]), cell["learning_rate"]
        if math.isnan(rate):
            yield f"{typed}, {name}): {cell['reason']}."
            continue
        place = f"{typed}, {name} {rate:g})"
        yield f"{place} {_end(wanted, cell, _figure(runs, cell))}."
    if len(rounds) and wanted is not None:
        yield from _seconds(batch_size, wanted, epochs, rounds)


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
