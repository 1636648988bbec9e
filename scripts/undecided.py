"""Which cells deserve more blocks? One line of JSON per cell, for a run that is still going on.

python scripts/undecided.py provisional.json --looks 3
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from scripts.door import answered
from scripts.judge.pairs import with_base
from scripts.judge.undecided import undecided_cells
from scripts.options import add_base, new_parser, place, whole_number
from scripts.read.table import load


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the cells; 2 and one line on stderr for a file that cannot be read."""
    options = _parser().parse_args(arguments)
    return answered(lambda: _undecided(options))


def _undecided(options: argparse.Namespace) -> None:
    rounds = load([options.file])
    rounds = rounds if options.base is None else with_base(rounds, options.base)
    for cell in undecided_cells(rounds, looks=options.looks):
        print(json.dumps(cell))


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    parser.add_argument(
        "file",
        type=place,
        metavar="FILE",
        help="a result file, also of a run that is still going on",
    )
    parser.add_argument("--looks", type=_looks, default=1, help="planned looks at the data")
    add_base(parser)
    return parser


def _looks(text: str) -> int:
    return whole_number(text, 1, 999)


if __name__ == "__main__":
    sys.exit(main())
