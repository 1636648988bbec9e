"""Where does a side overtake, and after how many epochs? One table, then every batch size."""

from collections.abc import Iterator

import pandas as pd

from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Section, Table
from scripts.tables.told import Told

_FEW = 6
"""Networks that the first sentence tells one by one."""


def break_even(report: Report) -> Iterator[Section]:
    """Yield a row per machine, contest and network; then one per batch size, by network."""
    every = report.analysis.break_even
    rows = pd.DataFrame([row for one in report.told for row in _rows(one)])
    yield Section(
        key="crossings",
        title="Where a side overtakes, and after how many epochs",
        part="answer",
        tables=[_at_a_glance(rows)] if len(rows) and not _is_said(report, rows) else [],
        frames={"break_even.csv": every},
    )
    for workload in report.workloads:
        tables = [
            report.analysis.of(pair, every).assign(pair=pair.name)
            for pair in report.of(workload)
            if pair.side
        ]
        if not tables:
            continue
        rows = pd.concat(tables, ignore_index=True)
        known = table(
            rows,
            f"break-even-{report.work_stems[workload]}",
            f"Break-even epochs of {workload}, with 95 % intervals",
            "machine pair batch_size epochs:break_even reason",
            "kind lower upper blocks file workload side base",
        )
        yield Section(
            key="break-even",
            title="After how many epochs?",
            workload=workload,
            tables=[known] if len(rows) else [],
        )


def _is_said(report: Report, rows: pd.DataFrame) -> bool:
    """Return whether the first sentence says all of it: it has no interval and no epochs."""
    more = rows["answer"].str.contains(r"[\[;]").any()
    return len(report.told) == 1 and len(rows) <= _FEW and not more


def _at_a_glance(rows: pd.DataFrame) -> Table:
    places = "machine" if rows["machine"].nunique() > 1 else ""
    sides = "pair" if rows["pair"].nunique() > 1 else ""
    caption = "Batch sizes in brackets are 95 % intervals; epochs include the cold start"
    return table(rows, "crossovers-at-a-glance", caption, f"{places} {sides} network answer")


def _rows(one: Told) -> Iterator[dict[str, str]]:
    for name, _verdicts, words in one.answers():
        place = {"machine": one.pair.machine, "pair": f"{one.subject} against {one.other}"}
        yield place | {"network": name, "answer": words}
