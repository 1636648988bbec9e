"""Machines against one another in sentences."""

from collections.abc import Mapping

import pandas as pd

from scripts.judge.crossover import ALWAYS, INTERVAL
from scripts.judge.crossover import NEVER as NOWHERE
from scripts.judge.rule import CLOSE, NOT_MEASURED, SLOWER, SUSPECT, UNDECIDED
from scripts.machines.upgrade import CHANGES, OTHER_HARDWARE, several_runs
from scripts.read.text import counted
from scripts.words.names import listed
from scripts.words.verdicts import ratio_words
from scripts.words.warnings import marked

_MOST_FASTEST = 3
"""Of more machines that are fastest somewhere only the first is named: a table has them all."""
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
        else "Intervals (Welch's) and crossovers are of these runs; with several of each machine "
        "--group-runs counts how much runs differ."
    )
    wrong = "any is wrong with a chance of 5 %" if strict else "5 % are expected to be wrong"
    return f"Slower and faster are beyond the margin; of all verdicts at most {wrong}. {unit}"


def contradiction_words(factors: Mapping[str, float], base: str) -> str:
    """What speaks against the same hardware, of the machines and factors of `contradicted`."""
    order = sorted(factors.values())
    ends = " to ".join(dict.fromkeys(f"{end:.2g}" for end in (order[0], order[-1])))
    calls, takes = ("calls itself", "takes") if len(order) == 1 else ("call themselves", "take")
    return (
        f"{listed(factors, most=3)} {calls} the hardware of {base} (CPU, cores and memory), but "
        f"{takes} {ends} times as long, and every cell differs by more than {OTHER_HARDWARE:g} "
        "times: another host, other neighbours or another clock, not a change of software"
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


def fastest_mean_sentence(means: pd.DataFrame, base: str) -> str:
    """Which machine takes the least seconds once warm, side by side, of rows of geometric means."""
    warm = means[(means["scope"] == "warm") & means["ratio"].notna()]
    best = warm.sort_values("ratio", kind="stable").drop_duplicates(["side", "workload"])
    several = best["workload"].nunique() > 1
    parts = []
    for row in best.to_dict("records"):
        place = f" on {row['side']}{several * (' for ' + row['workload'])}, "
        ahead = f"{base}{place}before {row['machine']}, " if row["verdict"] == SLOWER else ""
        words = f"{ratio_words(row)} ({row['verdict']})"
        parts.append((ahead or f"{row['machine']}{place}") + words)
    return f"Fastest once warm, seconds over those of {base}: {'; '.join(parts)}."


def fastest_sentence(rates: pd.DataFrame) -> str:
    """`Fastest machine: lab on every network.`, from rows of `rates`; of many only the first."""
    best = rates[rates["share"] == 1]
    networks = rates["workload"].nunique()
    found = sorted(best.groupby("machine", sort=False), key=lambda one: -len(one[1]))
    told = found if len(found) <= _MOST_FASTEST else found[:1]
    parts = [
        f"{marked(str(name), own.iloc[0].to_dict())} on "
        f"{'every network' if len(own) == networks > 1 else listed(own['workload'], most=3)}"
        for name, own in told
    ]
    if others := found[len(told) :]:
        parts.append(f"{len(others)} others on {sum(len(own) for _name, own in others)} networks")
    return f"Fastest machine{'s' * (len(parts) > 1)}: {'; '.join(parts)}."


def machines_sentence(curves: pd.DataFrame, *, most: int = 4) -> str:
    """What comes of many contests: how often each network overtakes, and where.

    `curves` are warm rows of `crossovers`. Of more than `most` networks all are told of together.
    What is counted is named once.
    """
    names = curves["workload"].unique()
    if len(names) > most:
        return f"on {counted(len(names), 'network')} it {_outcomes(curves)}"
    groups = enumerate(curves.groupby("workload", sort=False))
    return "; ".join(f"{name} {_outcomes(own, named=not place)}" for place, (name, own) in groups)


def _outcomes(rows: pd.DataFrame, *, named: bool = True) -> str:
    """`overtakes at batch 32 to 128 in 8 of 10 cases and is slower throughout in 2`."""
    crossing = rows[rows["kind"] == INTERVAL]
    at = crossing["crosses_at"].fillna(crossing["upper"].astype(float))
    ends = dict.fromkeys(f"{end:.0f}" for end in (at.min(), at.max()))
    told = {
        INTERVAL: f"overtakes at batch {' to '.join(ends)}",
        ALWAYS: "is faster throughout",
        NOWHERE: "is slower throughout",
    }
    kinds = rows["kind"].where(rows["kind"].isin(told), "").value_counts()
    told[""] = "none of these" if len(kinds) > 1 else "is neither faster nor slower throughout"
    (words, count), *others = [(told[kind], int(kinds[kind])) for kind in told if kind in kinds]
    cases = f" of {counted(len(rows), 'case')}" if named else ""
    parts = [f"{words} in {count}{cases}"]
    for more, number in others:
        said = any(part.startswith("is ") for part in parts)
        parts.append(f"{more.removeprefix('is ') if said else more} in {number}")
    return listed(parts)
