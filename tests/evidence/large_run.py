"""`python -m tests.evidence.large_run`: what a run of 10 000 cells costs in memory and on the disk.

The whole way of a run - collecting, blocks, fsynced journal, pytest-benchmark's statistics, result
file, summary, loader - with workers that answer at once instead of training (`large_plugin`). Two
grids: one with several numbers of epochs, as real ones have, and one in which no two cells share a
measurement. Prints a table, and writes it with `--out`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure.process import ROOT

WORKLOADS, DEVICES = 9, 2
GRIDS = ((62, 9), (556, 1))
"""Batch sizes, numbers of epochs: of all workloads, on two devices."""
LARGEST_MEMORY, LARGEST_RESULT = 500e6, 50e6
LOAD = """
import json, resource, sys
from scripts.read.table import load
load(sys.argv[1:])
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"load_memory_bytes": memory}))
"""


@dataclass(frozen=True)
class Cost:
    """What a run of one grid cost."""

    batch_sizes: int
    epochs: int
    cells: int
    answers: int
    sizes: dict[str, int]
    seconds: float
    load_seconds: float

    @property
    def small_enough(self) -> bool:
        """Whether memory and result file keep their bounds."""
        sizes = self.sizes
        return sizes["memory_bytes"] < LARGEST_MEMORY and sizes["result_bytes"] < LARGEST_RESULT

    def row(self) -> str:
        """The cost as a row of the table."""
        mb = {name: f"{value / 1e6:.0f} MB" for name, value in self.sizes.items()}
        grid = f"{WORKLOADS} x {self.batch_sizes} x {self.epochs} x {DEVICES}"
        return (
            f"| {grid} = {self.cells} | {self.answers} | {mb['memory_bytes']} "
            f"| {mb['journal_bytes']} | {mb['result_bytes']} | {self.seconds:.0f} s "
            f"| {self.load_seconds:.0f} s, {mb['load_memory_bytes']} |"
        )


def run(folder: Path, batch_sizes: int, epochs: int) -> Cost:
    """Runs one grid with five blocks and reads its result."""
    result, sizes = folder / "large.json", folder / "sizes.json"
    command = [sys.executable, "-m", "pytest", "-p", "tests.evidence.large_plugin", "bench", "-q"]
    command += ["--workloads", "all", "--devices", "cpu,cuda", "--blocks", "5"]
    command += ["--batch-sizes", ",".join(str(8 + n) for n in range(batch_sizes))]
    command += ["--epochs", ",".join(str(1 + n) for n in range(epochs))]
    command += ["--suspect-repeats", "0", "--benchmark-json", str(result)]
    begun = time.monotonic()
    _output(command, CROSSOVER_LARGE_SIZES=str(sizes))
    ended = time.monotonic()
    loaded = json.loads(_output([sys.executable, "-c", LOAD, str(result)]))
    seconds = ended - begun, time.monotonic() - ended
    own = json.loads(result.read_bytes())["crossover"]
    if not own["complete"] or own["measured"] != WORKLOADS * DEVICES * batch_sizes * epochs:
        raise RuntimeError(f"{own['measured']} cells measured, complete: {own['complete']}")
    costs = json.loads(sizes.read_text()) | loaded | {"result_bytes": result.stat().st_size}
    return Cost(batch_sizes, epochs, own["measured"], len(own["measurements"]), costs, *seconds)


def _output(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(os.environ) | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def table(costs: list[Cost]) -> Iterator[str]:
    """The costs as Markdown."""
    yield (
        "| workloads x batch sizes x numbers of epochs x devices = cells | worker answers "
        "| pytest's memory, most | journal | result file | the run took | loading it |"
    )
    yield "|---|---|---|---|---|---|---|"
    for cost in costs:
        yield cost.row()


def report(costs: list[Cost]) -> Iterator[str]:
    """The table, and how it was measured."""
    yield "# A run of 10 000 cells"
    yield ""
    cores = os.cpu_count()
    yield f"`python -m tests.evidence.large_run` on {cores} cores. Bounds: 500 MB and 50 MB."
    yield ""
    yield from table(costs)
    yield ""
    yield (
        "Everything is real - collecting, the journal with an fsync for every answer, "
        "pytest-benchmark's statistics, the result file, the loader - but the workers: they answer "
        "at once with made-up figures, as many and with as many digits as real ones (five blocks; "
        "steps of 0.2 ms for mlp to 5 ms for lstm-gates, every batch size trained for at least "
        "0.1 s, so up to 200 epochs). Memory is the largest resident set of the pytest process. "
        "The seconds are mostly fsyncs."
    )


def main() -> int:
    """Runs both grids; exit status 1 when one is too large."""
    parser = argparse.ArgumentParser(description="What does a run of 10 000 cells cost?")
    parser.add_argument("--out", type=Path, help="file for the table, in Markdown")
    out: Path | None = parser.parse_args().out
    costs = []
    for grid in GRIDS:
        with tempfile.TemporaryDirectory() as folder:
            costs.append(run(Path(folder), *grid))
        print(costs[-1], flush=True)
    lines = list(report(costs))
    print("\n".join(lines))
    if out:
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(not all(cost.small_enough for cost in costs))


if __name__ == "__main__":
    sys.exit(main())
