"""What work costs: prices of machines in USD an hour, and seconds as money."""

import argparse
import math
from collections.abc import Sequence

import pandas as pd

from scripts.read.document import ResultError
from scripts.read.text import safe_text

Price = tuple[str, float]


def price(text: str) -> Price:
    """`box=1.50` or `box=1.50USD/h` as a name and a number: an argument of argparse."""
    name, equals, number = text.rpartition("=")
    digits = number.strip().removesuffix("/h").strip().removesuffix("USD").strip()
    try:
        dollars = float(digits)
    except ValueError:
        dollars = math.nan
    if not equals or not name or not 0 < dollars < 1e9:
        raise argparse.ArgumentTypeError(f"{safe_text(text)!r} is not NAME=USD an hour, as box=1.5")
    return name, dollars


def add_comparison(parser: argparse.ArgumentParser, *, priced: str) -> None:
    """Adds the arguments `--base` and `--price`; a price adds what `priced` says."""
    parser.add_argument(
        "--base", metavar="NAME", help="the machine (or file) that the others are compared with"
    )
    parser.add_argument(
        "--price",
        metavar="NAME=USD",
        type=price,
        action="append",
        default=[],
        help=f"what an hour of a machine costs: adds {priced}",
    )


def require_machines(prices: Sequence[Price], machines: Sequence[str]) -> dict[str, float]:
    """The prices by machine; raises ResultError for a name that is none of the machines'."""
    known = ", ".join(machines)
    for name, _dollars in prices:
        if name not in machines:
            message = f"{name!r} is no machine here; name one of: {known}"
            raise ResultError("", "--price", message)
    return dict(prices)


def with_costs(comparison: pd.DataFrame, prices: dict[str, float]) -> pd.DataFrame:
    """The comparison with `usd` and `base_usd`: what the median seconds cost; and `cost_ratio`.

    A cost ratio has an interval as the seconds have (`cost_lo`, `cost_hi`): below 1 this machine
    is cheaper for the same work. NaN where a machine has no price.
    """
    own, base = (comparison[name].map(prices).astype(float) for name in ("machine", "base"))
    return comparison.assign(
        usd=comparison["seconds"] * own / 3600,
        base_usd=comparison["base_seconds"] * base / 3600,
        **{
            f"cost_{name}": comparison[name] * own / base for name in ("ratio", "lo", "hi")
        },
    )  # fmt: skip


def mean_costs(means: pd.DataFrame, prices: dict[str, float], *, base: str) -> pd.DataFrame:
    """The geometric means with `cost_ratio`, `cost_lo` and `cost_hi`, NaN without a price."""
    factor = means["machine"].map(prices).astype(float) / prices.get(base, math.nan)
    costs = {f"cost_{name}": means[name].astype(float) * factor for name in ("ratio", "lo", "hi")}
    return means.assign(**costs)


def target_costs(soonest: pd.DataFrame, prices: dict[str, float]) -> pd.DataFrame:
    """The soonest settings (`target.best_of`) with `usd`, `usd_lo`, `usd_hi`, the cheapest first.

    An hour of a machine costs the same whichever of its devices trains. NaN without a price.
    """
    hourly = soonest["machine"].map(prices).astype(float) / 3600
    sides = {"usd": "seconds", "usd_lo": "lo", "usd_hi": "hi"}
    table = soonest.assign(**{name: soonest[side] * hourly for name, side in sides.items()})
    return table.sort_values(["workload", "usd", "seconds"], kind="stable", ignore_index=True)
