"""Crossover batch size: where, going up in batch size, another of two sides is ahead. A bracket.

It reaches from the last batch size decided for one side to the first decided for the other; what is
too close, undecided or not measured in between lies inside it. Nothing is smoothed: a curve that
changes sides more than once is reported as that. The number inside it is made by `crosses_at`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from scripts.judge.crosses_at import crossing_numbers
from scripts.judge.rule import CLOSE, FASTER, NOT_MEASURED, SLOWER, UNDECIDED

INTERVAL = "interval"  # slower up to `lower`, faster from `upper` on
NEVER = "never"  # slower wherever decided, up to the grid's largest batch size (`lower`)
ALWAYS = "always"  # faster wherever decided, from the grid's smallest batch size (`upper`)
ABOVE = "above the grid"  # slower wherever decided; above `lower` nothing is decided
BELOW = "below the grid"  # faster wherever decided; below `upper` nothing is decided
REVERSE = "reverse"  # the other way round: faster up to `lower`, slower from `upper` on
SEVERAL = "several"  # changes sides more than once, see `crossings`

CURVE = ["file", "machine", "workload", "side", "base", "scope", "epochs"]


@dataclass(frozen=True)
class Crossing:
    """What one curve says. `rests_on` are the batch sizes whose verdicts carry it."""

    kind: str
    lower: int | None = None
    upper: int | None = None
    rests_on: tuple[int, ...] = ()
    crossings: str = ""


def crossovers(verdicts: pd.DataFrame) -> pd.DataFrame:
    """A row a curve (CURVE), from the rows of `verdict.verdicts`, of one scope or of both.

    Columns: CURVE, kind, lower, upper (batch sizes; NA where the
    interval is open), crossings (each change of sides), rests_on (batch sizes whose verdicts carry
    the answer), cells (every batch size with its verdict), derived where the verdicts have it, and
    what `crossing_numbers` gives.
    """
    ordered = verdicts.sort_values("batch_size", kind="stable", ignore_index=True)
    curve = ordered.groupby(CURVE, dropna=False, sort=False).ngroup().to_numpy()
    ordered = ordered.iloc[np.argsort(curve, kind="stable")]
    starts = np.flatnonzero(np.diff(np.sort(curve), prepend=-1))
    sizes, words = ordered["batch_size"].tolist(), ordered["verdict"].tolist()
    rows = []
    for key, (begin, end) in zip(
        ordered[CURVE].iloc[starts].itertuples(index=False, name=None),
        pairwise([*starts.tolist(), len(ordered)]),
        strict=True,
    ):
        found = crossing(sizes[begin:end], words[begin:end])
        rests_on = ", ".join(map(str, found.rests_on))
        cells = zip(sizes[begin:end], words[begin:end], strict=True)
        text = "; ".join(f"{size} {word}" for size, word in cells)
        answer = (found.kind, found.lower, found.upper, found.crossings, rests_on, text)
        rows.append((*key, *answer))
    columns = [*CURVE, "kind", "lower", "upper", "crossings", "rests_on", "cells"]
    integers = dict.fromkeys(["epochs", "lower", "upper"], "Int64")
    table = pd.DataFrame(rows, columns=columns).astype(integers)
    own = {"derived": ordered["derived"].to_numpy()[starts]} if "derived" in ordered else {}
    numbers = crossing_numbers(ordered, np.sort(curve))
    return pd.concat([table.assign(**own), numbers], axis=1)


def crossing(batch_sizes: Sequence[int], words: Sequence[str]) -> Crossing:
    """Reads one curve; batch sizes ascend, `words` are their verdicts."""
    cells = list(zip(batch_sizes, words, strict=True))
    sides = [(size, word) for size, word in cells if word in (SLOWER, FASTER)]
    if not sides:
        return _without_sides(cells)
    changes = [(a, b) for a, b in pairwise(sides) if a[1] != b[1]]
    if not changes:
        return _one_side(cells, sides)
    text = "; ".join(f"to {word} between {a} and {b}" for (a, _), (b, word) in changes)
    carried = tuple(dict.fromkeys(size for change in changes for size, _ in change))
    if len(changes) > 1:
        return Crossing(SEVERAL, rests_on=carried, crossings=text)
    (lower, before), (upper, _) = changes[0]
    kind = INTERVAL if before == SLOWER else REVERSE
    return Crossing(kind, lower, upper, rests_on=carried, crossings=text)


def _without_sides(cells: list[tuple[int, str]]) -> Crossing:
    measured = [(size, word) for size, word in cells if word != NOT_MEASURED]
    if not measured:
        return Crossing(NOT_MEASURED)
    if all(word == CLOSE for _, word in measured):
        return Crossing(CLOSE, rests_on=tuple(size for size, _ in measured))
    return Crossing(UNDECIDED)


def _one_side(cells: list[tuple[int, str]], sides: list[tuple[int, str]]) -> Crossing:
    carried = tuple(size for size, _ in sides)
    if sides[0][1] == SLOWER:
        kind = NEVER if cells[-1] == sides[-1] else ABOVE
        return Crossing(kind, lower=carried[-1], rests_on=carried)
    kind = ALWAYS if cells[0] == sides[0] else BELOW
    return Crossing(kind, upper=carried[0], rests_on=carried)
