"""Prepare the data of workloads: `python -m models.prepare mlp cnn`, or `all`."""

import sys
import time

from models.data import load_dataset
from models.define import find
from models.registry import WORKLOADS


def main(arguments: list[str]) -> int:
    """Prepare the data of the workloads named, one line a dataset; return the exit status."""
    if not arguments or arguments == ["--help"]:
        print(f"usage: python -m models.prepare all | WORKLOAD ...\n{', '.join(WORKLOADS)}")
        return 0 if arguments else 2
    try:
        workloads = [find(name) for name in (WORKLOADS if arguments == ["all"] else arguments)]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for name in dict.fromkeys(workload.dataset for workload in workloads):
        start = time.perf_counter()
        data = load_dataset(name)
        counts = f"{len(data.train.targets)} to train, {len(data.held_out.targets)} held out"
        print(f"{name}: {counts} ({time.perf_counter() - start:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
