"""Does the suite find a slow-down that was put in, and nothing where there is none?

python tests/evidence/detection.py results/campaign/*.json --out results

Reads the runs of `python -m tests.evidence.campaign`: the CPU against itself, as it is and slowed
by a known share. Each run and slow-down is judged as a grid of its own, by the code that judges
every result.
Writes a table (CSV) and a figure (PNG and SVG), called detection unless --name says otherwise.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    import scripts  # noqa: F401 - names the backend before matplotlib is imported

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from rich.console import Console
from scipy.stats import binomtest

from scripts.figures.style import FORMATS, encoded, new_figure, style
from scripts.judge.verdicts import verdicts
from scripts.read.document import ResultError
from scripts.read.table import load
from scripts.read.text import file_stem
from scripts.write.folder import Folder

ARM = "slowed:"
RULES = {
    "Crossover, a cell alone": "alone",
    "Crossover, adjusted over the run's cells": "adjusted",
    "one process each, medians differ by 5 %": "single",
}


def judged(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a cell and slow-down: the verdict in its grid (`adjusted`) and by itself (`alone`).

    Adds `slowdown` (per cent) and `single`: the word of somebody who ran each arm once (block 0)
    and calls medians that differ by 5 % different.
    """
    tables = []
    if not rounds["side"].str.startswith(ARM).any():
        raise ResultError(rounds["file"].iloc[0], "benchmarks", "no slowed arm: not of a campaign")
    for side in sorted(rounds.loc[rounds["side"].str.startswith(ARM), "side"].unique()):
        pair = rounds[rounds["side"].isin(["cpu", side])]
        table = verdicts(pair, scope="warm")
        table = table.assign(
            slowdown=int(side.removeprefix(ARM)), adjusted=table["verdict"], alone=_alone(table)
        )
        tables.append(table.merge(_single(pair, side), on=["file", "workload", "batch_size"]))
    return pd.concat(tables, ignore_index=True)


def _alone(table: pd.DataFrame) -> pd.Series:
    """The word without the adjustment: the reason keeps it where only the grid overruled it."""
    word = table["reason"].str.extract(r"(slower|faster|too close) alone", expand=False)
    return table["verdict"].where(word.isna(), word)


def _single(pair: pd.DataFrame, side: str) -> pd.DataFrame:
    first = pair[~pair["again"] & (pair["block"] == pair["block"].min())]
    columns = ["file", "workload", "batch_size"]
    seconds = first.pivot_table(index=columns, columns="side", values="epoch_seconds")
    ratio = np.log(seconds[side] / seconds["cpu"])
    words = np.where(ratio > np.log(1.05), "slower", "faster")
    words = np.where(np.abs(ratio) <= np.log(1.05), "too close", words)
    return pd.DataFrame({"single": words}, index=seconds.index).reset_index()


def rates(cells: pd.DataFrame) -> pd.DataFrame:
    """A row a slow-down and rule: cells, and how many were called what, with Wilson intervals.

    `slower` is right above 0 per cent and wrong at 0; `faster` is always wrong.
    """
    rows = []
    for slowdown, group in cells.groupby("slowdown"):
        for rule, column in RULES.items():
            words = group.loc[group["verdict"] != "suspect", column]
            counts = words.value_counts()
            slower, number = int(counts.get("slower", 0)), len(words)
            bounds = binomtest(slower, number).proportion_ci(method="wilson") if number else None
            rows.append(
                {
                    "slowdown_percent": slowdown,
                    "rule": rule,
                    "cells": number,
                    "suspect": len(group) - number,
                    "called_slower": slower,
                    "called_faster": int(counts.get("faster", 0)),
                    "too_close": int(counts.get("too close", 0)),
                    "undecided": int(counts.get("undecided", 0)),
                    "slower_share": slower / number if number else np.nan,
                    "slower_low": bounds.low if bounds else np.nan,
                    "slower_high": bounds.high if bounds else np.nan,
                    "median_ratio": group["ratio"].median(),
                    "median_margin": group["margin"].median(),
                }
            )
    return pd.DataFrame(rows)


def detection_figure(table: pd.DataFrame) -> Figure:
    """Share of cells called slower against the slow-down that was put in, a line a rule."""
    markers = dict(zip(RULES, "osD", strict=True))
    colours = dict(zip(RULES, ("#0072B2", "#009E73", "#D55E00"), strict=True))
    with style():
        figure = new_figure(width=4.6, height=3.1)
        axes = figure.add_subplot()
        for at, (rule, rows) in enumerate(table.groupby("rule", sort=False)):
            share = 100 * rows["slower_share"]
            reach = [share - 100 * rows["slower_low"], 100 * rows["slower_high"] - share]
            axes.errorbar(
                rows["slowdown_percent"] + 0.25 * (at - 1),
                share,
                yerr=np.clip(np.array(reach), 0, None),
                marker=markers[str(rule)],
                color=colours[str(rule)],
                markersize=4,
                linewidth=1,
                capsize=2,
                label=str(rule),
            )
        axes.set_xticks(sorted(table["slowdown_percent"].unique()))
        axes.set_ylim(-3, 103)
        axes.set_xlabel("slow-down put in (per cent of a step)")
        axes.set_ylabel("cells called slower (per cent)")
        axes.grid(visible=True, linewidth=0.4, alpha=0.5)
        figure.legend(loc="outside upper left", frameon=False, ncols=1)
    return figure


def show(table: pd.DataFrame, cells: pd.DataFrame, blocks: pd.DataFrame, console: Console) -> None:
    """Prints the counts and how loaded the machine was."""
    for row in table.to_dict("records"):
        console.print(
            f"{row['slowdown_percent']:>3} %  {row['rule']:<40} {row['cells']:>4} cells: "
            f"slower {row['called_slower']}, faster {row['called_faster']}, "
            f"too close {row['too_close']}, undecided {row['undecided']}"
            + (f" (and {row['suspect']} suspect)" if row["suspect"] else ""),
            highlight=False,
            soft_wrap=True,
        )
    floor = cells.groupby("file")["noise_floor"].first()
    console.print(
        f"noise floor of the runs: {', '.join(f'{100 * value:.1f} %' for value in floor)}; "
        f"others' share of the CPU in a block: median {blocks['others_share'].median():.1%}, "
        f"most {blocks['others_share'].max():.1%}; load before a block: median "
        f"{blocks['load_before'].median():.2f}",
        highlight=False,
        soft_wrap=True,
    )


def host(files: Sequence[str]) -> pd.DataFrame:
    """A row a block of valid files: what the guards saw of the machine."""
    content = [json.loads(Path(file).read_bytes()) for file in files]
    rows = [block for one in content for block in one["crossover"]["blocks"]]
    # Facts of the host are no part of the schema: what a file does not tell is not known.
    return pd.DataFrame(rows).reindex(columns=["others_share", "load_before"], fill_value=np.nan)


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the campaign's files, prints the rates, writes table and figure; 2 on bad input."""
    parser = argparse.ArgumentParser(description="Does the suite find what was put in?")
    parser.add_argument(
        "files", nargs="+", help="result files of python -m tests.evidence.campaign"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of table and figure")
    parser.add_argument("--name", default="detection", help="of both files (default: detection)")
    options = parser.parse_args(arguments)
    try:
        cells = judged(load(options.files))
        table = rates(cells)
        folder = Folder(options.out)
        folder.write_table(f"{file_stem(options.name)}.csv", table)
        figure = detection_figure(table)
        for kind in FORMATS:
            folder.write(f"{file_stem(options.name)}.{kind}", encoded(figure, kind))
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    show(table, cells, host(options.files), Console())
    return 0


if __name__ == "__main__":
    sys.exit(main())
