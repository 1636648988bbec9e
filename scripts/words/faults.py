"""Page faults in sentences: which steps they take up, and what keeps the memory."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.why.faults import QUARTER
from scripts.words.names import listed, sizes_words
from scripts.words.remedies import best_remedies, gains_words, span_words

KEEPING = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "268435456",
}
"""What makes glibc keep memory, and from which version on (`bench.allocators`; a test tells)."""
LEAST_GLIBC = (2, 35)


def fault_line(faults: pd.DataFrame, remedies: pd.DataFrame) -> str:
    """The batch sizes whose steps are memory allocation, and the mend; empty where none is.

    Rows of `page_faults` and of `remedies`, of one workload and side.
    """
    own = _taken_up(faults)
    if own.empty:
        return ""
    malloc = _allocators(remedies)
    malloc = malloc[malloc["batch_size"].isin(own["batch_size"])]
    words, typed = _mend(own.iloc[0].to_dict(), malloc)
    return f"{brief_faults(faults)}; {words}{f': {typed}' if typed else '.'}"


def faults_in_short(faults: pd.DataFrame, remedies: pd.DataFrame) -> tuple[str, str]:
    """The same of all networks of a side at once, and apart from it what is to be typed.

    No mend where allocators were measured.
    """
    own = _taken_up(faults)
    if own.empty:
        return "", ""
    words = f"Page faults {_much(faults)}"
    malloc = _allocators(remedies)
    if len(malloc):
        return f"{words}.", ""
    mend, typed = _mend(own.iloc[0].to_dict(), malloc)
    return f"{words}; {mend}{':' if typed else '.'}", typed


def faults_cause(faults: pd.DataFrame) -> str:
    """Why a CPU is no faster, of all its networks; empty where page faults are no reason."""
    if _taken_up(faults).empty:
        return ""
    return f"Why the CPU is no faster: page faults (memory allocation) {_much(faults)}."


def _much(faults: pd.DataFrame) -> str:
    every = faults.groupby("workload", sort=False)["batch_size"]
    alike: dict[str, list[object]] = {}
    for name, own in _taken_up(faults).groupby("workload", sort=False)["batch_size"]:
        sizes = sorted(set(own))
        larger = [size for size in every.get_group(name) if size >= sizes[0]]
        onward = len(sizes) > 1 and len(larger) == len(own)
        where = f"from batch {sizes[0]} on" if onward else f"at batch {listed(sizes)}"
        alike.setdefault(where, []).append(name)
    named = "; ".join(f"{listed(names)} {where}" for where, names in alike.items())
    return f"take a quarter of a step's CPU seconds or more ({named})"


def brief_faults(faults: pd.DataFrame) -> str:
    """`cnn at batch size 512: 73,000 page faults per step, 52% of its CPU seconds`."""
    own = _taken_up(faults)
    if own.empty:
        return ""
    sizes = sizes_words(own["batch_size"], faults["batch_size"])
    counts = span_words(own["minor_faults_per_step"], _rounded)
    shares = span_words(own["fault_share"], "{:.0%}".format)
    workload = own["workload"].iloc[0]
    return f"{workload} at {sizes}: {counts} page faults per step, {shares} of its CPU seconds"


def _allocators(remedies: pd.DataFrame) -> pd.DataFrame:
    alone = remedies["remedy"].str.match("malloc=[^+]*$")
    return remedies[alone & remedies["gain"].notna()]


def _taken_up(faults: pd.DataFrame) -> pd.DataFrame:
    return faults[(faults["fault_share"] >= QUARTER) & (faults["doubt"] == "")]


def _rounded(count: float) -> str:
    """`73,000`: three digits."""
    return f"{float(f'{count:.3g}'):,.0f}"


def _mend(cell: Mapping[Any, Any], malloc: pd.DataFrame) -> tuple[str, str]:
    """What was measured to help, else what may, and what to type; `malloc` are allocators' rows."""
    name, _, version = str(cell["allocator"]).partition(" ")
    digits = tuple(int(part) for part in version.split(".") if part.isdecimal())
    keeps = name == "glibc" and digits >= LEAST_GLIBC and not cell["allocator_variables"]
    typed = " ".join(f"{name}={value}" for name, value in KEEPING.items()) + " python train.py"
    best = best_remedies(malloc)
    if len(best):
        how = typed if set(best["remedy"]) == {"malloc=keep"} else ""
        return f"measured here: {gains_words(best, malloc)}", how
    tried = f"not surely faster here: {listed(sorted(malloc['side'].unique()))}; "
    tried = tried if len(malloc) else ""
    if keeps and "malloc=keep" not in set(malloc["remedy"]):
        return f"{tried}this may keep the memory (--remedies malloc=keep measures it)", typed
    other = "another allocator may keep the memory (--remedies malloc=tcmalloc measures it)"
    return f"{tried}{other}", ""
