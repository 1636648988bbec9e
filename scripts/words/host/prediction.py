"""Bound and estimate of a card in lines, and how well estimates have held."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from scripts.bound.estimate import LEAST, Spread
from scripts.read.text import counted, times
from scripts.words.host.bound import suspect_words
from scripts.words.names import listed
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


def prediction_lines(rows: pd.DataFrame) -> Iterator[str]:
    """Yield a heading and a line per workload: how many times faster each card could be.

    `rows` are those of `bounds`, with the columns of `estimates` where there are such.
    """
    estimated = " (estimate)" * ("seconds" in rows)
    cards = list(rows["name"].unique())
    alike = f" ({listed(cards)} where none is named)" if len(cards) > 1 else f" ({cards[0]})"
    yield f"Times faster than the CPU at best{estimated}, by batch size{alike}:"
    words = [f"{times(row['best_speedup'])}{_estimate(row)}" for row in rows.to_dict("records")]
    rows = rows.assign(words=words)
    for (machine, workload), own in rows.groupby(["machine", "workload"], sort=False):
        cells = "; ".join(f"{_cards(of)} at {size}" for size, of in own.groupby("batch_size"))
        yield f"  {machine}, {workload}: {cells}. {suspect_words(own)}".rstrip()


def _cards(rows: pd.DataFrame) -> str:
    """`5x`, or of cards that differ `T4 5x, RTX 4090 and H100 9x`."""
    alike = rows.groupby("words", sort=False)["name"].agg(listed)
    if len(alike) == 1:
        return str(alike.index[0])
    return ", ".join(f"{names} {text}" for text, names in alike.items())


def _estimate(row: Mapping[Any, Any]) -> str:
    """The estimate with its interval, which ends at the bound where that is less."""
    if "seconds" not in row:
        return ""
    cpu, floor = row["step_seconds"], row["floor_seconds"]
    most, middle, least = (cpu / max(row[name], floor) for name in ("low", "seconds", "high"))
    return f" ({factor_words(middle, least, most)})"
