"""The part of the page about machines side by side."""

from collections.abc import Iterator

import pandas as pd

from scripts.machines.means import ALL
from scripts.machines.shift import NO_INTERVAL, OVERLAP, base_curves
from scripts.read.text import counted
from scripts.sections.machine_figures import COST, MOVES, RELATIVE, fastest_names
from scripts.sections.machine_tables import (
    cells_table,
    costs_table,
    fastest_table,
    means_table,
    moves_table,
    ranks_table,
    upgrade_table,
)
from scripts.sections.section import Line, Part, Picture
from scripts.tables.comparison import Comparison
from scripts.words.machines import upgrade_words
from scripts.words.names import listed
from scripts.words.verdicts import crossover_words, ratio_words
from scripts.write.view import View

_SCOPES = {"warm": "once warm", "total": "cold start included"}
_MOVED = {OVERLAP: "not told apart from it", NO_INTERVAL: "not to be set against it"}


def side_by_side(view: View) -> Iterator[Part]:
    """Machines against a base: nothing where one file was given, with no price of its machine."""
    comparison = view.comparison
    if comparison is None:
        return
    tables = [costs_table(comparison.costs)]
    if not comparison.alone:
        tables = [
            upgrade_table(comparison.changed),
            means_table(comparison),
            ranks_table(comparison),
            moves_table(comparison.moves),
            fastest_table(comparison.fastest),
            *tables,
            cells_table(comparison.cells),
        ]
    yield Part(
        key="side-by-side",
        title="Machines side by side",
        lines=[*_first_lines(view, comparison), *_findings(comparison)],
        pictures=list(_pictures(view, comparison)),
        notes=[] if comparison.alone else [Line(_NOTE)],
        tables=[table for table in tables if table is not None],
    )


_NOTE = (
    "Ratios are seconds over the base's seconds: above 1 a machine is slower. Each is judged by "
    "Welch's interval on log seconds with the words of the suite (slower, faster, too close, "
    "undecided), Holm-adjusted; a difference counts beyond the wider of both runs' margins. "
    "Geometric means are over the cells that all machines have measured, none of them suspect. A "
    "rank is one more than the number of machines that are decided to be faster, so machines that "
    "are not told apart share one."
)


def _first_lines(view: View, comparison: Comparison) -> Iterator[Line]:
    """What is compared, and what is not, with the reason."""
    others = [name for name in comparison.machines if name != comparison.base]
    if others:
        yield Line(f"{listed(others)} against {comparison.base}.", lead="Compared: ")
    for one in comparison.left_out:
        what = f"{one.workload} of {one.machine}" if one.workload else one.machine
        yield Line(
            f"{what}, since it did not do the work of {comparison.base}: {one.words}. "
            "(compare.py --allow compares it all the same, and marks it.)",
            lead="Left out: ",
        )
    missing = len(view.analysis.results.files) - len(
        set(comparison.machines) | {one.machine for one in comparison.left_out}
    )
    if missing > 0:
        yield Line(f"{counted(missing, 'file')} not shown cell by cell.", lead="Left out: ")


def _findings(comparison: Comparison) -> Iterator[Line]:
    """The answers in sentences: upgrades, means, crossovers."""
    if comparison.alone:
        return
    for _machine, own in comparison.upgrades.groupby("machine", sort=False):
        yield Line(upgrade_words(own), lead="Upgrade check: ")
    means = comparison.means
    if means.empty:
        yield Line("No geometric means: no cell was measured by all, none of them suspect.")
    for machine, own in means.groupby("machine", sort=False):
        yield Line(_mean_words(own, comparison.base), lead=f"{machine}: ")
    moved = comparison.moves[comparison.moves["scope"] == "warm"]
    for key, own in moved.groupby(["workload", "base_device", "threads"], sort=False):
        workload, _device, threads = map(str, key)
        cpu = "" if threads == "0" else f" against the CPU with {counted(int(threads), 'thread')}"
        lead = f"{workload}, crossover batch size{cpu}: "
        yield Line(_move_words(own, comparison.base), lead=lead)


def _mean_words(means: pd.DataFrame, base: str) -> str:
    """One machine's ratios over all workloads where there are such means; else by workload."""
    whole = means["workload"] == ALL
    parts = []
    for scope, own in means[whole if whole.any() else ~whole].groupby("scope", sort=False):
        ratios = [
            f"{ratio_words(row)} on {row['device']}"
            f"{'' if whole.any() else ' for ' + row['workload']} ({row['verdict']})"
            for row in own.to_dict("records")
        ]
        parts.append(f"{_SCOPES[str(scope)]} {listed(ratios)}")
    return f"seconds over those of {base}, {'; '.join(parts)}."


def _move_words(moves: pd.DataFrame, base: str) -> str:
    """`lab (cuda: between 8 and 32); at larger batch sizes: desk (cuda: above 256, if any)`."""
    first = moves.iloc[0]
    there = base_curves(moves)[0]
    parts = [f"{base} ({first['base_device']}: {crossover_words(there)})"]
    for word, own in moves.groupby("moves", sort=False):
        names = [
            f"{row['machine']} ({row['device']}: {crossover_words(row)})"
            for row in own.to_dict("records")
        ]
        parts.append(f"{_MOVED.get(str(word), f'at {word}')}: {listed(names)}")
    return f"{'; '.join(parts)}."


def _pictures(view: View, comparison: Comparison) -> Iterator[Picture]:
    """The figures of the comparison; those that do not fit are in the folder."""
    base = comparison.base
    captions = {
        RELATIVE: f"Geometric means of seconds against {base}, by workload and device",
        MOVES: "Crossover batch size by machine, once warm",
    }
    if not comparison.alone:
        captions |= {
            name: f"The fastest machine and device for each cell of {workload}"
            for workload, name in fastest_names(comparison).items()
        }
    captions[COST] = "Time and cost to the target, each device at its soonest setting"
    for name, caption in captions.items():
        alt = f"{caption}. The tables and sentences of this part have the numbers."
        yield from view.picture(name, caption=f"{caption}.", alt=alt)
