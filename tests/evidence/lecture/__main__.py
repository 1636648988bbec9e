"""`python -m tests.evidence.lecture all --out results/lecture`: tables behind lecture.py's slides.

Trains small networks on one CPU thread, minutes each; seeds are fixed, and nothing is timed.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch

from scripts.tables.lecture import TABLES
from tests.evidence.lecture import filters, gradients, mask

ROWS = {"filters": filters.rows, "gradients": gradients.rows, "mask": mask.rows}


def write(path: Path, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Writes a table row by row, under another name until it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partly = path.with_suffix(".partly")
    with partly.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        for row in rows:
            table.writerow(row)
            file.flush()
    partly.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Writes the tables that are named."""
    own = argparse.ArgumentParser(description=__doc__)
    own.add_argument("table", choices=[*ROWS, "all"])
    own.add_argument("--out", type=Path, default=Path("results/lecture"))
    options = own.parse_args(arguments)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    for name in ROWS if options.table == "all" else [options.table]:
        write(options.out / f"{name}.csv", TABLES[name], ROWS[name]())
        print(f"{options.out / name}.csv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
