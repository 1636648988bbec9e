"""Derived totals: what they are, and how far off they would be where it is known."""

from collections.abc import Iterator

import pandas as pd

from scripts.judge.derived_errors import derived_errors
from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Line, Section, Table
from scripts.words.derived import derived_line, errors_line

MOST_ROWS = 200
"""Of more cells the page has the sentence, and the CSV file beside it every row."""


def totals(report: Report) -> Iterator[Section]:
    """Yield nothing where every total was measured and none has more than a few epochs."""
    analysis = report.analysis
    errors = derived_errors(analysis.every_trusted)
    files = analysis.results.files
    shown = []
    for file in files[files["file"].isin(report.files)].to_dict("records"):
        machine = file["machine"]
        texts = _texts(report, file["file"], errors)
        shown += [Line(text, lead=f"{machine}: ", machine=machine) for text in texts]
    yield Section(
        key="totals",
        title="Derived totals",
        lines=shown,
        tables=[_table(errors)] if shown and 0 < len(errors) <= MOST_ROWS else [],
        frames={"derived_errors.csv": errors} if len(errors) else {},
    )


def _table(errors: pd.DataFrame) -> Table:
    return table(
        errors,
        "derived-errors",
        "Totals derived from the first epochs against measured ones",
        "machine workload side batch_size epochs:count measured_seconds derived_seconds "
        "error lowest highest blocks",
        "file",
        choices="workload side",
    )


def _texts(report: Report, file: str, errors: pd.DataFrame) -> Iterator[str]:
    analysis = report.analysis
    rounds = analysis.in_file(file, analysis.results.rounds)
    if line := derived_line(rounds, measured_epochs=analysis.measured_epochs(file)):
        yield line
    if line := errors_line(errors[errors["file"] == file]):
        yield line
