"""Result files as one tidy table for other tools: one row per round, as CSV.

python scripts/export.py results/devbox*.json --out rounds.csv
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from scripts.door import answered
from scripts.options import add_sources, file_place, new_parser, skipper, take_learning
from scripts.read.table import load
from scripts.read.text import counted
from scripts.write.folder import csv_bytes, write_whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and writes the table; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    return answered(lambda: _export(options))


def _export(options: argparse.Namespace) -> None:
    learned = take_learning(options)  # they hold no rounds
    rounds = load(options.files, skip=skipper(options))
    write_whole(options.out, csv_bytes(rounds), inputs=[*options.files, *learned])
    print(f"{counted(len(rounds), 'row')} and {len(rounds.columns)} columns in {options.out}")


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    add_sources(parser, files="result files of pytest bench")
    parser.add_argument(
        "--out",
        type=partial(file_place, suffix=".csv"),
        required=True,
        metavar="FILE",
        help="a .csv file",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
