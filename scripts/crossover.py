"""From Python or a notebook: times a network as `pytest bench` does, and says what came of it.

    from scripts.crossover import crossover
    work = network, inputs, targets, loss
    answer = crossover(work, out="results/mine.json", batch_sizes=(8, 32, 128))
    answer.words, answer.frame

The processes that measure are fresh ones: what they are given in place of a file lies pickled
beside the result.
"""

import hashlib
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from scripts.cluster.job import BENCH
from scripts.cluster.plan import refusal
from scripts.read.workers import Workers
from scripts.sections.answer import answer
from scripts.sections.inputs import Report
from scripts.tables.many import analysed
from scripts.words.warnings import suspect_lines

MADE = '''"""{title}"""

import pickle
import sys
from pathlib import Path


def make():
    """What crossover() was given; sha256 {digest}."""
    folder, content = pickle.loads(Path(__file__).with_suffix(".pickle").read_bytes())
    sys.path.append(folder)
    made = pickle.loads(content)
    return made() if callable(made) else made
'''


class Answer(NamedTuple):
    """What a run says: in a sentence per device, round by round, verdict by verdict."""

    words: str
    frame: pd.DataFrame
    verdicts: pd.DataFrame
    path: Path


Work = str | tuple[Any, ...] | Callable[[], Any]


def crossover(work: Work, *, out: str | Path, **options: object) -> Answer:
    """Times a network and returns the answer; shows progress meanwhile.

    `work` is (network, inputs, targets, loss), where a Dataset or DataLoader may take the place of
    inputs and targets; a function that returns that; or what `--workloads` takes: names,
    "my_network.py:make". `options` are those of `pytest bench`, with `_` for `-`:
    `epochs=(1, 10)`, `diagnose=True`.

    Raises ValueError with what was refused, and ResultError where nothing can be read.
    """
    path = Path(out).resolve()
    workloads = work if isinstance(work, str) else _pickled(work, path)
    _run(["--workloads", workloads, "--benchmark-json", str(path), *_flags(options)])
    with Workers() as workers:
        analysis = analysed([path], workers)
        lines = next(answer(Report(analysis, None, None))).lines
        said = [*suspect_lines(analysis.doubts), *(f"{line.lead}{line.text}" for line in lines)]
        return Answer(" ".join(said), analysis.rounds, analysis.verdicts, path)


def _pickled(work: object, path: Path) -> str:
    """Writes what is in memory beside the result, classes of a notebook with it; a file's name.

    The name is the workload's in the report. Its text has the content's hash: other objects are
    other work.
    """
    import cloudpickle  # noqa: PLC0415 - a file needs none

    content = cloudpickle.dumps(work)
    file = path.with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    modules = str(Path.cwd())  # of those that are named, not held
    file.with_suffix(".pickle").write_bytes(pickle.dumps((modules, content)))
    digest = hashlib.sha256(content).hexdigest()
    file.write_text(MADE.format(title=path.stem, digest=digest), encoding="utf-8")
    return f"{file}:make"


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
    lines = []
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
            run.send_signal(signal.SIGINT)  # what was measured is written, and it says where
            print(*run.stdout or (), sep="", end="")
            raise
    if run.returncode:
        raise ValueError(refusal(lines))
