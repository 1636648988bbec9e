"""From Python or a notebook: times a network as `pytest bench` does, and says what came of it.

    from scripts.crossover import crossover
    answer = crossover("my_network.py:make", out="results/mine.json", batch_sizes=(8, 32, 128))
    answer.words, answer.frame

In a notebook `%%writefile my_network.py` makes the file: its processes are not the notebook's.
"""

import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from scripts.read.workers import Workers
from scripts.sections.answer import answer
from scripts.sections.inputs import Report
from scripts.tables.many import analysed

BENCH = Path(__file__).resolve().parents[1] / "bench"


class Answer(NamedTuple):
    """What a run says: in a sentence per device, round by round, verdict by verdict."""

    words: str
    frame: pd.DataFrame
    verdicts: pd.DataFrame
    path: Path


def crossover(workloads: str, *, out: str | Path, **options: object) -> Answer:
    """Times workloads and returns the answer; shows progress meanwhile.

    `options` are those of `pytest bench`, with `_` for `-`: `epochs=(1, 10)`, `diagnose=True`.
    Raises ValueError with what was refused, and ResultError where nothing can be read.
    """
    path = Path(out).resolve()
    _run(["--workloads", workloads, "--benchmark-json", str(path), *_flags(options)])
    with Workers() as workers:
        analysis = analysed([path], workers)
        lines = next(answer(Report(analysis, None, None))).lines
        words = " ".join(f"{line.lead}{line.text}" for line in lines)
        return Answer(words, analysis.rounds, analysis.verdicts, path)


def _flags(options: dict[str, object]) -> list[str]:
    flags = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        several = isinstance(value, list | tuple)
        typed = ",".join(map(str, value)) if several else str(value)  # type: ignore[call-overload]
        flags += [flag] if value is True else [flag, typed]
    return flags


def _run(arguments: list[str]) -> None:
    """Runs `pytest bench`, its lines shown as they come; raises ValueError with its last word."""
    lines = [""]
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", str(BENCH), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        try:
            for line in run.stdout or ():
                print(line, end="")
                lines.append(line)
        except KeyboardInterrupt:
            run.send_signal(signal.SIGINT)  # what was measured is written
            raise
    if run.returncode:
        refused = [line for line in lines if line.startswith("ERROR: ")] or lines[-1:]
        raise ValueError(refused[0].removeprefix("ERROR: ").strip())
