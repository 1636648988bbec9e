"""The CPU's own answer in sentences: its fastest batch size, what that gains, where it ends."""

import pandas as pd

from scripts.read.text import short_number, times
from scripts.why.faults import QUARTER
from scripts.words.names import listed

Cells = dict[str, tuple[float | str, str]]
"""A row of a table in short: by title, a value and its text."""

ALIKE = 0.9
"""A batch size that trains this share of the most samples per second, or more, is as good."""


def cpu_line(rates: pd.DataFrame, faults: pd.DataFrame) -> str:
    """Return the fastest batch size of one workload, and the larger ones that are slower.

    `rates` as of `cpu_rates`, `faults` of `page_faults`, both of one workload of a file.
    """
    best, own = _best(rates)
    first = own.iloc[0]
    gain = best["samples_a_second"] / first["samples_a_second"]
    many = f"{short_number(best['samples_a_second'])} samples per second"
    place = f"at batch size {best['batch_size']} on {best['side']}"
    text = f"{best['workload']} {'trains fastest' if len(own) > 1 else 'was timed only'} {place}"
    gains = f", {gain:.1f} times as many as at {first['batch_size']}" if gain > 1 else ""
    slower = _slower(own, best)
    ends = f" {_slower_words(slower, best, faults)}" if len(slower) else ""
    return f"{text}: {many}{gains}.{ends}"


def _best(rates: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Its fastest row, and all of that side by batch size."""
    best = rates.sort_values("samples_a_second", kind="stable").iloc[-1]
    return best, rates[rates["side"] == best["side"]].sort_values("batch_size")


def _slower(own: pd.DataFrame, best: pd.Series) -> pd.Series:
    """What share of the fastest larger batch sizes train that are slower, by batch size."""
    shares: pd.Series = own.set_index("batch_size")["samples_a_second"] / best["samples_a_second"]
    slower: pd.Series = shares[(shares.index > best["batch_size"]) & (shares < ALIKE)]
    return slower


def cpu_cells(rates: pd.DataFrame) -> Cells:
    """The same in short, by title: a value and its text."""
    best, own = _best(rates)
    first, rate = own.iloc[0], best["samples_a_second"]
    pairs = [f"{share:.0%} at {size}" for size, share in _slower(own, best).items()]
    gain = rate / first["samples_a_second"]
    return {
        "side": (best["side"], best["side"]),
        "batch size": (best["batch_size"], str(best["batch_size"])),
        "samples per second": (rate, short_number(rate)),
        f"gain over {first['batch_size']}": (gain, times(gain)),
        "larger batches reach": (", ".join(pairs), ", ".join(pairs)),
    }


def _slower_words(slower: pd.Series, best: pd.Series, faults: pd.DataFrame) -> str:
    said = [f"{share:.0%} of that at {size}" for size, share in slower.items()]
    text = f"Larger batches are slower: {listed(said)}"
    alike = faults[(faults["side"] == best["side"]) & (faults["fault_share"] >= QUARTER)]
    alike = alike[alike["batch_size"].isin(slower.index)]
    if alike.empty:
        return f"{text}."
    most = alike.sort_values("fault_share", kind="stable").iloc[-1]
    share, size = most["fault_share"], most["batch_size"]
    return f"{text}; page faults take {share:.0%} of a step's CPU seconds at {size}."
