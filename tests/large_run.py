"""`python -m tests.large_run`: what a run of 10 000 cells costs in memory and on the disk.

The whole way of a run - collecting, blocks, fsynced journal, pytest-benchmark's statistics, result
file, summary, loader - with workers that answer at once instead of training. Two grids: one with
several numbers of epochs, as real ones have, and the worst one, where no two cells share a
measurement.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.process import ROOT

GRIDS = {
    "9 workloads, 62 batch sizes, 9 numbers of epochs, 2 devices": (62, 9),
    "9 workloads, 556 batch sizes, 1 number of epochs, 2 devices": (556, 1),
}
LOAD = "import sys; from scripts.table import load; print(len(load(sys.argv[1:])))"


def run(folder: Path, batch_sizes: int, epochs: int) -> None:
    """Runs one grid with five blocks and prints what it took."""
    result, peak = folder / "large.json", folder / "peak"
    command = [sys.executable, "-m", "pytest", "-p", "tests.large_plugin", "bench", "-q"]
    command += ["--workloads", "all", "--devices", "cpu,cuda", "--blocks", "5"]
    command += ["--batch-sizes", ",".join(str(8 + n) for n in range(batch_sizes))]
    command += ["--epochs", ",".join(str(1 + n) for n in range(epochs))]
    begun = time.monotonic()
    subprocess.run(
        [*command, "--suspect-repeats", "0", "--benchmark-json", str(result)],
        cwd=ROOT,
        env=dict(os.environ) | {"CROSSOVER_LARGE_PEAK": str(peak)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    ended = time.monotonic()
    cells = json.loads(result.read_bytes())["crossover"]["measured"]
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(result)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    print(
        f"{cells} cells: pytest's memory {int(peak.read_text()) / 1e6:.0f} MB, "
        f"result file {result.stat().st_size / 1e6:.1f} MB, {ended - begun:.0f} s; "
        f"loaded ({done.stdout.strip()} rounds) in {time.monotonic() - ended:.0f} s"
    )


def main() -> None:
    """Runs both grids."""
    for words, (batch_sizes, epochs) in GRIDS.items():
        print(words)
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), batch_sizes, epochs)


if __name__ == "__main__":
    main()
