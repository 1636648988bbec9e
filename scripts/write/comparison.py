"""The comparison on the terminal: who, what differs, means, ranks, the fastest, then every cell."""

from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scripts.judge.rule import NOT_MEASURED
from scripts.machines.cells import PLACE
from scripts.read.text import counted, safe_text, seconds_in_words
from scripts.words.derived import epoch_words
from scripts.words.verdicts import ratio_words

MOST_ROWS = 100
"""Of one table on the terminal, and of machines; the CSV files of --out have all."""
MOST_LETTERS = 100
"""Of the names of machines that one is tied with."""
_LEFT = {
    "work", "workload", "machine", "fastest", "verdict", "ratio", "cost", "tied with",
    "undecided with",
}  # fmt: skip
_SCOPES: dict[object, str] = {"warm": "warm step", "total": "total"}
_RULE = "slower and faster: beyond the margin, by Welch's interval on log seconds, Holm-adjusted"


def show_machines(files: pd.DataFrame, *, base: str, console: Console) -> None:
    """Prints who is compared, and what is known of each."""
    first = files[files["machine"] == base].iloc[0]
    for file in first_rows(files):
        role = " (base: ratios are seconds / its seconds)" if file["machine"] == base else ""
        same = file["machine_id"] == first["machine_id"] and not role
        other = file["software_id"] != first["software_id"]
        if same:
            role = f" (the base's hardware, {'other' if other else 'the same'} software)"
        console.print(Text(f"{file['machine']}{role}", style="bold"))
        console.print(Text(f"  {file['cpu']}; {file['os']}; torch {file['torch']}; {file['file']}"))
    _show_more(files, console)


def first_rows(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    """As many rows as a table on the terminal may have."""
    return rows.head(MOST_ROWS).to_dict("records")


def show_table(table: Table, rows: pd.DataFrame, console: Console) -> None:
    """Prints a table of the first of these rows, and how many there are besides."""
    console.print(table)
    _show_more(rows, console)


def _show_more(rows: pd.DataFrame, console: Console) -> None:
    if len(rows) > MOST_ROWS:
        words = f"and {counted(len(rows) - MOST_ROWS, 'more row')}: --out FOLDER writes them all"
        console.print(Text(words, style="dim"))


def show_unlike(comparison: pd.DataFrame, console: Console) -> None:
    """Prints, before any number, in what the compared work differs."""
    marked = comparison[comparison["unlike"] != ""]
    for machine, words in marked[["machine", "unlike"]].drop_duplicates().itertuples(index=False):
        console.print(Text(f"Warning: {machine} did not do the same work: {words}", "bold red"))


def show_means(means: pd.DataFrame, console: Console) -> None:
    """Prints the geometric means, warm and total, with their cost where there are prices."""
    if means.empty:
        console.print(
            Text("\nNo geometric means: no cell was measured by all, none of them suspect.")
        )
    costs = "cost_ratio" in means and bool(means["cost_ratio"].notna().any())
    cost = ["cost"] if costs else []
    for scope, own in means.groupby("scope", sort=False):
        console.print()
        table = new_table("work", "machine", "ratio", *cost, "cells", "verdict", "margin")
        table.title = f"Geometric means over the cells that all have measured: {_SCOPES[scope]}"
        for row in first_rows(own):
            money = [ratio_words(row, of="cost_")] if costs else []
            table.add_row(
                work_text(row), Text(row["machine"]), ratio_words(row), *money, str(row["cells"]),
                row["verdict"], f"{row['margin']:.0%}",
            )  # fmt: skip
        show_table(table, own, console)


def show_ranking(ranks: pd.DataFrame, console: Console) -> None:
    """Prints the machines in order; those that share a rank are not told apart."""
    for scope, own in ranks.groupby("scope", sort=False):
        console.print()
        table = new_table("work", "rank", "machine", "mean", "tied with", "undecided with")
        words = f"Ranks, {_SCOPES[scope]}: one more than the number of machines decided to be"
        table.title = f"{words} faster"
        before = None
        for row in first_rows(own):
            work = work_text(row)
            table.add_row(
                work if work != before else Text(""), str(row["rank"]), Text(row["machine"]),
                seconds_in_words(row["seconds"]), *_company(row),
            )  # fmt: skip
            before = work
        show_table(table, own, console)


def _company(row: dict[Any, Any]) -> list[Text]:
    """Whom a machine is too close to, and against whom nothing is decided; not all of hundreds."""
    names = (row["tied_with"], row["undecided_with"])
    return [Text(safe_text(text, longest=MOST_LETTERS)) for text in names]


def work_text(row: dict[Any, Any]) -> Text:
    """`mlp on cpu, 2 threads`."""
    return Text(f"{row['workload']} on {_arm(row['device'], row['threads'])}")


def show_fastest(cells: pd.DataFrame, console: Console) -> None:
    """Prints, for every workload, batch size and number of epochs, what has done it soonest."""
    console.print()
    table = new_table("workload", "batch size", "epochs", "fastest", "mean", "tied with",
                   "undecided with")  # fmt: skip
    table.title = "The fastest for each cell, whatever the device"
    before = ""
    for row in first_rows(cells):
        name = row["workload"] if row["workload"] != before else ""
        arm = f"{row['machine']} {_arm(row['device'], row['threads'])}"
        table.add_row(
            Text(name), str(row["batch_size"]), epochs_text(row), Text(arm),
            seconds_in_words(row["seconds"]), *_company(row),
        )  # fmt: skip
        before = row["workload"]
    show_table(table, cells, console)


def show_cells(comparison: pd.DataFrame, console: Console) -> None:
    """Prints every cell, a table a workload and device: warm steps first, then the totals."""
    places = comparison[["workload", "device", "threads"]].itertuples(index=False)
    arms = [f"{workload} on {_arm(device, threads)}" for workload, device, threads in places]
    for arm, cells in comparison.groupby(arms):
        console.print()
        console.print(Text(str(arm), style="bold"))
        show_table(_cells_table(cells), cells, console)
    console.print(Text(f"\n{_RULE}", style="dim"))


def _cells_table(cells: pd.DataFrame) -> Table:
    machine = ["machine"] if cells["machine"].nunique() > 1 else []
    costs = "usd" in cells and bool(cells["usd"].notna().any())
    money = ["USD", "cost"] if costs else []
    table = new_table("batch size", "epochs", *machine, "base", "time", "ratio", *money, "verdict")
    ordered = cells.sort_values([*PLACE[1:3], "machine"], na_position="first", kind="stable")
    for row in first_rows(ordered):
        seconds = [_seconds(row[name]) for name in ("base_seconds", "seconds")]
        verdict = row["verdict"] if row["verdict"] != NOT_MEASURED else ""
        unlike = "unlike work" if row["unlike"] else ""
        words = ": ".join(part for part in (verdict, row["reason"], unlike) if part)
        paid = [_dollars(row["usd"]), ratio_words(row, of="cost_")] if costs else []
        names = [Text(row[name]) for name in machine]
        table.add_row(
            str(row["batch_size"]), epochs_text(row), *names,
            *seconds, ratio_words(row), *paid, Text(words),
        )  # fmt: skip
    return table


def _arm(device: str, threads: int) -> str:
    return f"{device}, {counted(threads, 'thread')}" if threads else device


def epochs_text(row: dict[Any, Any]) -> str:
    """A row's number of epochs, a derived total's marked, or that it is a warm step."""
    return epoch_words(row["epochs"], derived=row["derived"], warm="warm step")


def _seconds(seconds: float) -> str:
    return "" if pd.isna(seconds) else seconds_in_words(seconds)


def _dollars(dollars: float) -> str:
    return "" if pd.isna(dollars) else f"{dollars:.3g}"


def new_table(*columns: str, left: frozenset[str] = frozenset()) -> Table:
    """An empty table of aligned columns: of words to the left, of numbers to the right."""
    table = Table(box=None, pad_edge=False, header_style="italic", title_justify="left")
    for name in columns:
        table.add_column(
            name, justify="left" if name in _LEFT | left else "right", overflow="fold",
            no_wrap=name in {"ratio", "cost"},
        )  # fmt: skip
    return table
