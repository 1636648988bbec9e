"""Causes in sentences: what stands under a heat map and in the summary."""

from typing import NamedTuple

import pandas as pd

from scripts.read.text import counted, seconds_in_words
from scripts.why.causes import FIXED, UNKNOWN
from scripts.words.faults import brief_faults, fault_line
from scripts.words.names import sizes_words
from scripts.words.remedies import batch_line, ladder_line, remedy_line
from scripts.words.warnings import marked

MEANINGS = {
    "fixed cost": "the cold start is more than half of the total",
    "launch-bound": "the operations are too small: the host cannot feed the device",
    "call-bound": "calling an operation takes longer than computing it",
    "transfer-bound": "copying minibatches to the device takes longest",
    "data-bound": "making minibatches takes longest",
    "evaluation": "evaluating after each epoch takes longest",
    "sequential": "a recurrent layer runs step by step, operation by operation",
    "compute-bound": "the device is at work",
    "memory allocation": "page faults take a quarter of the step or more",
    "unknown": "the numbers do not tell",
}

_PARTS = {
    "load": "loading",
    "copy": "copying",
    "network": "the network",
    "evaluation": "evaluation",
}
_SHOWN = 0.005
"""Smaller shares of a step are left out."""


class Studies(NamedTuple):
    """The rows of `causes`, `page_faults`, `ladder` and `remedies` of one workload and side."""

    causes: pd.DataFrame
    faults: pd.DataFrame
    ladder: pd.DataFrame
    remedies: pd.DataFrame


def why_lines(own: Studies) -> list[str]:
    """All that is known of a side's causes and remedies."""
    lines = (
        fault_line(own.faults, own.remedies),
        cause_line(own.causes),
        shares_line(own.causes),
        sum_line(own.causes),
        ladder_line(own.ladder),
        remedy_line(own.remedies),
        batch_line(own.remedies),
    )
    return [line for line in lines if line]


def brief_why(own: Studies, other: Studies, base: str) -> str:
    """The cause and best remedy of a side; the page faults and best remedy of its base."""
    faults, remedy = brief_faults(other.faults), remedy_line(other.remedies)
    said = " ".join(filter(None, (f"{faults}." if faults else "", remedy)))
    parts = (cause_line(own.causes), remedy_line(own.remedies), f"{base}: {said}" if said else "")
    return " ".join(filter(None, parts))


def cause_line(causes: pd.DataFrame) -> str:
    """Why steps take as long as they do, over the batch sizes of one workload on one side.

    `causes` are its rows of `causes`, warm and total. Empty where nothing was diagnosed.
    """
    warm = causes[causes["epochs"].isna()].sort_values("batch_size")
    if warm.empty:
        return ""
    sizes = warm["batch_size"]
    parts = [
        f"{cause} at {sizes_words(own['batch_size'], sizes)} ({MEANINGS[str(cause)]})"
        for cause, own in warm.groupby("cause", sort=False)
    ]
    text = f"Why, once warm: {'; '.join(parts)}."
    fixed = causes[causes["cause"] == FIXED]
    if len(fixed):
        most = int(fixed["epochs"].max())
        where = sizes_words(fixed.loc[fixed["epochs"] == most, "batch_size"], sizes)
        text += f" The cold start is most of {counted(most, 'epoch')} at {where}."
    doubt = warm[warm["agrees"] == "no"]
    if len(doubt):
        text += f" A second measure does not agree at {sizes_words(doubt['batch_size'], sizes)}."
    for reason, own in warm[warm["suspect"] != ""].groupby("suspect", sort=False):
        text += f" Suspect at {sizes_words(own['batch_size'], sizes)}: {reason}."
    return text


def shares_line(causes: pd.DataFrame) -> str:
    """What a step at the smallest batch size consists of, in words; empty where it is not known."""
    warm = causes[causes["epochs"].isna() & (causes["cause"] != UNKNOWN)]
    if warm.empty:
        return ""
    row = warm.sort_values("batch_size").iloc[0].to_dict()
    shares = {words: row[f"{part}_share"] for part, words in _PARTS.items()}
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    hosts = {"host share": row["host_share"], "device busy": row["busy_share"]}
    rate = row["flops"] / row["step_seconds"]
    of_best = rate / row["matmul_flops_per_second"]
    computes = f"{'at least ' if row['uncounted'] else ''}{flops_in_words(rate)}"
    looking = f"{row['looking']:+.0%}" if row["looking"] >= _SHOWN else "nothing that shows"
    said = (
        ", ".join(f"{words} {share:.0%}" for words, share in ordered if share >= _SHOWN),
        ", ".join(f"{words} {share:.0%}" for words, share in hosts.items() if pd.notna(share)),
        _times(row["host_reads"], "number", " read by the host"),
        _times(row["synchronisations"], "synchronisation"),
        marked(f"{computes}, {of_best:.1%} of the device's best", row) if of_best > 0 else "",
        f"looking added {looking}",
    )
    seconds = marked(seconds_in_words(row["step_seconds"]), row)
    step = f"{seconds}, {row['operations']:,.0f} operations"
    return f"A step at batch size {row['batch_size']} ({step}): {'; '.join(filter(None, said))}."


def _times(count: float, noun: str, words: str = "") -> str:
    return f"{counted(int(count), noun)}{words}" if count > 0 else ""


def sum_line(causes: pd.DataFrame) -> str:
    """How far the parts of a step, timed one by one, add up to the undisturbed step."""
    sound = causes["epochs"].isna() & (causes["suspect"] == "")
    whole = causes.loc[sound, "sum_share"].dropna()
    if whole.empty:
        return ""
    off = (whole - 1).abs()
    text = f"The parts of a step add up to the undisturbed step within {off.median():.1%}"
    if len(off) == 1:
        return f"{text}."
    return f"{text} in the median of {len(off)} cells (at most {off.max():.1%})."


def flops_in_words(rate: float) -> str:
    """`2.5 GFLOP/s`, as short as it goes."""
    for unit, size in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if rate >= size:
            return f"{rate / size:.3g} {unit}FLOP/s"
    return f"{rate:.3g} FLOP/s"
