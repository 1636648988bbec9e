"""`pytest bench` as a user types it: started, waited for and ended for certain."""

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.measure.process import ROOT
from tests.stubs.hold import HOLD, answers

STUBBED = ("-p", "tests.stubs.plugin", "-p", "no:hypothesispytest")
"""In front of the arguments: no process imports torch, and workers answer by a rule."""


@contextmanager
def started(
    *arguments: str, hold: tuple[Path, int] | None = None, whole: bool = False
) -> Iterator[Any]:
    """A run in a process of its own, which does not outlive the test nor wait for quiet.

    `hold`: a journal, and how many answers it gets before the stubs stop answering. `whole`: with
    all that a run does; otherwise a real one leaves out what tests.stubs.brief says.
    """
    environment = dict(os.environ) | {"COLUMNS": "100"}
    if hold:
        environment[HOLD] = f"{hold[0]}|{hold[1]}"
    busy_ok = () if {"--learning", "--help"} & {*arguments} else ("--busy-ok",)
    brief = () if whole or STUBBED[1] in arguments else ("-p", "tests.stubs.brief")
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *brief, "bench", *arguments, *busy_ok],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()  # of one that has ended this is nothing
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def bench(*arguments: str, whole: bool = False) -> tuple[int, str]:
    """Exit status and output of a run."""
    with started(*arguments, whole=whole) as process:
        output, _ = process.communicate()
        return process.returncode, output


class Said(NamedTuple):
    """What came of a command line."""

    code: int
    output: str


def answers_to(
    lines: Sequence[Sequence[str]], *, seconds: float | None = None, **environment: str
) -> list[Said]:
    """What each command line ends with, one after the other in one process: 0.2 s each.

    Raises `subprocess.SubprocessError` where that ends before or takes more `seconds`.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.run.typed"],
        cwd=ROOT,
        env=dict(os.environ) | {"COLUMNS": "100"} | environment,
        input=json.dumps(lines),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=seconds,
    )
    return [Said(*said) for said in json.loads(done.stdout.splitlines()[-1])]


def _answer(arguments: Sequence[str]) -> Said:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = pytest.main([*STUBBED, "bench", *arguments])
    return Said(int(code), said.getvalue())


def wait_for_answers(process: Any, journal: Path, count: int) -> None:
    """Returns when a run's journal has so many answers; fails when the run ends before."""
    while answers(journal) < count:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)


def read(path: Path) -> Any:
    """A result file's content, strictly JSON."""
    return json.loads(path.read_text(), parse_constant=lambda word: pytest.fail(f"{word} in JSON"))


def report(path: Path, out: Path) -> set[str]:
    """The files that the report of a result writes."""
    from scripts.report import main  # not in the processes that begin with this file

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scripts.write.drawing.FEWEST_FIGURES", 1000)  # no process for a few of them
        assert main([str(path), "--out", str(out), "--dpi", "40"]) == 0
    return {file.name for file in out.iterdir()}


def rounds_of(content: Any, row: Any) -> list[Any]:
    """A cell's measurements, each with the figures of its process."""
    own = content["crossover"]
    joined = [own["processes"][one["process"]] | one for one in own["measurements"]]
    cell = {name: row["params"][name] for name in ("workload", "batch_size")}
    cell |= {"side": row["extra_info"]["side"], "again": False}
    return [one for one in joined if all(one[name] == value for name, value in cell.items())]


if __name__ == "__main__":
    print(json.dumps([_answer(line) for line in json.load(sys.stdin)]))
