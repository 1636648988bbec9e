"""Best number of epochs in words: when more training makes it worse, what stopping saves."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from scripts.read.text import counted, interval, optimizer_name, seconds_in_words
from scripts.target.turning import WAIT
from scripts.words.names import place_text
from scripts.words.target.learning import score_text
from scripts.words.warnings import marked

EARLY_STOPPING = f"early stopping, after {WAIT} epochs without a lower held-out loss"


def cell_text(row: Mapping[Any, Any]) -> str:
    """`batch 64, Adam 0.003`."""
    return f"batch {row['batch_size']}, {optimizer_name(row['optimizer'])} {row['learning_rate']:g}"


def lowest_text(row: Mapping[Any, Any]) -> str:
    """`12 [9 to 15]`: the epoch of the lowest held-out loss, median and extremes of the seeds."""
    return f"{row['lowest']:g} {interval(row['low'], row['high'])}"


def worse_text(row: Mapping[Any, Any]) -> str:
    """`1.8 [1.6 to 2]`: the loss at the end over that at its lowest."""
    return f"{row['worse']:.3g} {interval(format(row['lo'], '.3g'), format(row['hi'], '.3g'))}"


def turning_line(row: Mapping[Any, Any]) -> str:
    """What more training does to one setting, of a row of `turning_points`."""
    lead = cell_text(row)
    if row["cut"]:
        lead += f", {row['samples']} training samples only"
    seeds = f"[{row['low']} to {row['high']} over {counted(row['seeds'], 'seed')}]"
    if not row["turns"]:
        last = counted(row["last"], "epoch")
        return (
            f"{lead}: the held-out loss is lowest after {row['lowest']:g} of {last} {seeds} and "
            "does not turn up"
        )
    there, end, fitted = (
        score_text(row["metric"], row[name])
        for name in ("score_best", "score_last", "train_score_last")
    )
    return (
        f"{lead}: after {row['lowest']:g} epochs {seeds} more training makes the held-out loss "
        f"worse, {worse_text(row)} times by epoch {row['last']}. Held out it has {there} there and "
        f"{end} at the end ({_gain(row)}), in training {fitted}"
    )


def _gain(row: Mapping[Any, Any]) -> str:
    """Whether the score fell as well, which a loss that turns up need not mean."""
    sign = -1 if row["metric"].falls else 1
    low, high = sorted(sign * row[name] for name in ("gained_lo", "gained_hi"))
    return "worse" if high < 0 else "better" if low > 0 else "no sure difference"


def saving_lines(savings: pd.DataFrame) -> Iterator[str]:
    """What early stopping saves one setting on each side."""
    known = savings[savings["saved_seconds"].notna()] if len(savings) else savings
    for row in known.to_dict("records"):
        stop, whole, saved = (
            marked(seconds_in_words(abs(row[name])), {"doubt": row["suspect"]})
            for name in ("stop_seconds", "all_seconds", "saved_seconds")
        )
        what = "saves" if row["saved_seconds"] > 0 else "costs"
        ends = f"{row['stop_epochs']:g} of {counted(int(row['last']), 'epoch')}"
        yield f"{place_text(row)}, {EARLY_STOPPING}, {what} {saved}: {ends}, {stop} for {whole}"
