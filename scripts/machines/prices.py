"""What work costs: seconds as money, at prices of machines in USD per hour."""

import math
from collections.abc import Mapping

import pandas as pd


def with_costs(comparison: pd.DataFrame, prices: Mapping[str, float]) -> pd.DataFrame:
    """The comparison with `usd` and `base_usd`: what the median seconds cost; and `cost_ratio`.

    A cost ratio has an interval as the seconds have (`cost_lo`, `cost_hi`): below 1 this machine
    is cheaper for the same work. NaN where a machine has no price.
    """
    own, base = (comparison[name].map(prices).astype(float) for name in ("machine", "base_machine"))
    return comparison.assign(
        usd=comparison["seconds"] * own / 3600,
        base_usd=comparison["base_seconds"] * base / 3600,
        **{
            f"cost_{name}": comparison[name] * own / base for name in ("ratio", "lo", "hi")
        },
    )  # fmt: skip


def mean_costs(means: pd.DataFrame, prices: Mapping[str, float], *, base: str) -> pd.DataFrame:
    """The geometric means with `cost_ratio`, `cost_lo` and `cost_hi`, NaN without a price."""
    factor = means["machine"].map(prices).astype(float) / prices.get(base, math.nan)
    costs = {f"cost_{name}": means[name].astype(float) * factor for name in ("ratio", "lo", "hi")}
    return means.assign(**costs)


def target_costs(best: pd.DataFrame, prices: Mapping[str, float]) -> pd.DataFrame:
    """The best settings (`time.best_of`) with `usd`, `usd_lo`, `usd_hi`, the cheapest first.

    An hour of a machine costs the same whichever of its sides trains. NaN without a price.
    """
    hourly = best["machine"].map(prices).astype(float) / 3600
    sides = {"usd": "seconds", "usd_lo": "lo", "usd_hi": "hi"}
    table = best.assign(**{name: best[side] * hourly for name, side in sides.items()})
    return table.sort_values(["workload", "usd", "seconds"], kind="stable", ignore_index=True)
