"""Machines or runs side by side, cell by cell; only the same work is compared.

python scripts/compare.py results/a.json results/b.json --base a --price a=0.10 --price b=2.50
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import pandas as pd
from rich.console import Console

from scripts import compare_text
from scripts.machines import compared
from scripts.output import csv_bytes, write_whole
from scripts.prices import mean_costs, price, require_machines, with_costs
from scripts.ranking import fastest, geometric_means, ranking
from scripts.result_file import ResultError
from scripts.sources import add_sources, show_skipped, skipper, take_learning
from scripts.table import Results, load_results


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and prints the comparison; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        take_learning(options)  # nothing of theirs can be compared cell by cell
        results = _load(options)
        machines = list(results.files["machine"])
        base = machines[0] if options.base is None else _base(results.files, options.base)
        prices = require_machines(options.price, machines)
        comparison = compared(results.rounds, base=base, allow=options.allow)
        comparison = with_costs(comparison, prices) if prices else comparison
        if options.csv:
            write_whole(options.csv, csv_bytes(comparison), inputs=options.files)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    console = Console(highlight=False, markup=False, emoji=False)
    show_skipped(options, results, console)
    means = mean_costs(geometric_means(results.rounds, base=base), prices, base=base)
    compare_text.show_unlike(comparison, console)
    compare_text.show_machines(results.files, base=base, console=console)
    compare_text.show_means(means, console)
    if len(machines) > 2:
        compare_text.show_ranking(ranking(results.rounds), console)
    compare_text.show_fastest(fastest(results.rounds), console)
    compare_text.show_cells(comparison, console)
    return 0


def _load(options: argparse.Namespace) -> Results:
    results = load_results(options.files, skip=skipper(options))
    if len(results.files) < 2:
        alone = results.files["file"].iloc[0]
        raise ResultError(alone, "", "is alone; name two result files or more")
    return results


def _base(files: pd.DataFrame, name: str) -> str:
    """The machine of that name, or of the file of that name."""
    paths = [Path(file) for file in files["file"]]
    for names in (files["machine"], files["file"], [path.stem for path in paths]):
        found = [machine for own, machine in zip(names, files["machine"], strict=True)
                 if own == name]  # fmt: skip
        if len(found) == 1:
            return str(found[0])
    known = ", ".join(files["machine"])
    raise ResultError("", "--base", f"{name!r} is no machine here; name one of: {known}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_sources(parser, files="result files, two or more; the first is the base")
    parser.add_argument(
        "--base", metavar="NAME", help="the machine (or file) that the others are compared with"
    )
    parser.add_argument(
        "--price", metavar="NAME=USD", type=price, action="append", default=[],
        help="what an hour of a machine costs: adds the cost of the same work",
    )  # fmt: skip
    parser.add_argument(
        "--allow", action="store_true", help="compare unlike work as well, and mark it"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every cell to a CSV file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
