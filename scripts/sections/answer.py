"""Where is the GPU slower than the CPU? In a few lines, and all crossovers at a glance."""

from collections.abc import Iterator

import pandas as pd

from scripts.sections.collection import collection_lines
from scripts.sections.report import Report
from scripts.sections.section import Column, Line, Section, Table
from scripts.tables.analysis import Pair
from scripts.words.crossovers import crossover_words
from scripts.words.names import against_cpu, listed
from scripts.words.verdicts import headline, pair_answer, sure_words

MOST_ANSWERS = 4
"""Device pairs that the first paragraph speaks of; the table below it has all."""
MOST_COLUMNS = 5
"""More workloads than this stand one below the other, where fewer device pairs do side by side."""
_PAIR = ["file", "machine", "device", "threads"]
_LEGEND = (
    "In brackets: the device's seconds over the CPU's at the ends of each crossover, with 95 % "
    "intervals. Once warm: epochs alone, after the first step. Cold start included: what a person "
    "waits for who starts the training."
)


def answer(report: Report) -> Iterator[Section]:
    """Yield the answer in a line per device pair."""
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
    for pair in _contests(report.pairs)[:MOST_ANSWERS]:
        cells, curves = (
            _of_contest(pair, table)
            for table in (report.analysis.verdicts, report.analysis.crossovers)
        )
        yield Line(pair_answer(cells, curves), lead=f"{pair.place}: ", tone="strong")
    alone = list(dict.fromkeys(pair.machine for pair in report.pairs if pair.device is None))
    if alone:
        text = (
            "no accelerator was timed together with the CPU, so nothing is compared here; the "
            "tables and figures are the times of the devices that were measured."
        )
        yield Line(text, lead=f"{listed(alone)}: ", tone="strong")


def _contests(pairs: list[Pair]) -> list[Pair]:
    """Return one pair, of whichever workload, for each device that meets the CPU on a machine."""
    known = {(pair.file, pair.device, pair.threads): pair for pair in pairs if pair.device}
    return list(known.values())


def _of_contest(pair: Pair, table: pd.DataFrame) -> pd.DataFrame:
    same = (table["file"] == pair.file) & (table["device"] == pair.device)
    return table[same & (table["threads"] == pair.threads)]


def _headlines(report: Report, file: str) -> list[Line]:
    """Return a sentence per device pair of a file, or why there is none."""
    analysis = report.analysis
    verdicts = analysis.in_file(file, analysis.verdicts)
    if verdicts.empty:
        cpu = (analysis.in_file(file, analysis.rounds)["device"] == "cpu").any()
        texts = [
            "No accelerator was measured: these are the CPU's times alone."
            if cpu
            else "The CPU was not measured: there is nothing to compare with."
        ]
    else:
        texts = [
            headline(pair.label, pair.cpu, _of_contest(pair, verdicts))
            for pair in _contests(list(analysis.pairs(file)))
        ]
    return [Line(text, tone="strong") for text in texts]


def _glance_table(crossovers: pd.DataFrame, work: pd.DataFrame) -> Table | None:
    """Return a row per machine and device, of all files: each workload's warm crossover.

    Of many workloads on few devices each has a row instead.
    """
    labels = work[["file", "device", "device_label"]].drop_duplicates()
    curves = crossovers[crossovers["scope"] == "warm"].merge(labels, on=["file", "device"])
    if curves.empty:
        return None
    records = curves.to_dict("records")
    curves["words"] = [crossover_words(curve) for curve in records]
    curves["name"] = [against_cpu(row["device_label"], row["threads"]) for row in records]
    wide = curves.pivot_table(
        "words", ["file", "machine", "name"], "workload", aggfunc="first", sort=False
    ).fillna("not in its run")
    files, machines, devices = (list(wide.index.get_level_values(level)) for level in range(3))
    if len(wide) < len(wide.columns) > MOST_COLUMNS >= len(wide):
        titles = [f"{machine}: {device}" for machine, device in zip(machines, devices, strict=True)]
        columns = [Column("workload", list(wide.columns), "workload")]
        columns += [
            Column(title, list(own), title)
            for title, own in zip(titles, wide.to_numpy(), strict=True)
        ]
    else:
        columns = [Column("machine", machines, "machine"), Column("device", devices, "device")]
        columns += [Column(name, list(wide[name]), name) for name in wide.columns]
        columns.append(Column("file", files))
    caption = (
        "Crossover batch size, once warm: from the last cell called slower to the first called "
        "faster"
    )
    return Table("crossovers-at-a-glance", caption, columns)
