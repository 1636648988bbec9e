"""Which cells deserve more blocks? One line of JSON a cell, for a run that is still going on.

python scripts/judge/undecided.py provisional.json --looks 3

Named are the cells called neither slower nor faster, and the two cells around each crossover.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

import pandas as pd

from scripts.judge.rule import CLOSE, UNDECIDED
from scripts.judge.verdicts import verdicts
from scripts.read.document import ResultError
from scripts.read.table import load

CURVE = ["workload", "device", "threads", "scope", "epochs"]


def undecided_cells(rounds: pd.DataFrame, *, looks: int) -> list[dict[str, object]]:
    """Cells (workload, batch_size, device, threads), each once, and why they need more blocks.

    `why` is "undecided", "around the crossover" or "too close" (more blocks will not change that,
    but a crossover lies beyond it); an undecided scope or number of epochs makes the
    whole cell undecided, since a process serves them all.
    """
    both = [
        verdicts(rounds, scope="warm", looks=looks),
        verdicts(rounds, scope="total", looks=looks),
    ]
    table = pd.concat(both, ignore_index=True)
    named: dict[tuple[str, int, str, int], str] = {}
    for _, curve in table.groupby(CURVE, dropna=False, sort=False):
        rows = curve.sort_values("batch_size")
        for row in _around_crossovers(rows):
            named.setdefault(row, "around the crossover")
    for row in _keys(table[table["verdict"] == CLOSE]):
        named.setdefault(row, "too close")
    for row in _keys(table[table["verdict"] == UNDECIDED]):
        named[row] = "undecided"
    return [
        {"workload": w, "batch_size": b, "device": d, "threads": t, "why": why}
        for (w, b, d, t), why in named.items()
    ]


def _keys(rows: pd.DataFrame) -> list[tuple[str, int, str, int]]:
    columns = [rows[name] for name in ("workload", "batch_size", "device", "threads")]
    return [(str(w), int(b), str(d), int(t)) for w, b, d, t in zip(*columns, strict=True)]


def _around_crossovers(rows: pd.DataFrame) -> list[tuple[str, int, str, int]]:
    """The cells on both sides of every change between slower and faster, undecided ones aside."""
    decided = rows[rows["verdict"].isin(["gpu slower", "gpu faster"])]
    changes = decided["verdict"].ne(decided["verdict"].shift()).to_numpy(copy=True)
    changes[:1] = False
    sides = changes.copy()
    sides[:-1] |= changes[1:]
    return _keys(decided[sides])


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the cells; 2 and one line on stderr for a file that cannot be read."""
    parser = argparse.ArgumentParser(description="Which cells deserve more blocks?")
    parser.add_argument("file", help="a result file, also of a run that is still going on")
    parser.add_argument("--looks", type=int, default=1, help="planned looks at the data")
    options = parser.parse_args(arguments)
    try:
        cells = undecided_cells(load([options.file]), looks=options.looks)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    for cell in cells:
        print(json.dumps(cell))
    return 0


if __name__ == "__main__":
    sys.exit(main())
