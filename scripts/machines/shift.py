"""How the crossover batch size moves from machine to machine.

A crossover is an interval of batch sizes, so it has moved only where two intervals do not overlap.
A curve without one is an interval as well: slower up to 512 means a crossover above 512, if any.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.crossover import ABOVE, ALWAYS, BELOW, INTERVAL, NEVER

LARGER = "larger batch sizes"
SMALLER = "smaller batch sizes"
OVERLAP = "not told apart"
NO_INTERVAL = "cannot be said"

_CURVE = ["workload", "threads", "scope", "epochs"]
_COLUMNS = [*_CURVE, "machine", "device", "kind", "lower", "upper", "crossings", "base",
            "base_device", "base_kind", "base_lower", "base_upper", "base_crossings",
            "moves"]  # fmt: skip


def moves(curves: pd.DataFrame, *, base: str) -> pd.DataFrame:
    """A row a curve of every machine but the base, from the rows of `crossover.crossovers`.

    It stands beside the base's curve of the same device, or of the base's only accelerator. `moves`
    is LARGER, SMALLER, OVERLAP or NO_INTERVAL: against the base's crossover batch size.
    """
    key = [*_CURVE, "device"]
    curves = curves.assign(epochs=curves["epochs"].fillna(0))
    first = curves[curves["machine"] == base]
    known = {tuple(row[name] for name in key): row for row in first.to_dict("records")}
    devices = list(first["device"].unique())
    rows = []
    for row in curves[curves["machine"] != base].to_dict("records"):
        partner = devices[0] if len(devices) == 1 else row["device"]
        place = tuple(row[name] for name in _CURVE)
        other = known.get((*place, row["device"])) or known.get((*place, partner))
        if other is not None:
            rows.append(_row(row, other, base))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    integers = ["epochs", "lower", "upper", "base_lower", "base_upper"]
    table = table.astype(dict.fromkeys(integers, "Int64"))
    return table.assign(epochs=table["epochs"].mask(table["scope"] == "warm"))


def _row(own: dict[Any, Any], other: dict[Any, Any], base: str) -> dict[str, Any]:
    side = ("device", "kind", "lower", "upper", "crossings")
    about = {name: own[name] for name in (*_CURVE, "machine", *side)}
    about |= {f"base_{name}": other[name] for name in side}
    return about | {"base": base, "moves": _moved(own, other)}


def _moved(own: Mapping[Any, Any], other: Mapping[Any, Any]) -> str:
    here, there = bounds(own), bounds(other)
    if here is None or there is None:
        return NO_INTERVAL
    if here[0] >= there[1]:
        return LARGER
    return SMALLER if here[1] <= there[0] else OVERLAP


def bounds(curve: Mapping[Any, Any]) -> tuple[float, float] | None:
    """Between which batch sizes a curve's crossover lies; None where it is no single interval."""
    kind = curve["kind"]
    if kind == INTERVAL:
        return float(curve["lower"]), float(curve["upper"])
    if kind in (NEVER, ABOVE):
        return float(curve["lower"]), math.inf
    if kind in (ALWAYS, BELOW):
        return 0.0, float(curve["upper"])
    return None
