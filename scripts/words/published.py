"""What is said of published measurements: points of somebody else's runs, never a verdict."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from scripts.published.points import AFTER, FROM_FIRST, NEVER, OVERTAKES, WHOLE
from scripts.published.to_target import TASK
from scripts.read.records.published import Published
from scripts.read.text import counted, safe_text, times
from scripts.words.names import listed

MARK = "published, other software"
NO_VERDICT = (
    "Points of somebody else's runs, on other software: without intervals, and never part of a "
    "verdict, a mean or a rank of what was measured here."
)
_FIELDS = {
    "batch_size": "batch sizes",
    "cold_start_seconds": "cold start",
    "total_seconds": "totals",
    "steps_per_epoch": "steps of an epoch",
    "learning_rate": "learning rates",
    "round": "rounds",
    "noise_floor": "A/A repeats",
}
Row = Mapping[Any, Any]


def not_told(own: Published) -> str:
    """What none of the table's rows says."""
    lost = [
        words
        for name, words in _FIELDS.items()
        if all(getattr(row, name) is None for row in own.rows)
    ]
    return f"Not told: {listed(lost)}." if lost and own.rows else "Every field is told somewhere."


def runs_words(runs: int) -> str:
    """`one run, no interval`."""
    return f"{'one run' if runs == 1 else f'{runs} runs'}, no interval"


def file_words(name: str, own: Published) -> str:
    """Who measured, with what, when."""
    software = dict.fromkeys(row.software for row in own.rows if row.software)
    years = dict.fromkeys(row.year for row in own.rows if row.year)
    told = ", ".join([*software, *years]) or "software and year not told"
    return f"{name}: {safe_text(own.source)}; {safe_text(told)}; licence: {safe_text(own.licence)}."


def contest_lines(
    ratios: pd.DataFrame, crossings: pd.DataFrame, even: pd.DataFrame
) -> Iterator[tuple[str, str]]:
    """A sentence per workload, of its fastest GPU against its fastest CPU: who, and what of it."""
    for _key, own in ratios[ratios["fastest"]].groupby(["file", "source", "workload"], sort=False):
        first = own.iloc[0]
        same = ["file", "source", "software", "workload", "optimizer", "side", "base"]
        passes, starts = (
            table.merge(own[same].drop_duplicates(), on=same) for table in (crossings, even)
        )
        said = [_ratio_words(own), *map(crossing_words, passes.to_dict("records"))]
        said += [even_words(row) for row in starts.to_dict("records")]
        who = f"{first['workload']}, {first['side']} against {first['base']}"
        yield safe_text(who), "; ".join(filter(None, said)) + f" ({runs_words(own['runs'].min())})."


def _ratio_words(own: pd.DataFrame) -> str:
    """`1.53x the seconds at batch size 32, 0.86x at 128`."""
    told = [
        f"{times(row['ratio'])} at "
        + ("an unknown batch size" if pd.isna(row["batch_size"]) else str(row["batch_size"]))
        for row in own.to_dict("records")
    ]
    what = "the seconds" if own["of"].iloc[0] != WHOLE else "the total seconds"
    return f"{what}, by batch size: {listed(told)}"


def about(number: float) -> str:
    """`15`, `1.4`: as sure as a point is."""
    return f"{number:.0f}" if number >= 2 else f"{number:.2g}"


def crossing_words(row: Row) -> str:
    """`the GPU overtakes at about 111, between 32 and 128`."""
    verb = "overtakes" if row["kind"] == OVERTAKES else "falls behind"
    where = f"between {row['lower']} and {row['upper']}"
    return f"the GPU {verb} at a batch size of about {about(row['batch_size'])}, {where}"


def even_words(row: Row) -> str:
    """`even after about 15 epochs at batch size 128`, the GPU being slower before."""
    size: str = "" if pd.isna(row["batch_size"]) else f" at batch size {row['batch_size']}"
    if row["kind"] == NEVER:
        return f"slower after any number of epochs{size}"
    if row["kind"] == FROM_FIRST:
        return f"faster from the first epoch{size}"
    side = "slower" if row["kind"] == AFTER else "faster"
    return f"{side} until about {about(row['epochs'])} epochs{size}, its start included"


def target_words(best: pd.DataFrame) -> Iterator[str]:
    """How often the best batch size to a target differs between devices, file by file."""
    for name, own in best.groupby("file", sort=False):
        tasks = own.groupby(TASK, dropna=False)["batch_size"]
        shared = tasks.size() > 1
        differ = int((tasks.nunique() > 1).sum())
        if shared.any():
            sides = listed(own["side"].unique())
            yield (
                f"{name}: the batch size that reaches a target first differs between {sides} for "
                f"{differ} of {counted(int(shared.sum()), 'target')}."
            )


def alt(crossings: pd.DataFrame) -> str:
    """The figure for who cannot see it."""
    passes = [f"{row['workload']}: {crossing_words(row)}" for row in crossings.to_dict("records")]
    return f"GPU seconds over CPU seconds, {MARK}. {safe_text('; '.join(passes))}"
