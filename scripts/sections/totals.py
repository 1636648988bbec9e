"""The page about derived totals: what they are, and how far off they would be where it is known."""

from collections.abc import Iterator

import pandas as pd

from scripts.judge.derived_errors import derived_errors
from scripts.read.text import seconds_in_words
from scripts.sections.section import Line, Part, Table, column
from scripts.words.derived import derived_line, errors_line
from scripts.write.view import View

MOST_ROWS = 200
"""Of more cells the page has the sentence, and the CSV file beside it every row."""


def derived_totals(view: View) -> Iterator[Part]:
    """Nothing where every total was measured and none has more than a few epochs."""
    analysis = view.analysis
    errors = derived_errors(analysis.results.rounds)
    lines = []
    for file in view.files:
        own = analysis.in_file(file, analysis.results.rounds)
        machine = str(own["machine"].iloc[0])
        texts = (
            derived_line(own, measured_epochs=analysis.measured_epochs(file)),
            errors_line(errors[errors["file"] == file]),
        )
        lines += [Line(text, lead=f"{machine}: ", machine=machine) for text in texts if text]
    if lines:
        few = 0 < len(errors) <= MOST_ROWS
        tables = [_table(errors)] if few else []
        yield Part(key="totals", title="Derived totals", lines=lines, tables=tables)


def _table(errors: pd.DataFrame) -> Table:
    seconds = {
        key: [seconds_in_words(value) for value in errors[key]]
        for key in ("measured_seconds", "derived_seconds")
    }
    shares = {
        key: [f"{value:+.1%}" for value in errors[key]] for key in ("error", "lowest", "highest")
    }
    return Table(
        name="derived-errors",
        caption="Totals derived from the first epochs against measured ones",
        columns=[
            column(errors, "machine", "machine"),
            column(errors, "workload", "workload"),
            column(errors, "device", "device"),
            column(errors, "batch_size", "batch size"),
            column(errors, "epochs", "epochs"),
            column(errors, "measured_seconds", "measured", words=seconds["measured_seconds"]),
            column(errors, "derived_seconds", "derived", words=seconds["derived_seconds"]),
            *[column(errors, key, key, words=words) for key, words in shares.items()],
            column(errors, "blocks", "blocks"),
            *[column(errors, key) for key in ("file", "threads")],
        ],
        choices=["workload", "device"],
    )
