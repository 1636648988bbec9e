"""Machines side by side: how fast is each against a base?"""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from scripts.figures.cost import cost_figure
from scripts.figures.fastest import fastest_figure, side_colours
from scripts.figures.marks import machine_looks
from scripts.figures.relative import relative_figure
from scripts.figures.shift import MOVES, moves_figure
from scripts.figures.style import Drawing
from scripts.machines.means import ALL
from scripts.machines.shift import NO_INTERVAL, OVERLAP, base_curves
from scripts.read.text import counted, file_stem, file_stems
from scripts.sections.inputs import Report
from scripts.sections.machines.tables import side_tables
from scripts.sections.section import Line, Picture, Section, Tone
from scripts.tables.comparison import Comparison
from scripts.words.crossovers import crossover_words
from scripts.words.machines import between_words, upgrade_words
from scripts.words.names import listed
from scripts.words.verdicts import ratio_words

_SCOPES = {"warm": "once warm", "total": "cold start included"}
_MOVED = {OVERLAP: "not told apart from it", NO_INTERVAL: "not to be set against it"}
_NOTE = (
    "Ratios are seconds over the base's seconds: above 1 a machine is slower. A difference counts "
    "beyond the wider of both runs' margins. Geometric means are over the cells that all machines "
    "have measured, none of them suspect. A rank is one more than the number of machines that are "
    "decided to be faster, so machines that are not told apart share one."
)
_FIRST_RUN = " Time and cost to the target are of a machine's first run only."


def standing(comparison: Comparison) -> str:
    """Return what intervals and words of a comparison stand on."""
    text = between_words(several=comparison.several, strict=comparison.analysis.strict)
    return f"{text}{_FIRST_RUN * bool(comparison.several and len(comparison.costs))}"


def side_by_side(report: Report) -> Iterator[Section]:
    """Yield nothing where one file was given, with no price of its machine."""
    comparison = report.comparison
    if comparison is None:
        return
    several = not comparison.alone
    yield Section(
        key="side-by-side",
        title="Machines side by side",
        lines=[
            *_compared(comparison, len(report.analysis.results.files)),
            *(_findings(comparison) if several else ()),
        ],
        pictures=list(side_pictures(comparison)),
        notes=[Line(f"{_NOTE} {standing(comparison)}")] if several else [],
        tables=side_tables(comparison),
        frames=dict(comparison.tables()),
    )


def side_pictures(comparison: Comparison) -> Iterator[Picture]:
    """Yield the pictures of a comparison; none about machines where there is only one."""
    if not comparison.alone:
        yield from _of_several(comparison)
    if len(comparison.costs) and comparison.costs["usd"].notna().any():
        draw = partial(cost_figure, comparison.costs, machines=comparison.machines)
        caption = "Time and cost to the target, each side at its fastest setting"
        yield _picture("cost-to-target", draw, caption)


def _of_several(comparison: Comparison) -> Iterator[Picture]:
    base, machines = comparison.base, comparison.machines
    if comparison.means["machine"].isin(machine_looks(machines)).any():
        relative = partial(relative_figure, comparison.means, base=base, machines=machines)
        caption = f"Geometric means of seconds against {base}, by workload and side"
        yield _picture("relative-speed", relative, caption)
    if len(comparison.curves):
        moved = partial(moves_figure, comparison.curves, comparison.verdicts, base=base)
        yield _picture("crossover-moves", moved, MOVES)
    colours = side_colours(comparison.fastest)
    stems = file_stems(comparison.fastest["workload"].unique())
    for workload, own in comparison.fastest.groupby("workload", sort=False):
        name = file_stem("fastest", stems[str(workload)])
        caption = f"The fastest machine and side for each cell of {workload}"
        yield _picture(name, partial(fastest_figure, own, colours), caption)


def _picture(name: str, draw: Drawing, caption: str) -> Picture:
    alt = f"{caption}. The tables and sentences of this part have the numbers."
    return Picture(name, draw, caption=f"{caption}.", alt=alt)


def _compared(comparison: Comparison, files: int) -> Iterator[Line]:
    """Yield what is compared, and what is not, with the reason."""
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
    known = {*comparison.rounds["file"], *(one.file for one in comparison.left_out)}
    missing = files - len(known)
    if missing > 0:
        yield Line(f"{counted(missing, 'file')} not shown cell by cell.", lead="Left out: ")


def _findings(comparison: Comparison) -> Iterator[Line]:
    """Yield the answers in sentences: upgrades, means, crossovers."""
    for _machine, own in comparison.upgrades.groupby("machine", sort=False):
        yield Line(upgrade_words(own), lead="Upgrade check: ")
    yield from mean_lines(comparison)
    moved = comparison.moves[comparison.moves["scope"] == "warm"]
    for (workload, _side, base), own in moved.groupby(
        ["workload", "base_side", "base"], sort=False
    ):
        lead = f"{workload}, crossover batch size against {base}: "
        yield Line(_move_words(own, comparison.base), lead=lead)


def mean_lines(comparison: Comparison, *, tone: Tone = "") -> Iterator[Line]:
    """Yield a line for each machine, or why there is none."""
    if comparison.means.empty:
        yield Line("No geometric means: no cell has a sound time on every machine.")
    for machine, own in comparison.means.groupby("machine", sort=False):
        yield Line(_mean_words(own, comparison.base), lead=f"{machine}: ", tone=tone)


def _mean_words(means: pd.DataFrame, base: str) -> str:
    """One machine's ratios over all workloads where there are such means; else by workload."""
    whole = means["workload"] == ALL
    parts = []
    for scope, own in means[whole if whole.any() else ~whole].groupby("scope", sort=False):
        ratios = [
            f"{ratio_words(row)} on {row['side']}"
            f"{'' if whole.any() else ' for ' + row['workload']} ({row['verdict']})"
            for row in own.to_dict("records")
        ]
        parts.append(f"{_SCOPES[str(scope)]} {listed(ratios)}")
    return f"seconds over those of {base}, {'; '.join(parts)}."


def _move_words(moves: pd.DataFrame, base: str) -> str:
    """`lab (cuda: between 8 and 32); at larger batch sizes: desk (cuda: above 256, if any)`."""
    first = moves.iloc[0]
    there = base_curves(moves)[0]
    parts = [f"{base} ({first['base_side']}: {crossover_words(there)})"]
    for word, own in moves.groupby("moves", sort=False):
        names = [
            f"{row['machine']} ({row['side']}: {crossover_words(row)})"
            for row in own.to_dict("records")
        ]
        parts.append(f"{_MOVED.get(str(word), f'at {word}')}: {listed(names)}")
    return f"{'; '.join(parts)}."
