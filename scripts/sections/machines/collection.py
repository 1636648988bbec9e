"""On how many machines is a side slower than its base? Many machines together."""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from scripts.figures.why.shares import shares_figure
from scripts.judge.collection import CONTEST, SORTS, crossings, shares
from scripts.judge.verdicts import WORDS
from scripts.read.text import counted
from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Line, Picture, Section, Table
from scripts.words.verdicts import sure_words

_KEY = (
    "Once warm, the machines with both sides. cross: slower than the base on small batches and "
    "faster on large ones; faster from: the first batch size called faster, median [quartiles] of "
    "those that cross; reversed: the other way round; slower, faster: wherever it is decided; "
    "other: not decided, too close, several crossings."
)
_PICTURES = "The share of the machines with each verdict, by batch size and workload"


def collection(report: Report) -> Iterator[Section]:
    """Yield all files together, where there are too many to show one by one."""
    if not report.analysis.many:
        return
    if report.analysis.crossovers.empty:
        return
    found = crossings(report.analysis.crossovers)
    caption = "Where the machines' curves cross, once warm"
    shown = [*CONTEST, "machines", SORTS[0], "median:first_faster", *SORTS[1:]]
    every = shares(report.analysis.verdicts)
    yield Section(
        key="machines-together",
        title="On how many machines is it slower than its base?",
        lines=[Line(_KEY)],
        pictures=list(_pictures(every)),
        tables=[
            table(found, "crossings", caption, shown, "quarter three_quarters"),
            _shares_table(every),
        ],
        brief=[table(found, "", "", shown), Line(_KEY, tone="faint")],
    )


def collection_lines(report: Report) -> Iterator[str]:
    """Yield how many files, machines and verdicts there are, and how many may be wrong."""
    files, verdicts = report.analysis.results.files, report.analysis.verdicts
    hardware = files["machine_id"].nunique()
    yield (
        f"{counted(len(files), 'file')} of {counted(hardware, 'machine')}: "
        f"{counted(int(files['measured_cells'].sum()), 'cell')} measured, "
        f"{int(files['absent_cells'].sum())} absent."
    )
    if verdicts.empty:
        yield "No file has two sides to compare."
        return
    yield sure_words(verdicts)


def _pictures(rows: pd.DataFrame) -> Iterator[Picture]:
    """Yield the shares once warm, and at the fewest and the most epochs."""
    epochs = rows["epochs"].dropna()
    kinds = {"warm": (rows[rows["epochs"].isna()], "once warm")}
    for number in (epochs.min(), epochs.max()) if len(epochs) else ():
        own = rows[rows["epochs"] == number]
        derived = " (derived)" if own["derived"].any() else ""
        words = f"{counted(int(number), 'epoch')}{derived}, cold start included"
        kinds[f"epochs-{number}"] = (own, words)
    for name, (own, words) in kinds.items():
        if len(own):
            caption = f"{_PICTURES}: {name.replace('-', ' ')}."
            yield Picture(
                f"machines-{name}",
                partial(shares_figure, own, words=words),
                caption=caption,
                alt=f"{caption} The numbers are in the table of shares.",
            )


def _shares_table(rows: pd.DataFrame) -> Table:
    names = [*CONTEST, "epochs", "batch_size", "machines", *WORDS]
    caption = "How many machines have which verdict"
    hidden = "ratio_low ratio ratio_high"
    return table(rows, "shares", caption, names, hidden, choices="workload side")
