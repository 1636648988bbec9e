"""The CPU's own answer in sentences: its fastest batch size, what that gains, where it ends."""

import pandas as pd

from scripts.read.text import short_number
from scripts.why.faults import QUARTER
from scripts.words.names import listed

ALIKE = 0.9
"""A batch size that trains this share of the most samples per second, or more, is as good."""


def cpu_line(rates: pd.DataFrame, faults: pd.DataFrame) -> str:
    """Return the fastest batch size of one workload, and the larger ones that are slower.

    `rates` as of `cpu_rates`, `faults` of `page_faults`, both of one workload of a file.
    """
    best = rates.sort_values("samples_a_second", kind="stable").iloc[-1]
    own = rates[rates["side"] == best["side"]].sort_values("batch_size")
    first = own.iloc[0]
    gain = best["samples_a_second"] / first["samples_a_second"]
    many = f"{short_number(best['samples_a_second'])} samples per second"
    place = f"at batch size {best['batch_size']} on {best['side']}"
    text = f"{best['workload']} {'trains fastest' if len(own) > 1 else 'was timed only'} {place}"
    gains = f", {gain:.1f} times as many as at {first['batch_size']}" if gain > 1 else ""
    larger = own[own["batch_size"] > best["batch_size"]]
    slower = larger[larger["samples_a_second"] < ALIKE * best["samples_a_second"]]
    ends = f" {_slower_words(slower, best, faults)}" if len(slower) else ""
    return f"{text}: {many}{gains}.{ends}"


def _slower_words(slower: pd.DataFrame, best: pd.Series, faults: pd.DataFrame) -> str:
    shares = slower["samples_a_second"] / best["samples_a_second"]
    pairs = zip(shares, slower["batch_size"], strict=True)
    said = [f"{share:.0%} of that at {size}" for share, size in pairs]
    text = f"Larger batches are slower: {listed(said)}"
    alike = faults[(faults["side"] == best["side"]) & (faults["fault_share"] >= QUARTER)]
    alike = alike[alike["batch_size"].isin(slower["batch_size"])]
    if alike.empty:
        return f"{text}."
    most = alike.sort_values("fault_share", kind="stable").iloc[-1]
    share, size = most["fault_share"], most["batch_size"]
    return f"{text}; page faults take {share:.0%} of a step's CPU seconds at {size}."
