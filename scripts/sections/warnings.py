"""What has to be known before any number."""

from collections.abc import Iterator

import pandas as pd

from scripts.read.text import counted
from scripts.sections.inputs import Report
from scripts.sections.section import EVERYWHERE, Line, Section
from scripts.words.warnings import learning_warnings, software_warnings

MOST_WARNINGS = 50


def warnings(report: Report) -> Iterator[Section]:
    """Yield what is cut short, withheld, unequal or left out."""
    analysis = report.analysis
    runs = [_warning(text) for text in run_warnings(analysis.results.files, analysis.verdicts)]
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
        lines=[*runs, *map(_warning, texts)],
        brief={EVERYWHERE: runs},
    )


def run_warnings(files: pd.DataFrame, verdicts: pd.DataFrame) -> list[str]:
    """Return which files were cut short, and which have cells without a verdict."""
    lines = []
    cells = verdicts["file"].value_counts()
    reasons_of = dict(list(verdicts[verdicts["verdict"] == "suspect"].groupby("file")["reason"]))
    for file in files.to_dict("records"):
        if not file["complete"]:
            known = f"{file['measured_cells']} of {file['planned']} cells measured"
            lines.append(f"{file['machine']}: the run was cut short ({known})")
        if (texts := reasons_of.get(file["file"])) is not None:
            reasons = sorted({reason for text in texts for reason in text.split("; ")})
            more = f" and {len(reasons) - 3} more reasons" if len(reasons) > 3 else ""
            count = f"{len(texts)} of {counted(int(cells[file['file']]), 'verdict')}"
            why = f"{'; '.join(reasons[:3])}{more}"
            lines.append(f"{file['machine']}: {count} withheld as suspect: {why}")
    further = len(lines) - MOST_WARNINGS
    words = f"{further} more files were cut short or have verdicts withheld: see verdicts.csv"
    return [*lines[:MOST_WARNINGS], words] if further > 0 else lines


def _warning(text: str) -> Line:
    return Line(text, tone="warning")
