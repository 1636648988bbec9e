"""Where is a side slower than its base, why, and how sure is that? The first screen."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

import pandas as pd

from scripts.figures.crossover import FIRST_SCREEN, SLIDE, crossover_figure
from scripts.figures.style import Drawing
from scripts.judge.rule import SUSPECT, UNDECIDED
from scripts.read.text import counted
from scripts.sections.cause import cause_lines
from scripts.sections.cpu import cpu_pictures
from scripts.sections.inputs import Report
from scripts.sections.machines.collection import collection_lines
from scripts.sections.machines.rates import rates_picture, rates_table
from scripts.sections.section import Line, Picture, Section, Strip, Table
from scripts.tables.told import Told
from scripts.words.answer.told import (
    epochs_sentence,
    fastest_words,
    marks_key,
    verdict_sentence,
)
from scripts.words.host.bound import NO_GPU
from scripts.words.machines import fastest_sentence, machines_sentence
from scripts.words.names import listed
from scripts.words.verdicts import sure_words

MOST_ANSWERS = 2
"""Contests that have a sentence each; more are told of together."""
MOST_NETWORKS = 4
"""Of several machines: more are told of together."""
MOST_STRIPS = 12
MOST_SENTENCES = 10
MOST_MACHINES = 3
"""Of which more is said than their names."""


def answer(report: Report) -> Iterator[Section]:
    """Yield the answer in a sentence per contest, its curve, its cause and how sure it is."""
    analysis = report.analysis
    lines = list(map(partial(Line, tone="strong"), headlines(report)))
    seen, short = (list(map(Line, _notes(report, faults=faults))) for faults in (True, False))
    yield Section(
        key="answer",
        title="The answer",
        part="answer",
        lines=lines,
        pictures=list(_pictures(report)),
        notes=[*seen, *([Line(NO_GPU)] if _without_gpu(report) else [])],
        brief=[*lines, *_strips(report), *short, *_machines(report)],
        frames={"verdicts.csv": analysis.verdicts, "crossovers.csv": analysis.crossovers},
    )


def _without_gpu(report: Report) -> bool:
    """Whether CPU sides only are compared, so that the bound is all that is said of GPUs."""
    return bool(report.leading) and len(report.cpu_only) == len(report.analysis.results.files)


def headlines(report: Report) -> Iterator[str]:
    """Yield the verdict sentences."""
    contests = report.leading
    if by_machine := _by_machine(report):
        yield fastest_sentence(report.rates)
    if report.analysis.many:
        yield from collection_lines(report)
    elif len(contests) > MOST_ANSWERS:
        curves = pd.concat([one.curves for one in contests])
        words = machines_sentence(curves, most=0 if by_machine else MOST_NETWORKS)
        yield f"Once warm, {_many(report, contests)}: {words}."
    elif contests:
        several = len({one.pair.machine for one in contests}) > 1
        first = contests if several or _fit(contests) else contests[:1]
        for one in first:
            most = 6 // len(contests)
            words = verdict_sentence(one.subject, one.other, one.curves, most=most)
            yield f"{one.pair.machine}: {words}" if several else words
        if others := [one.subject for one in contests[len(first) :]]:
            yield f"Also measured: {listed(others)}."
    else:
        sides = listed(dict.fromkeys(report.analysis.rounds["side"]))
        yield f"Only {sides} was timed: {fastest_words(report.analysis.trusted)}."


def _fit(contests: list[Told]) -> bool:
    """Whether all networks of all contests have room on a screen."""
    return sum(len(one.curves) for one in contests) <= MOST_STRIPS


def _by_machine(report: Report) -> bool:
    """Whether machines by networks tell more than curves, of which there are too many or none."""
    return len(report.rates) > 0 and not 0 < len(report.leading) <= MOST_ANSWERS


def _many(report: Report, contests: list[Told]) -> str:
    """`the GPU against the CPU on 10 machines`; of unlike sides `3 sides against the CPU`."""
    machines = len({report.owners[one.pair.file] for one in contests})
    subjects = {one.subject.partition(" (")[0] for one in contests}
    others = {one.other for one in contests}
    subject = subjects.pop() if len(subjects) == 1 else f"{len(subjects)} sides"
    other = others.pop() if len(others) == 1 else f"{len(others)} others"
    where = f" on {machines} machines" if machines > 1 else ""
    return f"{subject} against {other}{where}"


def _notes(report: Report, *, faults: bool) -> Iterator[str]:
    """Yield what the cold start changes, the cause, what would help, and how sure it is."""
    contests = report.leading
    if report.analysis.many:
        return
    of = contests[0].names[0] if len(contests) > 1 else ""
    few = 0 < len(contests) <= MOST_ANSWERS
    if few and (text := epochs_sentence(contests[0].even, of=of)):
        yield text
    yield from cause_lines(report, faults=faults)
    if contests:
        yield sure_words(pd.concat([one.cells for one in contests]))


def _pictures(report: Report) -> Iterator[Picture]:
    draw = curve(report, size=FIRST_SCREEN)
    if _by_machine(report):
        yield rates_picture(report, width=FIRST_SCREEN[0])
        yield from [Picture("crossover", draw)] if draw else []
    elif draw is None:
        yield from cpu_pictures(report)[:1]
    else:
        words = " ".join(headlines(report))
        warm = pd.concat([one.warm for one in report.leading])
        marks = {UNDECIDED: "hollow: undecided", SUSPECT: "crosses: suspect"}
        seen = [said for word, said in marks.items() if (warm["verdict"] == word).any()]
        caption = "; ".join(["Bands: 95 % intervals", *seen])
        alt = f"A line per network. {words}"
        yield Picture("crossover", draw, caption=f"{caption}.", alt=alt)


def curve(report: Report, *, size: tuple[float, float], title: str = "") -> Drawing | None:
    """Return who draws the curve of the leading contests; None where there is none."""
    contests = report.leading
    if report.analysis.many or not contests:
        return None
    panels = {
        f"{one.pair.machine}: {one.subject} against {one.other}": one.warm for one in contests
    }
    if len(panels) > MOST_ANSWERS:
        panels = {"": pd.concat(panels.values())}
    others = dict.fromkeys(one.other for one in contests)
    return partial(crossover_figure, panels, other=" or ".join(others), size=size, title=title)


def slide(report: Report) -> Picture | None:
    """Return the curve for a lecture, with its sentence."""
    draw = curve(report, size=SLIDE, title=" ".join(headlines(report)))
    return None if draw is None else Picture("slide", draw)


def _machines(report: Report) -> Iterator[Line]:
    """Yield what each of the machines is, and why one has no accelerator."""
    files = report.all_files
    for file in files[:MOST_MACHINES] if len(files) <= MOST_MACHINES else ():
        words = f"{file['cpu']}; {file['os']}; torch {file['torch']}, {file['precision']}"
        yield Line(words, lead=f"{file['machine']}: ", tone="faint")
        if file["accelerator_note"]:
            yield Line(file["accelerator_note"], tone="faint")


def _strips(report: Report) -> Iterator[Line | Table | Strip]:
    """Yield a line per network of each leading contest, while they fit on a screen."""
    contests = [] if report.analysis.many else report.leading
    fits = _fit(contests)
    if _by_machine(report):
        yield rates_table(report)
        return
    if len(contests) > MOST_ANSWERS and not fits:
        for one in contests[:MOST_SENTENCES]:
            words = verdict_sentence(one.subject, one.other, one.curves)
            yield Line(words, lead=f"{one.pair.machine}: ")
        yield from _further(len(contests) - MOST_SENTENCES, "comparison")
        return
    for one in contests:
        if len(contests) > 1:
            yield Line(one.title, tone="strong")
        room = MOST_STRIPS if fits else MOST_STRIPS // len(contests)
        yield from (Strip(*told) for told in islice(one.answers(), room))
        yield from _further(len(one.curves) - room, "network")
    if contests:
        yield Line(marks_key(), tone="faint")


def _further(more: int, noun: str) -> Iterator[Line]:
    """Yield how many there are that do not fit on a screen."""
    if more > 0:
        yield Line(f"and {counted(more, f'more {noun}')}: report.html has them", tone="faint")
