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

from scripts.judge.pairs import with_base
from scripts.judge.undecided import undecided_cells
from scripts.options import add_base
from scripts.read.document import ResultError
from scripts.read.table import load
from scripts.read.text import safe_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the cells; 2 and one line on stderr for a file that cannot be read."""
    parser = argparse.ArgumentParser(description="Which cells deserve more blocks?")
    parser.add_argument("file", help="a result file, also of a run that is still going on")
    parser.add_argument("--looks", type=_count, default=1, help="planned looks at the data")
    add_base(parser)
    options = parser.parse_args(arguments)
    try:
        rounds = load([options.file])
        rounds = rounds if options.base is None else with_base(rounds, options.base)
        cells = undecided_cells(rounds, looks=options.looks)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    for cell in cells:
        print(json.dumps(cell))
    return 0


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise argparse.ArgumentTypeError(f"{safe_text(text)} is no number of looks")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
