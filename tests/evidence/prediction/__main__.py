"""How often predicted intervals held what was measured, each network left out in turn.

    python -m tests.evidence.prediction results/*.json > results/prediction.csv

Files with a diagnosis, whose host was looked at, are told about; `cpu` are threads other than the
host's own, `vulkan` a software device. Each row is a network on a kind of device.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from scripts.bound.estimate import left_out, measured_pairs
from scripts.read.learning_file import by_kind
from scripts.read.table import load_results

COLUMNS = ["kind", "workload", "cells", "inside", "high_over_low", "missed"]


def coverage(held: pd.DataFrame) -> pd.DataFrame:
    """A row per kind of device and network: cells, how many lie inside, and those that do not."""
    rows = []
    for (kind, workload), own in held.groupby(["kind", "workload"], sort=False):
        missed = own[~own["inside"]]
        rows.append(
            {
                "kind": kind,
                "workload": workload,
                "cells": len(own),
                "inside": int(own["inside"].sum()),
                "high_over_low": round(float(np.median(own["high"] / own["low"])), 1),
                "missed": "; ".join(
                    f"{cell.side} at {cell.batch_size}: {cell.step_seconds:.2e} s, not "
                    f"{cell.low:.2e} to {cell.high:.2e}"
                    for cell in missed.itertuples()
                ),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def main(files: Sequence[str]) -> None:
    """Writes the table as CSV."""
    timing, *_others = by_kind([Path(file) for file in files], imported=True)
    results = load_results(timing)
    held = left_out(measured_pairs(results.rounds, results.dispatch, results.diagnosis))
    coverage(held).to_csv(sys.stdout, index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
