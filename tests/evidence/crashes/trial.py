"""One crash trial: a real run of the suite in a folder of its own, and the processes it starts."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.measure.journal import journal_path
from bench.measure.process import ROOT
from tests.run.typed import STUBBED

GRID = ("--workloads", "mlp", "--batch-sizes", "128,256", "--epochs", "1,2", "--samples", "256")
ASKED = (
    *("--devices", "cpu", "--blocks", "2", "--suspect-repeats", "0", "--cell-timeout", "60"),
    "--busy-ok",
)
CELLS = {(size, epochs) for size in (128, 256) for epochs in (1, 2)}
BLOCKS = 2
MEASUREMENTS = BLOCKS * 2 * 2
"""Blocks x arms (the CPU, and again) x batch sizes."""
STARTING_SECONDS = 8.0
"""About what a run takes to its first answer on a quiet machine."""
BETWEEN_SECONDS = 2.5
"""About what it takes from one process's last answer to the next one's first."""
LONGEST_SECONDS = 1200.0
"""A run that is not over by then never ends: many times what a loaded machine takes."""
MARK = "CROSSOVER_CRASH_TRIAL"


@dataclass
class Trial:
    """A folder with an earlier result in it, and the run that is to replace that result."""

    folder: Path
    name: str
    seed: str
    """Of the random moments."""
    earlier: bytes
    fault: str = ""
    grid: tuple[str, ...] = GRID
    stubbed: bool = False
    """Workers answer by a rule, without torch: a run takes a second."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables beside the usual ones."""
    prepare: Callable[[], None] | None = None
    """Runs in the child before pytest: limits."""
    output: str = ""
    ended_with: int = 0
    """The status of the run that ended last; below 0: killed."""
    problems: list[str] = field(default_factory=list)
    torn: set[str] = field(default_factory=set)
    """Answers of a block that the end tore: it is measured anew."""

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - moments, not secrets

    @property
    def result(self) -> Path:
        """The result file."""
        return self.folder / "box.json"

    @property
    def journal(self) -> Path:
        """Its journal."""
        return journal_path(self.result)

    def start(self, *more: str, fault: str | None = None) -> "subprocess.Popen[str]":
        """Starts the run as a user would, Ctrl-C not ignored."""
        environment = dict(os.environ) | {
            MARK: str(self.folder),
            "CROSSOVER_CRASH_WITNESS": str(self.witness_path),
            "CROSSOVER_CRASH_FAULT": self.fault if fault is None else fault,
            "COLUMNS": "200",
            **self.environment,
        }
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.evidence.crashes.plugin",
            "bench",
            *ASKED,
            *(STUBBED if self.stubbed else ()),
        ]
        return subprocess.Popen(
            [*command, *self.grid, "--benchmark-json", str(self.result), *more],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=self._in_child,  # noqa: PLW1509 - system calls alone, no locks
        )

    def _in_child(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if self.prepare:
            self.prepare()

    @property
    def witness_path(self) -> Path:
        """What the run had dealt with, written by the plugin; not in the folder that fills up."""
        return self.folder.parent / f"{self.folder.name}.witness"

    def witnessed(self) -> set[str]:
        """The epoch seconds of each answer that the run had dealt with, as JSON."""
        if not self.witness_path.exists():
            return set()
        lines = self.witness_path.read_text().splitlines(keepends=True)
        return {line.strip() for line in lines if line.endswith("\n")}

    def random_moment(self, run: "subprocess.Popen[str]") -> None:
        """Waits for a random moment of the run.

        Drawn is a number of answers and a pause: by the clock alone, the runs of a loaded machine
        would all be struck before they had measured anything.
        """
        after = self.dice.choice((0, *range(MEASUREMENTS + 1)))
        longest = BETWEEN_SECONDS if after else STARTING_SECONDS
        pause = self.dice.uniform(0.0, longest / 10 if self.stubbed else longest)
        self.answers(run, after, pause)

    def answers(self, run: "subprocess.Popen[str]", count: int, pause: float = 0.0) -> None:
        """Waits until the run has dealt with that many answers, and a pause longer."""
        while run.poll() is None and len(self.witnessed()) < count:
            time.sleep(0.02)
        time.sleep(pause)

    def wait(self, process: "subprocess.Popen[str]") -> int:
        """Waits for the run's end; one that does not end is a problem."""
        try:
            self.output = process.communicate(timeout=LONGEST_SECONDS)[0] or ""
        except subprocess.TimeoutExpired:
            self.problem(f"did not end in {LONGEST_SECONDS:.0f} s")
            process.kill()
            self.output = process.communicate()[0] or ""
        self.ended_with = process.returncode
        return process.returncode

    def problem(self, words: str) -> None:
        """Notes something that must not be."""
        self.problems.append(f"{words} | {self.output[-600:]}")

    def expect(self, holds: bool, words: str) -> None:
        """Notes a problem unless it holds."""
        if not holds:
            self.problem(words)

    def replaced(self) -> bool:
        """Whether the run has written its result in place of the earlier one."""
        return self.result.is_file() and self.result.read_bytes() != self.earlier

    def content(self) -> dict[str, Any]:
        """The result file."""
        content: dict[str, Any] = json.loads(self.result.read_bytes())
        return content

    def clean(self) -> None:
        """Removes what the trial left."""
        for process in own_processes(self):
            process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.witness_path.unlink(missing_ok=True)


def own_processes(trial: Trial) -> Iterator[psutil.Process]:
    """The processes that a trial started, directly or not. Elsewhere others may have its name."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(trial.folder) and process.pid != os.getpid():
                yield process
        except psutil.Error:
            continue


def with_worker(
    trial: Trial, run: "subprocess.Popen[str]", act: Callable[[psutil.Process], None]
) -> bool:
    """Does something to a worker process of the run, waited for; False when the run ended first."""
    while run.poll() is None:
        for process in own_processes(trial):
            try:
                if "bench.measure.worker" in process.cmdline():
                    act(process)
                    return True
            except psutil.Error:  # it ended by itself meanwhile
                continue
        time.sleep(0.02)
    return False
