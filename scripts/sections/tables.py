"""The tables of one workload on the page: verdicts, break-even, seconds and what is absent."""

import pandas as pd

from scripts.read.text import seconds_in_words
from scripts.sections.section import Column, Table, Value, column
from scripts.words.derived import epoch_column
from scripts.words.verdicts import break_even_words, ratio_words
from scripts.write.view import View

_MEDIANS = ["step_seconds", "samples_a_second", "epoch_seconds", "cold_start_seconds"]


def verdict_table(view: View, workload: str) -> Table:
    """A row a cell of every pair, as `view.cells` numbers them."""
    cells = view.cells(workload)
    records = cells.to_dict("records")
    return Table(
        name=verdict_table_name(view, workload),
        caption=f"Every cell of {workload} with its verdict",
        columns=[
            column(cells, "machine", "machine"),
            column(cells, "pair", "device"),
            column(cells, "batch_size", "batch size"),
            column(cells, "epochs", "epochs", words=epoch_column(cells)),
            column(cells, "ratio", "GPU / CPU seconds", words=[ratio_words(r) for r in records]),
            column(cells, "verdict", "verdict"),
            column(cells, "blocks", "blocks"),
            column(cells, "reason", "reason"),
            *[column(cells, key) for key in ("file", "workload", "device", "threads", "scope")],
            column(cells, "derived"),
            *[column(cells, key) for key in ("lo", "hi", "margin", "blocks_needed", "p_holm")],
        ],
        choices=["verdict"],
    )


def verdict_table_name(view: View, workload: str) -> str:
    """What the heat maps know the table by."""
    return f"verdicts-{view.work_stems[workload]}"


def break_even_table(view: View, workload: str) -> Table:
    """A row a pair and batch size: after how many epochs the GPU has made up for its start."""
    analysis = view.analysis
    tables = [
        analysis.of(pair, analysis.break_even).assign(pair=pair.name)
        for pair in view.of(workload)
        if pair.device is not None
    ]
    rows = pd.concat(tables or [analysis.break_even.head(0).assign(pair="")], ignore_index=True)
    words = [break_even_words(row) for row in rows.to_dict("records")]
    return Table(
        name=f"break-even-{view.work_stems[workload]}",
        caption=f"Break-even epochs of {workload}, with 95 % intervals",
        columns=[
            column(rows, "machine", "machine"),
            column(rows, "pair", "device"),
            column(rows, "batch_size", "batch size"),
            column(rows, "epochs", "break-even epochs", words=words),
            column(rows, "reason", "reason"),
            *[column(rows, key) for key in ("kind", "lower", "upper", "blocks")],
            *[column(rows, key) for key in ("file", "workload", "device", "threads")],
        ],
    )


def seconds_table(view: View, workload: str) -> Table:
    """A row a machine, device and batch size: medians over the processes."""
    rounds = pd.concat([view.analysis.rounds_of(pair) for pair in view.machines_of(workload)])
    key = ["file", "machine", "label", "batch_size"]
    once = rounds[rounds["block"].notna()].drop_duplicates([*key, "block"])
    rows = once.groupby(key, sort=False)[_MEDIANS].median()
    rows = rows.join(once.groupby(key, sort=False).size().rename("processes")).reset_index()
    titles = ("a step", "samples a second", "a warm epoch", "cold start")
    return Table(
        name=f"seconds-{view.work_stems[workload]}",
        caption=f"Seconds behind the ratios of {workload}: medians over the processes",
        columns=[
            column(rows, "machine", "machine"),
            column(rows, "label", "device"),
            column(rows, "batch_size", "batch size"),
            *[_seconds(rows, key, title) for key, title in zip(_MEDIANS, titles, strict=True)],
            column(rows, "processes", "processes"),
            column(rows, "file"),
        ],
    )


def _seconds(rows: pd.DataFrame, key: str, title: str) -> Column:
    values = [float(value) for value in rows[key]]
    if key == "samples_a_second":
        return column(rows, key, title, words=[f"{value:,.0f}" for value in values])
    return column(rows, key, title, words=[seconds_in_words(value) for value in values])


def absent_table(view: View, workload: str) -> Table | None:
    """A row a device and reason: which cells have no time, and what was said; None: all have."""
    rounds = pd.concat([view.analysis.rounds_of(pair) for pair in view.machines_of(workload)])
    absent = rounds[rounds["block"].isna()].fillna({"detail": ""})
    key = ["file", "machine", "label", "reason", "detail"]
    rows: list[list[Value]] = [
        [*map(str, names), _cells_words(own)] for names, own in absent.groupby(key, sort=False)
    ]
    if not rows:
        return None
    titles = ("", "machine", "device", "reason", "what was said", "batch size (epochs)")
    keys = ("file", "machine", "device", "reason", "detail", "cells")
    columns = list(zip(*rows, strict=True))
    return Table(
        name=f"absent-{view.work_stems[workload]}",
        caption=f"Cells of {workload} without a time",
        columns=[
            Column(name, values, title)
            for name, values, title in zip(keys, columns, titles, strict=True)
        ],
    )


def _cells_words(absent: pd.DataFrame) -> str:
    """`8 (1, 2, 4), 512 (4)`: batch sizes with their numbers of epochs."""
    parts = []
    for size, own in absent.groupby("batch_size"):
        epochs = ", ".join(str(number) for number in sorted(own["epochs"].unique()))
        parts.append(f"{size} ({epochs})")
    return ", ".join(parts)
