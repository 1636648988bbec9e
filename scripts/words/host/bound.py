"""The bound in sentences: what no GPU can do better on a machine that has none."""

from collections.abc import Iterator

import pandas as pd

from scripts.bound.cards import ANY_CARD, host
from scripts.read.text import counted, seconds_in_words
from scripts.words.names import listed

WHAT_IT_IS = (
    "A bound, no measurement: no GPU can do better with this host, in eager PyTorch and true fp32, "
    "and nothing says that one comes near it. An operation has to be issued before it can run."
)
NOT_SEEN = (
    "what a GPU could do here at best is not known: the file is of a version that did not look at "
    "what the host does for a step. Measured again, it tells."
)
_GRAPHS = "CUDA graphs or torch.compile can lower that to {} at best, {:.0f} times less."


def bound_lines(rows: pd.DataFrame) -> Iterator[str]:
    """Yield what the bound says of one workload on one machine; `rows` are its ones of `bounds`."""
    rows = rows.sort_values("batch_size")
    anyone = rows[rows["card"] == ANY_CARD.key]
    yield " ".join((host_words(anyone), graphs_words(anyone)))
    yield " ".join((cards_words(rows), epochs_words(anyone)))


def host_words(anyone: pd.DataFrame) -> str:
    """Up to which batch size no GPU can beat the CPU; `anyone` has a row per batch size."""
    lost = (anyone["best_speedup"] < 1).cummin()
    issues = f"the host needs {seconds_in_words(anyone['host_seconds'].iloc[0])} to issue a step"
    row = anyone[lost].iloc[-1] if lost.any() else anyone.iloc[0]
    size, trains = row["batch_size"], seconds_in_words(row["step_seconds"])
    if lost.all():
        begin = f"At no batch size that was measured can a GPU beat this CPU on {row['workload']}"
    elif lost.any():
        which = f"Up to batch size {size}" if lost.sum() > 1 else f"At batch size {size}"
        begin = f"{which} no GPU can beat this CPU on {row['workload']}"
    else:
        begin = (
            f"On {row['workload']} a GPU is at best {_times(row['best_speedup'])} faster at batch "
            f"size {size}"
        )
    trained = f"the CPU {'has trained' if lost.any() else 'trains'} it in {trains}"
    return f"{begin}: {issues}, at least, and {trained}."


def graphs_words(anyone: pd.DataFrame) -> str:
    """By how much at most the first line changes where operations are issued together."""
    graph = host().graph_seconds.low
    return _GRAPHS.format(seconds_in_words(graph), anyone["host_seconds"].iloc[0] / graph)


def cards_words(rows: pd.DataFrame) -> str:
    """How much faster each card could be, at the largest batch size."""
    size = rows["batch_size"].max()
    last = rows[(rows["batch_size"] == size) & (rows["card"] != ANY_CARD.key)]
    names = [
        f"{name} {_times(best)}" if best >= 1 else f"{name} not at all"
        for name, best in zip(last["name"], last["best_speedup"], strict=True)
    ]
    return f"At batch size {size} these could be faster, at best: {listed(names)}."


def epochs_words(anyone: pd.DataFrame) -> str:
    """How many epochs pay a GPU's cold start at the earliest, at the largest batch size."""
    row = anyone.iloc[-1]
    low, high = host().context_seconds
    least = [row["least_epochs"], row["least_epochs_if_slow"]]
    if row["best_speedup"] <= 1:
        return "Its cold start can never pay there."
    samples = f"{row['samples']:,.0f} samples"
    return (
        f"With a cold start of {low:g} s a GPU has to train {counted(int(least[0]), 'epoch')} of "
        f"{samples} there, at least, before it can have paid; with {high:g} s, {least[1]:.0f}."
    )


def _times(factor: float) -> str:
    return f"{factor:.1f} times" if factor < 9.95 else f"{factor:.0f} times"
