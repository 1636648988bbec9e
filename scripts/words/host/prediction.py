"""Bound and estimate of a card in lines, and how well estimates have held."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from scripts.bound.estimate import LEAST, Spread
from scripts.bound.floor import CELL
from scripts.read.text import counted, seconds_in_words, times
from scripts.words.host.bound import suspect_words


def coverage_words(held: pd.DataFrame, known: Spread | None) -> str:
    """How many measured cells their intervals held, or why there is no estimate."""
    if known is None or held.empty:
        return (
            f"No estimate: it takes {LEAST + 1} networks that were measured on a GPU, with "
            f"--diagnose and at {LEAST} batch sizes or more, to tell how near one comes to this, "
            "and none of these files has them."
        )
    return (
        f"Estimates are learned from {counted(known.networks, 'network')} on measured GPUs; with "
        f"each left out in turn, {held['inside'].mean():.0%} of {counted(len(held), 'cell')} lie "
        "in their interval of 95 %."
    )


def prediction_lines(bounds: pd.DataFrame, guess: pd.DataFrame | None) -> Iterator[str]:
    """Yield a line per workload and batch size of one card: CPU, bound and, if any, estimate."""
    columns = ["seconds", "low", "high"]
    rows = bounds.assign(**dict.fromkeys(columns, np.nan))
    if guess is not None:
        rows = bounds.merge(guess, on=CELL)
    for (name, machine, workload), own in rows.groupby(["name", "machine", "workload"], sort=False):
        yield f"{name} on {machine}, {workload}: {suspect_words(own)}".rstrip()
        for row in own.sort_values("batch_size").to_dict("records"):
            cpu, least = (seconds_in_words(row[f"{one}_seconds"]) for one in ("step", "floor"))
            best = times(row["best_speedup"])
            text = f"  batch size {row['batch_size']}: CPU {cpu}, at least {least}, at best {best}"
            yield text + _estimate(row)


def _estimate(row: Mapping[Any, Any]) -> str:
    """The interval begins at the bound where that is above it."""
    if np.isnan(row["seconds"]):
        return ""
    low = max(row["low"], row["floor_seconds"])
    ends = [seconds_in_words(one) for one in (low, max(low, row["high"]))]
    middle = seconds_in_words(max(row["seconds"], row["floor_seconds"]))
    return f"; estimate {middle} [{ends[0]}, {ends[1]}]"
