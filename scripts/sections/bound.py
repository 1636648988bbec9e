"""What could a GPU do here at best? A bound, for machines on which none was measured."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain

import pandas as pd

from scripts.bound.cards import ANY_CARD
from scripts.figures.host.bound import bound_figure
from scripts.read.text import file_stem
from scripts.sections.columns import in_short, on_page, table
from scripts.sections.inputs import Report, first_files
from scripts.sections.section import Line, Picture, Section, Table
from scripts.words.host.bound import (
    ALL_SUSPECT,
    NOT_FP32,
    NOT_SAID,
    WHAT_IT_IS,
    bound_cells,
    bound_line,
    graphs_words,
    start_words,
    suspect_words,
    unseen_words,
)

NAMED = (ANY_CARD.key, "t4", "rtx4090", "h100")
"""Cards of the sentences and the picture; the table has all."""


def bound(report: Report) -> Iterator[Section]:
    """Yield the bound of every machine without an accelerator, if there is any."""
    if not report.cpu_only:
        return
    known = len(report.bounds) > 0
    told = [_brief(report, file) for file in report.cpu_only]
    every = chain(*(_lines(report, file) for file in report.cpu_only))
    yield Section(
        key="bound",
        title="What could a GPU do here, at best?",
        part=report.cpu_part,
        **on_page(told[0] if len(told) == 1 else every),
        pictures=[_picture(report, file) for file in report.cpu_only] if known else [],
        notes=[Line(WHAT_IT_IS)] if known else [],
        brief=first_files(told if report.cpu_leads else []),
        frames={"bounds.csv": report.bounds} if known else {},
    )
    if known:
        yield Section(key="bounds", title="What each GPU could do", tables=[_table(report.bounds)])


def _shown(report: Report, file: str) -> pd.DataFrame:
    return report.bounds[(report.bounds["file"] == file) & report.bounds["card"].isin(NAMED)]


def _lines(report: Report, file: str) -> Iterator[Line]:
    machine, own = report.cpu_only[file], _shown(report, file)
    lead = f"{machine}: " if len(report.cpu_only) > 1 else ""
    for _workload, rows in own.groupby("workload", sort=False):
        yield Line(bound_line(rows), lead=lead, machine=machine)
    text = _unsaid(report, file) if own.empty else graphs_words(own)
    yield Line(text, lead=lead, machine=machine, tone="faint")


def _brief(report: Report, file: str) -> list[Line | Table]:
    """Return a table of the networks where it can be one, and what holds for all of them."""
    lines, own = list(_lines(report, file)), _shown(report, file)
    networks = dict(iter(own.groupby("workload", sort=False)))
    cells = {str(name): bound_cells(rows) for name, rows in networks.items()}
    short = in_short("gpus", f"{lines[0].lead}How many times faster a GPU could be, at best", cells)
    if short is None:
        return [*lines]
    doubts = dict.fromkeys(suspect_words(rows) for rows in networks.values())
    words = (f"A cold start takes {start_words()}.", *doubts, lines[-1].text)
    return [short, replace(lines[-1], text=" ".join(filter(None, words)))]


def _unsaid(report: Report, file: str) -> str:
    """Return why there is no bound."""
    results = report.analysis.results
    if file not in set(results.dispatch["file"]):
        unseen = results.files.set_index("file").loc[file, "unseen"]
        return f"{NOT_SAID}known: {unseen_words(str(unseen))}."
    return ALL_SUSPECT if file in set(report.analysis.doubts["file"]) else NOT_FP32


def _picture(report: Report, file: str) -> Picture:
    machine = report.cpu_only[file]
    title = f"What no GPU can beat on {machine}"
    return Picture(
        file_stem("bound", report.stems[machine]),
        partial(bound_figure, _shown(report, file), title=title),
        caption=f"{title}: a bound; hatched is below it.",
        alt=f"{title}. {' '.join(line.text for line in _lines(report, file))}",
        machine=machine,
    )


def _table(bounds: pd.DataFrame) -> Table:
    return table(
        bounds.assign(doubt=bounds["suspect"]),
        "bounds",
        "How much faster a GPU could be at best: a bound, by batch size",
        "machine workload batch_size name:gpu step_seconds floor_seconds best_speedup "
        "least_epochs least_epochs_if_slow",
        "file card side slowest_seconds host_seconds roof_seconds samples suspect",
        choices="workload name",
    )
