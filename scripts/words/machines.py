"""Machines against one another in sentences."""

from collections.abc import Iterable, Sequence

import pandas as pd

from scripts.judge.crossover import ALWAYS, INTERVAL
from scripts.judge.crossover import NEVER as NOWHERE
from scripts.judge.rule import CLOSE, NOT_MEASURED, SUSPECT, UNDECIDED
from scripts.machines.upgrade import CHANGES, OTHER_HARDWARE, several_runs
from scripts.read.text import counted
from scripts.words.names import listed

_ONE_RUN = (
    " These are two runs: neither a regression nor an improvement of the software until several "
    "runs of each say so (--group-runs)."
)


def between_words(*, several: bool, strict: bool) -> str:
    """What intervals and words between machines stand on."""
    unit = (
        "A run is the unit: intervals stand on how much the runs of a machine differ, pooled over "
        "both machines, and crossover batch sizes on how much its sides differ from run to run, "
        "which takes three runs."
        if several
        else "Intervals are Welch's, and they and crossover batch sizes are of these runs: how "
        "much a machine differs from one run to the next is not in them. Several runs of each "
        "machine and --group-runs put it in."
    )
    wrong = "any is wrong with a chance of 5 %" if strict else "5 % are expected to be wrong"
    return f"Slower and faster are beyond the margin; of all words at most {wrong}. {unit}"


def contradiction_words(machine: str, base: str, factor: float) -> str:
    """What speaks against the same hardware, of a factor of `contradicted`."""
    longer = f"{factor:.2g} times as long" if factor > 1 else f"{factor:.2g} times as long only"
    return (
        f"{machine} calls itself the hardware of {base} (CPU, cores and memory), but takes "
        f"{longer} in all cells, each by more than {OTHER_HARDWARE:g}: another host, other "
        "neighbours or another clock, not a change of software"
    )


def upgrade_words(cells: pd.DataFrame) -> str:
    """One machine's rows of `upgrades`: `new against old (torch ...): 2 regressions, ...`."""
    first = cells.iloc[0]
    counts = cells["verdict"].value_counts()
    known = several_runs(cells)
    parts = [
        counted(int(counts.get(word, 0)), name) if known else f"{counts.get(word, 0)} {word}"
        for word, name in CHANGES.items()
    ]
    others = (CLOSE, UNDECIDED, SUSPECT, NOT_MEASURED)
    parts += [f"{counts[word]} {word}" for word in others if word in counts]
    return (
        f"{first['machine']} against {first['base_machine']}, the same hardware "
        f"({first['software']}): {', '.join(parts)} of {counted(len(cells), 'cell')}."
        f"{'' if known else _ONE_RUN}"
    )


def machines_sentence(curves: Sequence[pd.DataFrame], *, most: int = 4) -> str:
    """The same of many contests: on how many each network crosses, and where.

    Of more than `most` networks all are told of together.
    """
    rows = pd.concat(curves)
    names = rows["workload"].unique()
    if len(names) > most:
        return f"{len(rows)} curves of {len(names)} networks, {_outcomes(rows)}"
    groups = rows.groupby("workload", sort=False)
    return "; ".join(f"{name} {_outcomes(own)}" for name, own in groups)


def _outcomes(rows: pd.DataFrame) -> str:
    """`8 crossing at batch 32 to 128 and 2 slower throughout`."""
    crossing = rows[rows["kind"] == INTERVAL]
    kinds = rows["kind"].value_counts()
    at = crossing["crosses_at"].fillna(crossing["upper"].astype(float))
    where = f" at batch {_span(at)}" if len(at) else ""
    told = {f"crossing{where}": INTERVAL, "slower throughout": NOWHERE, "faster throughout": ALWAYS}
    parts = [f"{kinds[kind]} {words}" for words, kind in told.items() if kind in kinds]
    rest = len(rows) - sum(int(kinds.get(kind, 0)) for kind in told.values())
    return listed([*parts, *([f"{rest} undecided"] if rest else [])])


def _span(values: Iterable[float]) -> str:
    ends = [f"{end:.0f}" for end in (min(values), max(values))]
    return " to ".join(dict.fromkeys(ends))
