"""What has to be known before any number."""

from collections.abc import Iterator

from scripts.sections.inputs import Report
from scripts.sections.section import Line, Section
from scripts.tables.analysis import Analysis
from scripts.tables.learned import Learned
from scripts.words.warnings import (
    gravest_first,
    is_grave,
    learning_warnings,
    software_warnings,
    suspect_lines,
    withheld_lines,
)

MOST_WARNINGS = 50


def warnings(report: Report) -> Iterator[Section]:
    """Yield what is suspect, cut short, unequal or left out."""
    analysis = report.analysis
    runs = run_warnings(analysis)
    texts = software_warnings(analysis.results.files, analysis.work)
    if report.learned is not None:
        texts += learning_warnings(report.learned.files, report.learned.times)
    everything = len(analysis.results.files)
    if len(report.files) < everything:
        texts.append(
            f"Shown cell by cell: the first {len(report.files)} of {everything} files. The table "
            "of crossovers has all of them, and so has verdicts.csv beside this page."
        )
    yield Section(
        key="warnings",
        title="Read this first",
        part="first",
        lines=[_warning(text) for text in gravest_first([*runs, *texts])],
        brief=[_warning(text) for text in gravest_first([*runs, *filter(is_grave, texts)])],
    )


def run_warnings(analysis: Analysis) -> list[str]:
    """Return which files have suspect figures or verdicts, and which were cut short."""
    doubts = suspect_lines(analysis.doubts) + withheld_lines(analysis.verdicts, analysis.doubts)
    lines = gravest_first(doubts)
    for file in analysis.results.files.to_dict("records"):
        if not file["complete"]:
            measured, planned = file["measured_cells"], file["planned"]
            known = f"{measured} of {planned} cells measured"
            if measured == planned:
                known = "every cell has seconds, not all that was asked for"
            lines.append(
                f"{file['machine']}: the run was cut short ({known}); --resume finishes it"
            )
    further = len(lines) - MOST_WARNINGS
    words = f"{further} more files were cut short or have suspect figures: see verdicts.csv"
    return [*lines[:MOST_WARNINGS], words] if further > 0 else lines


def of_learning(learned: Learned) -> Section:
    """Return what has to be known of learning files where nothing was timed."""
    lines = list(map(_warning, learning_warnings(learned.files, learned.times)))
    return Section(key="warnings", title="Read this first", part="first", lines=lines, brief=lines)


def _warning(text: str) -> Line:
    return Line(text, tone="warning")
