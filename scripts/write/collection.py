"""Many machines on the terminal: one answer, and a row a workload."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scripts.judge.collection import crossings
from scripts.read.text import counted
from scripts.tables.analysis import Analysis
from scripts.words.verdicts import sure_words

_TITLES = ("workload", "machines", "cross", "faster from", "slower throughout",
           "faster throughout", "other")  # fmt: skip


def show_collection(analysis: Analysis, console: Console) -> None:
    """Prints what is said of all machines together."""
    console.print()
    for line in collection_lines(analysis):
        console.print(Text(line, style="bold"))
    table = Table(box=None, pad_edge=False, header_style="italic", padding=(0, 2, 0, 0))
    for title in _TITLES:
        table.add_column(title, justify="left" if title == "workload" else "right", overflow="fold")
    rows = crossings(analysis.crossovers).to_dict("records")
    for row in rows:
        table.add_row(*map(Text, _words(row)))
    if rows:
        console.print(table)
        console.print(Text(KEY, style="dim"))


KEY = (
    "Once warm, a device pair a machine. cross: slower than the CPU on small batches and faster on "
    "large ones; faster from: the first batch size called faster, median [quartiles] of those that "
    "cross; throughout: wherever it is decided; other: not decided, too close, several crossings."
)


def collection_lines(analysis: Analysis) -> Iterator[str]:
    """How many files, machines and verdicts there are, and how many of these may be wrong."""
    files, verdicts = analysis.results.files, analysis.verdicts
    hardware = files["machine_id"].nunique()
    yield (
        f"{counted(len(files), 'file')} of {counted(hardware, 'machine')}: "
        f"{counted(int(files['measured_cells'].sum()), 'cell')} measured, "
        f"{int(files['absent_cells'].sum())} absent."
    )
    if verdicts.empty:
        yield "No file has a device pair to compare."
        return
    yield sure_words(verdicts)


def from_words(row: dict[Any, Any]) -> str:
    """`128 [64, 512]`: the first batch size called faster; nothing where no machine crosses."""
    if pd.isna(row["median"]):
        return ""
    return f"{row['median']} [{row['quarter']}, {row['three_quarters']}]"


def _words(row: dict[Any, Any]) -> list[str]:
    counts = [str(row[name]) for name in ("slower", "faster", "other")]
    return [row["workload"], str(row["machines"]), str(row["crosses"]), from_words(row), *counts]
