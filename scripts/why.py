"""Causes and remedies in sentences: what stands under a heat map and in the summary."""

from collections.abc import Iterable

import pandas as pd

from scripts.causes import FIXED, UNKNOWN
from scripts.decide import SUSPECT
from scripts.text import counted, seconds_in_words, times

MEANINGS = {
    "fixed cost": "the cold start is more than half of the total",
    "launch-bound": "the operations are too small: the host cannot feed the device",
    "transfer-bound": "copying minibatches to the device takes longest",
    "data-bound": "making minibatches takes longest",
    "evaluation": "evaluating after each epoch takes longest",
    "sequential": "a recurrent layer runs step by step, operation by operation",
    "compute-bound": "the device is at work",
    "unknown": "the numbers do not tell",
}


def cause_line(causes: pd.DataFrame) -> str:
    """Why steps take as long as they do, over the batch sizes of one workload on one device.

    `causes` are its rows of `causes`, warm and total. Empty where nothing was diagnosed.
    """
    warm = causes[causes["epochs"].isna()].sort_values("batch_size")
    if warm.empty:
        return ""
    sizes = warm["batch_size"]
    parts = [
        f"{cause} at {_places(own['batch_size'], sizes)} ({MEANINGS[str(cause)]})"
        for cause, own in warm.groupby("cause", sort=False)
    ]
    text = f"Why, once warm: {'; '.join(parts)}."
    fixed = causes[causes["cause"] == FIXED]
    if len(fixed):
        most = int(fixed["epochs"].max())
        where = _places(fixed.loc[fixed["epochs"] == most, "batch_size"], sizes)
        text += f" The cold start is most of {counted(most, 'epoch')} at {where}."
    doubt = warm[warm["agrees"] == "no"]
    if len(doubt):
        text += f" A second measure does not agree at {_places(doubt['batch_size'], sizes)}."
    return text


def shares_line(causes: pd.DataFrame) -> str:
    """What a step at the smallest batch size consists of, in words; empty where it is not known."""
    warm = causes[causes["epochs"].isna() & (causes["cause"] != UNKNOWN)]
    if warm.empty:
        return ""
    row = warm.sort_values("batch_size").iloc[0]
    names = {"load": "loading", "copy": "copying", "network": "the network", "evaluation": ""}
    names["evaluation"] = "evaluation"
    known = {words: row[f"{part}_share"] for part, words in names.items()}
    ordered = sorted(known.items(), key=lambda item: -item[1])
    parts = [f"{words} {share:.0%}" for words, share in ordered if share >= 0.005]
    step = seconds_in_words(row["step_seconds"])
    host = "" if pd.isna(row["host_share"]) else f"; host share {row['host_share']:.0%}"
    return (
        f"A step at batch size {row['batch_size']} ({step}, {row['operations']:.0f} operations): "
        f"{', '.join(parts)}{host}{_reads(row)}{_rate(row)}; "
        f"looking added {row['looking']:+.0%}."
    )


def _reads(row: pd.Series) -> str:
    """How often the host has to have a number, for which it waits for an accelerator."""
    reads = row["host_reads"]
    return f"; {counted(int(reads), 'number')} read by the host" if reads > 0 else ""


def _rate(row: pd.Series) -> str:
    """What the step computes a second, and what that is of the device's fastest matrix product."""
    rate = row["flops"] / row["step_seconds"]
    share = rate / row["matmul_flops_per_second"]
    if pd.isna(share) or rate == 0:
        return ""
    return f"; {flops_in_words(rate)}, {share:.1%} of the device's best"


def flops_in_words(rate: float) -> str:
    """`2.5 GFLOP/s`, as short as it goes."""
    for unit, size in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if rate >= size:
            return f"{rate / size:.3g} {unit}FLOP/s"
    return f"{rate:.3g} FLOP/s"


def best_remedies(remedies: pd.DataFrame) -> pd.DataFrame:
    """The best remedy of each cell that has one: the largest surely gained factor."""
    helping = remedies[
        (remedies["kind"] == "remedy") & (remedies["verdict"] == "faster") & ~remedies["applied"]
    ]
    cell = ["file", "workload", "batch_size", "device", "threads"]
    return helping.sort_values("lo", ascending=False).drop_duplicates(cell).sort_values(cell)


def remedy_line(remedies: pd.DataFrame) -> str:
    """The best remedy of one workload on one device; empty where none was timed."""
    tried = remedies[(remedies["kind"] == "remedy") & ~remedies["applied"]]
    tried = tried[tried["gain"].notna()]
    if tried.empty:
        return ""
    best = best_remedies(remedies)
    names = ", ".join(sorted(tried["remedy"].unique()))
    if (tried["verdict"] == SUSPECT).all():
        return f"No verdict on any remedy ({names}): the measurements are suspect."
    if best.empty:
        return f"No remedy made it surely faster ({names})."
    parts = [
        f"{name} at {_places(own['batch_size'], tried['batch_size'])} ({_gains(own)})"
        for name, own in best.groupby("remedy", sort=False)
    ]
    return f"Best remedy: {'; '.join(parts)}."


def batch_line(remedies: pd.DataFrame) -> str:
    """What a larger batch size of the grid would save, from the smallest one on."""
    larger = remedies[(remedies["kind"] == "batch size") & (remedies["verdict"] == "faster")]
    if larger.empty:
        return ""
    smallest = larger[larger["batch_size"] == larger["batch_size"].min()]
    row = smallest.sort_values("lo").iloc[-1]
    size = row["remedy"].rpartition("-")[2]
    return (
        f"An epoch at batch size {size} is {times(row['gain'])} faster than at {row['batch_size']} "
        "(fewer, larger steps: it learns differently)."
    )


def _gains(rows: pd.DataFrame) -> str:
    gain = _span(rows["gain"])
    late = rows["epochs"].dropna()
    if not len(late):
        return f"{gain} faster"
    least, most = int(late.min()), int(late.max())
    after = counted(least, "epoch") if least == most else f"{least} to {most} epochs"
    return f"{gain} faster, pays off after {after}"


def _places(sizes: Iterable[int], known: Iterable[int]) -> str:
    """`batch size 8, 32 and 128`, or `every batch size` where these are all of several."""
    own = sorted(set(sizes))
    if len(own) > 1 and own == sorted(set(known)):
        return "every batch size"
    names = [str(size) for size in own]
    return f"batch size {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}"


def ladder_line(remedies: pd.DataFrame) -> str:
    """How the loop that is taught compares with the lean one; empty where it was not measured."""
    ladder = remedies[remedies["kind"] == "ladder"]
    taught = ladder[(ladder["remedy"] == "loop-course") & (ladder["verdict"] == "slower")]
    if len(taught):
        return f"As it is taught, an epoch takes {_span(1 / taught['gain'])} as long."
    lean = ladder[(ladder["remedy"] == "loop-lean") & (ladder["verdict"] == "faster")]
    return f"The lean loop is {_span(lean['gain'])} faster." if len(lean) else ""


def _span(factors: pd.Series) -> str:
    low, high = times(factors.min()), times(factors.max())
    return low if low == high else f"{low} to {high}"
