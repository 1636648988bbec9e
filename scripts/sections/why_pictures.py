"""The pictures about why: speed, totals, seconds, and those of the studies."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from scripts.figures.speed import speed_figure
from scripts.figures.style import Drawing
from scripts.figures.total import total_figure
from scripts.figures.why.ladder import ladder_figure
from scripts.figures.why.parts import parts_figure
from scripts.figures.why.remedies import remedies_figure
from scripts.figures.why.roofline import roofline_figure
from scripts.read.text import file_stem
from scripts.sections.inputs import Report
from scripts.sections.section import Picture
from scripts.tables.pair import Pair
from scripts.why.remedies import REMEDY
from scripts.words.remedies import best_remedies
from scripts.words.steps import step_words


def step_pictures(report: Report, pair: Pair) -> Iterator[Picture]:
    """Yield the pictures of a workload on a machine, all its sides together."""
    stem, place = report.stems[pair.machine], f"{pair.workload} on {pair.machine}"
    seen = pair.file in report.files
    words = " ".join(step_words(report.analysis.rounds_of(pair))) if seen else ""
    for kind, caption, draw in (*_timed(report, pair, place), *_studied(report, pair, place)):
        yield Picture(
            file_stem(kind, stem, pair.workload),
            draw,
            caption=f"{caption}: {place}." if seen else "",
            alt=f"{caption}, a line per side, {place}. {words}",
            machine=pair.machine,
        )


def _timed(report: Report, pair: Pair, place: str) -> Iterator[tuple[str, str, Drawing]]:
    """Yield the kind of each picture of what was timed, its caption and who draws it."""
    analysis = report.analysis
    rounds, even = analysis.rounds_of(pair), analysis.break_even
    if rounds["block"].isna().all():
        return
    speed = partial(speed_figure, rounds, analysis.fits_of(pair), title=place)
    yield "speed", "Seconds per step and samples per second against batch size", speed
    even = even[(even["file"] == pair.file) & (even["workload"] == pair.workload)]
    most = analysis.measured_epochs(pair.file)
    total = partial(total_figure, rounds, even, title=place, measured_epochs=most)
    caption = "Total seconds against epochs, cold start included; break-even where lines cross"
    yield "total", caption, total


def _studied(report: Report, pair: Pair, place: str) -> Iterator[tuple[str, str, Drawing]]:
    """Yield the same of the studies that the file has."""
    analysis = report.analysis
    causes, rungs, remedies = (
        own[(own["file"] == pair.file) & (own["workload"] == pair.workload)]
        for own in (analysis.causes, analysis.ladder, analysis.remedies)
    )
    parts, tried = causes[causes["epochs"].isna()], remedies[remedies["kind"] == REMEDY]
    if len(parts):
        title = f"Where a step's time goes: {place}"
        draw = partial(parts_figure, parts, title=title)
        yield "parts", "Where the time of a step goes, by batch size", draw
    if rungs["epoch_seconds"].notna().any():
        title = f"From the loop that is taught to the lean one: {place}"
        rounds = analysis.every_trusted.merge(rungs[["file", "workload"]].drop_duplicates())
        draw = partial(ladder_figure, rounds, rungs, best_remedies(tried), title=title)
        yield "ladder", "From the training loop that is taught to the lean one", draw
    if len(tried):
        title = f"What would make it faster: {place}"
        shown = partial(remedies_figure, tried, title=title)
        yield "remedies", "What each remedy gains, by batch size", shown


def rooflines(report: Report, file: Mapping[Any, Any]) -> Iterator[Picture]:
    """Yield what a machine's steps compute against what it could."""
    causes = report.analysis.in_file(file["file"], report.analysis.causes)
    own = causes[causes["epochs"].isna()]
    if len(own):
        name = file_stem("roofline", report.stems[file["machine"]])
        title = f"Roofline of {file['machine']}"
        yield Picture(name, partial(roofline_figure, own, title=title))
