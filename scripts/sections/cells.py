"""Every cell with its verdict, and the cells without a time."""

from collections.abc import Iterator

import pandas as pd

from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Section, Table


def cells(report: Report) -> Iterator[Section]:
    """Yield the tables of verdicts and of absences, workload by workload."""
    for workload in report.workloads:
        verdicts = _verdict_table(report, workload)
        yield Section(
            key="cells",
            title="Every cell",
            workload=workload,
            tables=[verdicts] if verdicts.rows else [],
        )
        absent = _absent_table(report, workload)
        yield Section(
            key="absent",
            title="Not measured, and why",
            workload=workload,
            tables=[absent] if absent.rows else [],
        )


def verdict_table_name(report: Report, workload: str) -> str:
    """Return what the heat maps know the table by."""
    return f"verdicts-{report.work_stems[workload]}"


def _verdict_table(report: Report, workload: str) -> Table:
    """Return a row per cell of every pair, as `report.cells` numbers them."""
    return table(
        report.cells(workload),
        verdict_table_name(report, workload),
        f"Every cell of {workload} with its verdict",
        "machine pair batch_size epochs ratio:side_ratio verdict blocks reason",
        "file workload side base scope derived lo hi margin blocks_needed p_adjusted",
        choices="verdict",
    )


def _absent_table(report: Report, workload: str) -> Table:
    """Return a row per side and reason: which cells have no time, and what was said."""
    rounds = report.rounds_of(workload)
    absent = rounds[rounds["block"].isna()].fillna({"detail": ""})
    key = ["file", "machine", "label", "reason", "detail"]
    rows = [
        {**dict(zip(key, map(str, names), strict=True)), "cells": _cells_words(own)}
        for names, own in absent.groupby(key, sort=False)
    ]
    return table(
        pd.DataFrame(rows, columns=[*key, "cells"]).rename(columns={"label": "side"}),
        f"absent-{report.work_stems[workload]}",
        f"Cells of {workload} without a time",
        "machine side reason detail cells:cell_list",
        "file",
    )


def _cells_words(absent: pd.DataFrame) -> str:
    """`8 (1, 2, 4), 512 (4)`: batch sizes with their numbers of epochs."""
    epochs = absent.drop_duplicates(["batch_size", "epochs"]).sort_values("epochs")
    parts = [
        f"{size} ({', '.join(map(str, own))})"
        for size, own in epochs.groupby("batch_size")["epochs"]
    ]
    return ", ".join(parts)
