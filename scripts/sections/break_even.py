"""After how many epochs has the cold start paid off?"""

from collections.abc import Iterator

import pandas as pd

from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Section


def break_even(report: Report) -> Iterator[Section]:
    """Yield a row per pair of sides and batch size, workload by workload."""
    every = report.analysis.break_even
    yield Section(key="all-break-even", frames={"break_even.csv": every})
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
