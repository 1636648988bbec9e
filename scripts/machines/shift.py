"""How the crossover batch size moves from machine to machine.

A crossover is an interval of batch sizes, so it has moved only where two intervals do not overlap.
A curve without one is an interval as well: slower up to 512 means a crossover above 512, if any.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.crossover import ABOVE, ALWAYS, BELOW, INTERVAL, NEVER, REVERSE

LARGER = "larger batch sizes"
SMALLER = "smaller batch sizes"
OVERLAP = "not told apart"
NO_INTERVAL = "cannot be said"

_CURVE = ["workload", "base", "scope", "epochs"]
_SIDE = ["side", "kind", "lower", "upper", "crossings"]
BASE = {name: f"base_{name}" for name in _SIDE}
"""The columns of a curve, and those of the base machine's curve beside it."""


def moves(curves: pd.DataFrame, *, base: str) -> pd.DataFrame:
    """A row per curve of every machine but the base, from the rows of `crossover.crossovers`.

    It stands beside the base machine's curve of the same side, or of the only one that meets the
    same base there. `moves` is LARGER, SMALLER, OVERLAP or NO_INTERVAL: against the base machine's
    crossover batch size.
    """
    first, others = (curves[own] for own in (curves["machine"] == base, curves["machine"] != base))
    names = first["side"].unique()
    partner = names[0] if len(names) == 1 else others["side"]
    own = others[[*_CURVE, "machine", *_SIDE]].assign(base_machine=base, base_side=partner)
    there = first[[*_CURVE, *_SIDE]].rename(columns=BASE)
    table = own.merge(there, on=[*_CURVE, "base_side"])
    pairs = zip(table.to_dict("records"), base_curves(table), strict=True)
    return table.assign(moves=[_moved(*pair) for pair in pairs])


def base_curves(moved: pd.DataFrame) -> list[dict[Any, Any]]:
    """The base's curves of such rows, with the columns' own names."""
    there = moved[list(BASE.values())].set_axis(list(BASE), axis="columns")
    return there.to_dict("records")


def _moved(own: Mapping[Any, Any], base: Mapping[Any, Any]) -> str:
    here, there = bounds(own), bounds(base)
    turned = (own["kind"] == REVERSE) != (base["kind"] == REVERSE)
    if here is None or there is None or turned:
        return NO_INTERVAL
    if here[0] >= there[1]:
        return LARGER
    return SMALLER if here[1] <= there[0] else OVERLAP


def bounds(curve: Mapping[Any, Any]) -> tuple[float, float] | None:
    """Between which batch sizes a curve's crossover lies; None where it is no single interval."""
    kind = curve["kind"]
    if kind in (INTERVAL, REVERSE):
        return float(curve["lower"]), float(curve["upper"])
    if kind in (NEVER, ABOVE):
        return float(curve["lower"]), math.inf
    if kind in (ALWAYS, BELOW):
        return 0.0, float(curve["upper"])
    return None
