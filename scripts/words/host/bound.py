"""The bound in sentences: what no GPU can do better on a machine that has none."""

import numpy as np
import pandas as pd

from scripts.bound.cards import ANY_CARD, host
from scripts.read.text import seconds_in_words, times
from scripts.words.host.cpu import Cells
from scripts.words.names import listed
from scripts.words.warnings import marked

WHAT_IT_IS = (
    "No GPU can do better with this host, in eager PyTorch and true fp32, "
    "and nothing says that one comes near it. An operation has to be issued before it can run."
)
NO_GPU = "No GPU measured; below: the best possible."
NOT_SAID = "What a GPU could do here at best is not "
ALL_SUSPECT = f"{NOT_SAID}said: it stands on the CPU's seconds, which are suspect."
NOT_FP32 = f"{NOT_SAID}said: it is a bound in true fp32, in which nothing was measured."
_LOOK = "what the host does for a step"
_OF_BEFORE = f"the file is of a version that did not look at {_LOOK}; measured again, it tells"
_UNSEEN = {
    "interrupted": f"the run ended before it looked at {_LOOK}; --resume finishes it",
    "budget": f"a run with --budget looks at {_LOOK} only with --diagnose, where time is left; "
    "measured again without one, it tells",
}


def unseen_words(unseen: str, otherwise: str = _OF_BEFORE) -> str:
    """Why the bound is not known, of a file's `unseen`; `otherwise` where that says nothing."""
    if unseen and unseen not in _UNSEEN:
        return f"its look at {_LOOK} came to nothing ({unseen})"
    return _UNSEEN.get(unseen, otherwise)


def suspect_words(bounds: pd.DataFrame) -> str:
    """`Suspect, as the host was looked at: ...`, of rows of one workload; empty where it is not."""
    doubts = bounds["suspect"].iloc[0]
    return f"Suspect, as the host was looked at: {doubts}." if doubts else ""


def bound_line(rows: pd.DataFrame) -> str:
    """What the bound says of one workload on one machine; `rows` are its ones of `bounds`."""
    rows = rows.sort_values("batch_size", kind="stable")
    anyone = rows[rows["card"] == ANY_CARD.key]
    said = (host_words(anyone), cards_words(rows), epochs_words(anyone), suspect_words(rows))
    return " ".join(filter(None, said))


def bound_cells(rows: pd.DataFrame) -> Cells:
    """The bound of one workload in short, by title; `rows` as of `bound_line`.

    How many times faster any GPU could be at the smallest batch size, and each card at the largest.
    """
    rows = rows.sort_values("batch_size", kind="stable")
    anyone = rows[rows["card"] == ANY_CARD.key]
    lost, first, last = _lost(anyone), anyone.iloc[0], anyone.iloc[-1]
    size = anyone[lost]["batch_size"].max()
    text = (
        "never" if lost.all() else f"not to {size}" if lost.any() else times(first["best_speedup"])
    )
    cells = {f"at {first['batch_size']}: any": (first["best_speedup"], text)}
    at = f"at {last['batch_size']}: "
    for name, factor in rows[_of_cards(rows)].set_index("name")["best_speedup"].items():
        cells[f"{at}{name}"], at = (factor, times(factor)), ""
    doubt = {"doubt": rows["suspect"].max()}
    cells = {title: (value, marked(text, doubt)) for title, (value, text) in cells.items()}
    return cells | {"epochs to pay a start": (last["least_epochs"], _epochs(last) or "never")}


def host_words(anyone: pd.DataFrame) -> str:
    """Up to which batch size no GPU can beat the CPU; `anyone` has a row per batch size."""
    lost = _lost(anyone)
    issues = f"the host needs {seconds_in_words(anyone['host_seconds'].iloc[0])} to issue a step"
    row = anyone[lost].iloc[-1] if lost.any() else anyone.iloc[0]
    size, own = row["batch_size"], "slowest_seconds" if lost.any() else "step_seconds"
    trains = seconds_in_words(row[own])
    if lost.all():
        begin = f"At no batch size that was measured can a GPU beat this CPU on {row['workload']}"
    elif lost.any():
        which = f"Up to batch size {size}" if lost.sum() > 1 else f"At batch size {size}"
        begin = f"{which} no GPU can beat this CPU on {row['workload']}"
    else:
        best = row["best_speedup"]
        than = f"{_times(best)} {'faster' if best > 1 else 'as fast'}"
        begin = f"On {row['workload']} a GPU is at best {than} at batch size {size}"
    trained = f"the CPU {'has trained' if lost.any() else 'trains'} it in {trains}"
    return f"{begin}: {issues}, at least, and {trained}."


def graphs_words(bounds: pd.DataFrame) -> str:
    """By how much at most it changes that operations can be issued together, of all workloads."""
    graph = host().graph_seconds.low
    less = bounds["host_seconds"].agg(["min", "max"]) / graph
    factors = " to ".join(dict.fromkeys(f"{factor:,.0f}" for factor in less))
    factors = marked(factors, {"doubt": bounds["suspect"].max()})
    return (
        "A bound, no forecast, of eager PyTorch: CUDA graphs or torch.compile issue a step in "
        f"{seconds_in_words(graph)} at best, {factors} times less than here."
    )


def cards_words(rows: pd.DataFrame) -> str:
    """How much faster each card could be, at the largest batch size."""
    last = rows[_of_cards(rows)]
    size = last["batch_size"].iloc[0]
    factors = last["best_speedup"].map(lambda best: _times(best) if best > 1 else "not at all")
    alike = last["name"].groupby(factors, sort=False).agg(listed)
    told = "; ".join(f"{names} {factor}" for factor, names in alike.items())
    return f"At batch size {size} these can be faster, at best: {told}."


def epochs_words(anyone: pd.DataFrame) -> str:
    """How many epochs pay a GPU's cold start at the earliest, at the largest batch size."""
    row = anyone.iloc[-1]
    if not (epochs := _epochs(row)):
        return "Its cold start can never pay there."
    of = f"{epochs} epoch{'s' * (epochs != '1')} of {row['samples']:,.0f} samples"
    return f"A cold start of {start_words()} pays there after {of}, at least."


def start_words() -> str:
    """`0.05 to 5 s`: how long a GPU's cold start takes."""
    low, high = host().context_seconds
    return f"{low:g} to {high:g} s"


def _of_cards(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Which rows are of a card, at the largest batch size."""
    largest: pd.Series[bool] = rows["batch_size"] == rows["batch_size"].max()
    return largest & (rows["card"] != ANY_CARD.key)


def _lost(anyone: pd.DataFrame) -> "pd.Series[bool]":
    """Up to which of its batch sizes no GPU can beat the CPU."""
    lost: pd.Series[bool] = (anyone["slowest_seconds"] < anyone["floor_seconds"]).cummin()
    return lost


def _epochs(row: pd.Series) -> str:
    """`1 to 98`: epochs that pay a fast cold start and a slow one; empty where none do."""
    least = [row["least_epochs"], row["least_epochs_if_slow"]]
    if np.isinf(least[0]):
        return ""
    return " to ".join(dict.fromkeys(f"{number:,.0f}" for number in least))


def _times(factor: float) -> str:
    return f"{factor:.1f} times" if factor < 9.95 else f"{factor:,.0f} times"
