"""What becomes of the batch size and the epochs that somebody would have typed."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from scripts.read.learning import score_after
from scripts.read.metric import reached
from scripts.read.text import counted, optimizer_name, seconds_in_words
from scripts.target.time import best_of
from scripts.words.names import place_text
from scripts.words.target.advice import best_line
from scripts.words.target.learning import score_text
from scripts.words.warnings import marked

_TYPED = "what you typed"


def epochs_lines(wanted: int, *, epochs: pd.DataFrame, times: pd.DataFrame) -> Iterator[str]:
    """For which batch sizes so many epochs are enough, and the fastest of these on each side."""
    ordered = epochs.sort_values("batch_size", kind="stable")
    for optimizer, cells in ordered.groupby("optimizer", sort=False):
        enough = cells.loc[cells["train_epochs"] <= wanted, "batch_size"]
        sizes = f"batch {', '.join(map(str, enough))}" if len(enough) else "no batch size"
        late = cells[cells["train_epochs"] > wanted].to_dict("records")
        more = [f"{row['batch_size']} ({_epochs(row)})" for row in late]
        words = f"; not for batch {', '.join(more)}" if more else ""
        setting = f"{counted(wanted, 'epoch')}, {optimizer_name(str(optimizer))}"
        yield f"{_TYPED} ({setting}) is enough for {sizes}{words}."
    if len(times):
        best = best_of(times[times["train_epochs"] <= wanted]).sort_values("seconds")
        for row in best.to_dict("records"):
            yield f"the fastest within that, {best_line(row)}."


def size_lines(
    batch_size: int, wanted: int | None, *, epochs: pd.DataFrame, runs: pd.DataFrame
) -> Iterator[str]:
    """Where a batch size ends, or its neighbours where it was not trained.

    `epochs` are rows of `with_whole_epochs`, `runs` of `learning.load`, both of one workload.
    """
    sizes = sorted(epochs["batch_size"].unique().tolist())
    samples = int(epochs["samples"].iloc[0])
    if batch_size > samples:
        yield f"batch {batch_size} is more than the {samples} training samples: the whole set."
        batch_size = samples
    chosen = [batch_size]
    if batch_size not in sizes:
        known = f"learned: batch {', '.join(map(str, sizes))}"
        yield f"{_TYPED}: batch {batch_size} was not trained; {known}."
        below = [size for size in sizes if size < batch_size]
        chosen = [*below[-1:], *sizes[len(below) : len(below) + 1]]
    cells = epochs[epochs["batch_size"].isin(chosen)].sort_values("batch_size", kind="stable")
    for cell in cells.to_dict("records"):
        yield _size_line(cell, batch_size, wanted, runs)


def _size_line(cell: dict[Any, Any], typed: int, wanted: int | None, runs: pd.DataFrame) -> str:
    size, rate = cell["batch_size"], cell["learning_rate"]
    lead = _TYPED if size == typed else "next to it"
    words = [f"batch {size}", *([] if wanted is None else [counted(wanted, "epoch")])]
    words.append(optimizer_name(cell["optimizer"]))
    if math.isnan(rate):
        return f"{lead} ({', '.join(words)}): {cell['reason']}."
    return f"{lead} ({', '.join(words)} {rate:g}) {_end(wanted, cell, runs)}."


def _end(wanted: int | None, cell: dict[Any, Any], runs: pd.DataFrame) -> str:
    """Where the figure seeds of a cell are after so many epochs."""
    settled = not math.isnan(cell["train_epochs"])
    if wanted is None:
        if settled:
            return f"needs {_epochs(cell)}"
        return f"does not get there: {cell['unsettled']}"
    if settled and cell["train_epochs"] <= wanted:
        return f"gets there: it needs {_epochs(cell)}"
    own = runs[(runs["batch_size"] == cell["batch_size"]) & (runs["role"] == "figure")]
    own = own[(own["optimizer"] == cell["optimizer"]) & (own["steps"].map(len) > 0)]
    ends = []
    for run in own.to_dict("records"):
        end = score_after(run, wanted * cell["steps_an_epoch"])
        # A run that ended before at its target counts as standing there; another is not known.
        ends.append(run["target"] if math.isnan(end) and run["ended"] == "target" else end)
    median = float(np.median(ends)) if ends else math.nan
    if math.isnan(median):
        return "is not known: no run was trained that long"
    there = sum(reached(cell["metric"], end, cell["target"]) for end in ends)
    seeds = f"{there} of {counted(len(ends), 'seed')} at the target"
    return f"ends at {score_text(cell['metric'], median)}, {seeds}"


def _epochs(cell: Mapping[Any, Any]) -> str:
    return counted(int(cell["train_epochs"]), "epoch")


def seconds_line(times: pd.DataFrame) -> Iterator[str]:
    """How long what was typed takes on each side, by each optimiser that it was trained with."""
    known = times[times["seconds"].notna()].sort_values("seconds")
    several = known["optimizer"].nunique() > 1
    parts = [
        f"{marked(seconds_in_words(row['seconds']), {'doubt': row['suspect']})} {place_text(row)}"
        + (f" with {optimizer_name(row['optimizer'])}" if several else "")
        for row in known.to_dict("records")
    ]
    if parts:
        yield f"it takes {'; '.join(parts)}."
