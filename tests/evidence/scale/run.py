"""`python -m tests.evidence.scale.run`: what a report of 1000 files of 800 cells takes.

Writes a corpus of machines whose true ratios are known (`scale.corpus`), reads and judges it
with `report.py` as anybody would, in a process of its own, and holds every verdict against the
truth. Memory is the largest sum over all its processes, pages that they share counted for each.
"""

import argparse
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import psutil

from bench.machine.identity import ask_cpu
from bench.machine.named import cpu_brand
from bench.measure.process import ROOT
from scripts.read.text import counted
from tests.evidence.scale.corpus import BATCH_SIZES, DEVICES, EPOCHS, WORKLOADS, write_all
from tests.evidence.scale.truth import beside_truth, by_truth

JUDGE = """
import sys
from scripts.tables.many import analysed
from scripts.options import expanded
from scripts.read.workers import Workers

if __name__ == "__main__":
    with Workers() as workers:
        print(len(analysed(expanded(sys.argv[1:]), workers).verdicts))
"""
WHOLE = "the whole of `report.py`"
LOOK_SECONDS = 0.1
AIM_SECONDS, AIM_BYTES = 60, 4e9
"""For the whole of the report, of 1000 files on two cores."""
KEY = """\
*compared*: device pairs; *found*: called slower or faster, rightly; *wrong*: what the verdict
claims is not so (slower or faster by more than the margin, or within it); *wrong sign*: the other
device is the faster one."""


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds on the clock and of all cores together, and peak memory."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def cost(command: list[str]) -> Cost:
    """Runs a command of this project to its end; ends with a message where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun, peak = time.monotonic(), 0
    with psutil.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=sys.stderr,
        env={**os.environ, "COLUMNS": "100"},
    ) as process:
        while process.poll() is None:
            peak = max(peak, _memory(process))
            time.sleep(LOOK_SECONDS)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.monotonic() - begun, cpu, peak)


def _memory(process: psutil.Process) -> int:
    """The resident bytes of a process and all below it, as far as they still live."""
    total = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def lines(count: int, corpus: Path, folder: Path, *, runs: int) -> Iterator[str]:
    """Measures and tells, in Markdown; of several runs the median, and all seconds."""
    paths = sorted(corpus.glob("*.json"))[:count]
    size, load = sum(path.stat().st_size for path in paths), os.getloadavg()[0]
    commands = {
        "read, validate and judge": ["-c", JUDGE, str(corpus)],
        WHOLE: ["scripts/report.py", str(corpus), "--out", str(folder / "report")],
    }
    costs = {
        words: sorted((cost(command) for _run in range(runs)), key=lambda own: own.seconds)
        for words, command in commands.items()
    }
    cells = len(WORKLOADS) * len(BATCH_SIZES) * len(EPOCHS) * len(DEVICES)
    yield "# Many machine files, with known truth"
    yield ""
    yield f"{count} files of {cells} cells, {size / 1e9:.2f} GB, on {os.cpu_count()} cores"
    yield f"({cpu_brand(ask_cpu())}, Python {platform.python_version()})."
    command = "python -m tests.evidence.scale.run --out results/scale.md"
    yield f"Made by `{command}`, load before it: {load:.1f}."
    yield ""
    yield "| | seconds | CPU seconds | peak memory | seconds of all runs |"
    yield "|---|---|---|---|---|"
    for words, known in costs.items():
        own, memory = known[runs // 2], f"{max(one.peak_bytes for one in known) / 1e9:.1f} GB"
        every = ", ".join(f"{one.seconds:.0f}" for one in known)
        yield f"| {words} | {own.seconds:.0f} | {own.cpu_seconds:.0f} | {memory} | {every} |"
    yield ""
    verdicts = pd.read_csv(folder / "report" / "verdicts.csv")
    table = beside_truth(verdicts, count)
    for scope, cells_of_scope in table.groupby("scope", sort=False):
        yield from _truth_table(str(scope), cells_of_scope)
    yield KEY
    yield ""
    reached = sum(
        one.seconds <= AIM_SECONDS and one.peak_bytes <= AIM_BYTES for one in costs[WHOLE]
    )
    words = f"The aim, {AIM_SECONDS} seconds and {AIM_BYTES / 1e9:.0f} GB for the whole"
    yield f"{words}, was reached in {reached} of {counted(runs, 'run')}."


def _truth_table(scope: str, table: pd.DataFrame) -> Iterator[str]:
    rows = list(by_truth(table))
    yield f"{'Once warm' if scope == 'warm' else 'Cold start included'}:"
    yield ""
    yield f"| {' | '.join(rows[0])} |"
    yield "|" + "---|" * len(rows[0])
    for row in rows:
        yield f"| {' | '.join(map(str, row.values()))} |"
    yield ""


def main() -> None:
    """Makes the corpus unless it is there, measures, prints, and writes the file."""
    parser = argparse.ArgumentParser(description="What does a report of 1000 machines take?")
    parser.add_argument("--files", type=int, default=1000, help="machines (default: 1000)")
    parser.add_argument("--runs", type=int, default=3, help="of each command (default: 3)")
    parser.add_argument("--corpus", type=Path, help="folder for the files, kept; reused when full")
    parser.add_argument("--out", type=Path, help="file for the tables, in Markdown")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = options.corpus or Path(folder) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        if len(list(corpus.glob("*.json"))) != options.files:
            write_all(options.files, corpus)
        text = "\n".join(lines(options.files, corpus, Path(folder), runs=options.runs)) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
