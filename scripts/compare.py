"""Machines or runs side by side, cell by cell; only the same work is compared.

python scripts/compare.py results/a.json results/b.json
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scripts.decide import NOT_MEASURED
from scripts.machines import compared, geometric_means
from scripts.output import csv_bytes, write_whole
from scripts.result_file import ResultError
from scripts.table import Results, load_results
from scripts.text import counted, seconds_in_words, times
from scripts.words import ratio_words


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and prints the comparison; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        results = _load(options.files)
        comparison = compared(results.rounds)
        if options.csv:
            write_whole(options.csv, csv_bytes(comparison))
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    show(results, comparison, Console(highlight=False, markup=False, emoji=False))
    return 0


def _load(paths: Sequence[Path]) -> Results:
    if len(paths) < 2:
        raise ResultError(paths[0], "", "is alone; name two result files or more")
    return load_results(paths)


def show(results: Results, comparison: pd.DataFrame, console: Console) -> None:
    """Prints who was compared, the geometric means, then every cell."""
    for place, file in enumerate(results.files.to_dict("records")):
        role = " (base: ratios are seconds / its seconds)" if place == 0 else ""
        console.print(Text(f"{file['machine']}{role}", style="bold"))
        console.print(Text(f"  {file['cpu']}; {file['os']}; torch {file['torch']}; {file['file']}"))
    console.print()
    console.print(_means_table(geometric_means(comparison)))
    arms = [
        f"{row['workload']} on {_arm(row['device'], row['threads'])}"
        for row in comparison.to_dict("records")
    ]
    for arm, cells in comparison.groupby(arms):
        console.print()
        console.print(Text(str(arm), style="bold"))
        console.print(_cells_table(cells))
    words = (
        "slower and faster: beyond the margin, by Welch's interval on log seconds, Holm-adjusted"
    )
    console.print(Text(f"\n{words}", style="dim"))


def _means_table(means: pd.DataFrame) -> Table:
    table = _table("workload", "device", "machine", "warm step", "cells", "total", "cells")
    table.title = "Geometric means of the ratios, over the cells that all have measured"
    key = ["workload", "device", "threads", "machine"]
    warm, total = (means[means["scope"] == scope] for scope in ("warm", "total"))
    both = warm.merge(total, on=key, how="outer", suffixes=("_warm", "_total"))
    for row in both.to_dict("records"):
        numbers = []
        for scope in ("warm", "total"):
            known = pd.notna(row[f"ratio_{scope}"])
            numbers.append(times(row[f"ratio_{scope}"]) if known else "")
            numbers.append(f"{row[f'cells_{scope}']:.0f}" if known else "0")
        arm = _arm(row["device"], row["threads"])
        table.add_row(row["workload"], arm, Text(row["machine"]), *numbers)
    return table


def _arm(device: str, threads: int) -> str:
    return f"{device}, {counted(threads, 'thread')}" if threads else device


def _cells_table(cells: pd.DataFrame) -> Table:
    """A row a cell and machine: warm steps first, then the totals."""
    several = cells["machine"].nunique() > 1
    machine = ["machine"] if several else []
    table = _table("batch size", "epochs", *machine, "base", "time", "ratio", "verdict")
    ordered = cells.sort_values(["batch_size", "epochs"], na_position="first", kind="stable")
    for row in ordered.to_dict("records"):
        epochs = "warm step" if pd.isna(row["epochs"]) else str(row["epochs"])
        seconds = [_seconds(row[name]) for name in ("base_seconds", "seconds")]
        verdict = row["verdict"] if row["verdict"] != NOT_MEASURED else ""
        words = ": ".join(part for part in (verdict, row["reason"]) if part)
        table.add_row(
            str(row["batch_size"]), epochs, *[Text(row[name]) for name in machine], *seconds,
            ratio_words(row), Text(words),
        )  # fmt: skip
    return table


def _seconds(seconds: float) -> str:
    return "" if pd.isna(seconds) else seconds_in_words(seconds)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="italic", title_justify="left")
    for name in columns:
        left = name in {"workload", "device", "machine", "verdict", "ratio"}
        table.add_column(
            name, justify="left" if left else "right", overflow="fold", no_wrap=name == "ratio"
        )
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, help="result files; the first is the base")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every cell to a CSV file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
