"""Bound and estimate of a card in lines, and how well estimates have held."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from scripts.bound.estimate import LEAST, Spread
from scripts.bound.floor import CELL
from scripts.read.text import counted, times
from scripts.words.host.bound import suspect_words
from scripts.words.verdicts import factor_words


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
    """Yield a heading and a line per workload of one card: how many times faster it could be."""
    rows = bounds.assign(**dict.fromkeys(["seconds", "low", "high"], np.nan))
    estimated = ""
    if guess is not None:
        rows, estimated = bounds.merge(guess, on=CELL), " (estimate)"
    yield f"{bounds['name'].iloc[0]}, times faster than the CPU at best{estimated}, by batch size:"
    for (machine, workload), own in rows.groupby(["machine", "workload"], sort=False):
        cells = (
            f"{times(row['best_speedup'])} at {row['batch_size']}{_estimate(row)}"
            for row in own.sort_values("batch_size").to_dict("records")
        )
        yield f"  {machine}, {workload}: {', '.join(cells)}. {suspect_words(own)}".rstrip()


def _estimate(row: Mapping[Any, Any]) -> str:
    """The estimate with its interval, which ends at the bound where that is less."""
    if np.isnan(row["seconds"]):
        return ""
    cpu, floor = row["step_seconds"], row["floor_seconds"]
    most, middle, least = (cpu / max(row[name], floor) for name in ("low", "seconds", "high"))
    return f" ({factor_words(middle, least, most)})"
