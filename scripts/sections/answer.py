"""Where is a side slower than its base? In a few lines, and all crossovers at a glance."""

from collections.abc import Iterator

import pandas as pd

from scripts.sections.inputs import Report
from scripts.sections.machines.collection import collection_lines
from scripts.sections.section import Column, Line, Section, Table
from scripts.tables.pair import Pair
from scripts.words.crossovers import crossover_words
from scripts.words.names import against, listed
from scripts.words.verdicts import headline, pair_answer, sure_words

MOST_ANSWERS = 4
"""Pairs of sides that the first paragraph speaks of; the table below it has all."""
MOST_COLUMNS = 5
"""More workloads than this stand one below the other, where fewer pairs do side by side."""
_LEGEND = (
    "In brackets: seconds over the base's seconds at the ends of each crossover, with 95 % "
    "intervals. Once warm: epochs alone, after the first step. Cold start included: what a person "
    "waits for who starts the training."
)


def answer(report: Report) -> Iterator[Section]:
    """Yield the answer in a line per pair of sides."""
    analysis = report.analysis
    glance = _glance_table(analysis.crossovers, analysis.work)
    sure = sure_words(analysis.verdicts) if len(analysis.verdicts) else ""
    yield Section(
        key="answer",
        title="The answer",
        part="answer",
        lines=[*_answers(report)],
        notes=[Line(f"{sure} {_LEGEND}")] if sure else [],
        tables=[] if glance is None else [glance],
        brief={
            (file["machine"], ""): _headlines(report, file["file"]) for file in report.all_files
        },
        frames={"verdicts.csv": analysis.verdicts, "crossovers.csv": analysis.crossovers},
    )


def _answers(report: Report) -> Iterator[Line]:
    if report.analysis.many:
        yield Line(next(collection_lines(report)), tone="strong")
        return
    for pair in _contests(report.leading)[:MOST_ANSWERS]:
        cells, curves = (
            _of_contest(pair, table)
            for table in (report.analysis.verdicts, report.analysis.crossovers)
        )
        text = pair_answer(pair.label, cells, curves)
        yield Line(text, lead=f"{pair.machine}: ", tone="strong")
    alone = list(dict.fromkeys(pair.machine for pair in report.pairs if pair.side is None))
    if alone:
        text = (
            "only one side was timed, so nothing is compared here; the tables and figures are its "
            "times."
        )
        yield Line(text, lead=f"{listed(alone)}: ", tone="strong")


def _contests(pairs: list[Pair]) -> list[Pair]:
    """Return one pair, of whichever workload, for each two sides that meet on a machine."""
    return list({(pair.file, pair.side): pair for pair in pairs if pair.side}.values())


def _of_contest(pair: Pair, table: pd.DataFrame) -> pd.DataFrame:
    same = (table["file"] == pair.file) & (table["side"] == pair.side)
    return table[same & (table["base"] == pair.base)]


def _headlines(report: Report, file: str) -> list[Line]:
    """Return a sentence per two sides of a file, or that there is only one."""
    analysis = report.analysis
    verdicts = analysis.in_file(file, analysis.verdicts)
    texts = [
        headline(pair.label, pair.base, _of_contest(pair, verdicts))
        for pair in _contests(list(analysis.pairs(file)))
    ]
    only = listed(analysis.in_file(file, analysis.rounds)["side"].unique())
    texts = texts or [f"Only {only} was measured: there is nothing to compare with."]
    return [Line(text, tone="strong") for text in texts]


def _glance_table(crossovers: pd.DataFrame, work: pd.DataFrame) -> Table | None:
    """Return a row per machine and two sides, of all files: each workload's warm crossover.

    Of many workloads on few sides each has a row instead.
    """
    labels = work[["file", "side", "device_label"]].drop_duplicates()
    curves = crossovers[crossovers["scope"] == "warm"].merge(labels, on=["file", "side"])
    if curves.empty:
        return None
    records = curves.to_dict("records")
    curves["words"] = [crossover_words(curve) for curve in records]
    curves["name"] = [against(row) for row in records]
    wide = curves.pivot_table(
        "words", ["file", "machine", "name"], "workload", aggfunc="first", sort=False
    ).fillna("not in its run")
    files, machines, sides = (list(wide.index.get_level_values(level)) for level in range(3))
    if len(wide) < len(wide.columns) > MOST_COLUMNS >= len(wide):
        titles = [f"{machine}: {side}" for machine, side in zip(machines, sides, strict=True)]
        columns = [Column("workload", list(wide.columns), "workload")]
        columns += [
            Column(title, list(own), title)
            for title, own in zip(titles, wide.to_numpy(), strict=True)
        ]
    else:
        columns = [Column("machine", machines, "machine"), Column("sides", sides, "sides")]
        columns += [Column(name, list(wide[name]), name) for name in wide.columns]
        columns.append(Column("file", files))
    caption = (
        "Crossover batch size, once warm: from the last cell called slower to the first called "
        "faster"
    )
    return Table("crossovers-at-a-glance", caption, columns)
