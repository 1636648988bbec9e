"""What is said of published measurements: points of somebody else's runs, never a verdict."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from scripts.published.points import AFTER, CONTEST, FROM_FIRST, NEVER, OVERTAKES, WHOLE
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
    """A sentence per network whose fastest GPU is slower than its fastest CPU, and one of the rest.

    Slower somewhere: at a batch size, or until some number of epochs. Each is (who, what).
    """
    contests = list(ratios[ratios["fastest"]].groupby(CONTEST, sort=False))
    faster = []
    for key, own in contests:
        place = pd.DataFrame([key], columns=CONTEST)
        passes, starts = (table.merge(place, on=CONTEST) for table in (crossings, even))
        if (own["ratio"] < 1).all() and (starts["kind"] == FROM_FIRST).all():
            faster.append(own["workload"].iloc[0])
            continue
        every = ratios.merge(place.drop(columns="base"), on=[*CONTEST[:-1]])
        said = [
            _ratio_words(own),
            *_every_words(every),
            *map(crossing_words, passes.to_dict("records")),
        ]
        said += map(even_words, starts.to_dict("records"))
        who = "{workload}, {side} against {base}".format(**own.iloc[0])
        yield who, f"{'; '.join(said)} ({runs_words(own['runs'].min())})."
    if faster:
        told = f"{len(faster)} of {counted(len(contests), 'network')}"
        yield "Faster in all that is told", f"{told}: {listed(faster, most=len(faster))}."


def _ratio_words(own: pd.DataFrame) -> str:
    """`the GPU takes 1.53x the CPU's seconds at batch size 32 and 0.86x at 128`."""
    rows = list(own.to_dict("records"))
    first, *others = [times(row["ratio"]) for row in rows]
    whole = " of a whole training" if rows[0]["of"] == WHOLE else ""
    told = [f"{first} the CPU's seconds{whole} at {_size(rows[0])}"]
    told += [
        f"{ratio} at {_size(row).removeprefix('batch size ')}"
        for ratio, row in zip(others, rows[1:], strict=True)
    ]
    return f"the GPU takes {listed(told, most=len(told))}"


def _every_words(every: pd.DataFrame) -> Iterator[str]:
    """Where a GPU is slower than every CPU of its table: by how much, least and most."""
    cpus, own = every["base"].nunique(), every["ratio"]
    if cpus > 1 and (own > 1).all():
        yield f"it is slower than each of {cpus} CPUs, {times(own.min())} to {times(own.max())}"


def _size(row: Row) -> str:
    return (
        "an unknown batch size" if pd.isna(row["batch_size"]) else f"batch size {row['batch_size']}"
    )


def about(number: float) -> str:
    """`15`, `1.4`: as sure as a point is."""
    return f"{number:.0f}" if number >= 2 else f"{number:.2g}"


def answer_words(crossings: pd.DataFrame, even: pd.DataFrame) -> str:
    """`The GPU overtakes on 4 networks at batch size 96 to 783 and on 2 after 3 epochs.`"""
    kinds = (
        (crossings[crossings["kind"] == OVERTAKES], "batch_size", "at batch size {}"),
        (even[even["kind"] == AFTER], "epochs", "after {} epochs"),
    )
    told = [_overtakes(own, name, words) for own, name, words in kinds if len(own)]
    return f"The GPU overtakes {listed(told)}." if told else ""


def _overtakes(own: pd.DataFrame, name: str, words: str) -> str:
    networks = counted(len(own.drop_duplicates(CONTEST)), "network")
    ends = (about(float(end)) for end in (own[name].min(), own[name].max()))
    return f"on {networks} {words.format(' to '.join(dict.fromkeys(ends)))}"


def crossing_words(row: Row) -> str:
    """`it overtakes at about 111, between 32 and 128`."""
    verb = "overtakes" if row["kind"] == OVERTAKES else "falls behind"
    return (
        f"it {verb} at about {about(row['batch_size'])}, between {row['lower']} and {row['upper']}"
    )


def even_words(row: Row) -> str:
    """`with its start it is slower until about 15 epochs`."""
    start = "with its start it is"
    if row["kind"] == NEVER:
        return f"{start} slower after any number of epochs"
    if row["kind"] == FROM_FIRST:
        return f"{start} faster from the first epoch"
    side = "slower" if row["kind"] == AFTER else "faster"
    return f"{start} {side} until about {about(row['epochs'])} epochs at {_size(row)}"


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
