"""One crash trial: a real run of the suite, something done to it, and what must hold afterwards."""

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

from bench.journal import JournalError, journal_path, lock_path, read_journal
from bench.process import ROOT
from scripts.table import ResultError, load

GRID = ("--workloads", "mlp", "--batch-sizes", "128,256", "--epochs", "1,2", "--samples", "256")
ASKED = ("--devices", "cpu", "--blocks", "2", "--suspect-repeats", "0", "--cell-timeout", "60")
CELLS = {(size, epochs) for size in (128, 256) for epochs in (1, 2)}
BLOCKS = 2
MEASUREMENTS = BLOCKS * 2 * 2
"""Blocks x arms (the CPU, and again) x batch sizes."""
TYPICAL_SECONDS = 14.0
"""About what an undisturbed run of this grid takes: faults come at random moments of it."""
LONGEST_SECONDS = 600.0
ORPHANS_GONE_SECONDS = 15.0
MARK = "CROSSOVER_CRASH_TRIAL"


@dataclass
class Trial:
    """A folder with an earlier result in it, and the run that is to replace that result."""

    folder: Path
    name: str
    dice: random.Random
    earlier: bytes
    fault: str = ""
    grid: tuple[str, ...] = GRID
    prepare: Callable[[], None] | None = None
    """Runs in the child before pytest: limits."""
    seconds_to_end: float | None = None
    output: str = ""
    problems: list[str] = field(default_factory=list)

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
            MARK: self.name,
            "CROSSOVER_CRASH_WITNESS": str(self.witness_path),
            "CROSSOVER_CRASH_FAULT": self.fault if fault is None else fault,
            "COLUMNS": "200",
        }
        command = [sys.executable, "-m", "pytest", "-p", "tests.crash_plugin", "bench", *ASKED]
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

    def wait(self, process: "subprocess.Popen[str]") -> int:
        """Waits for the run's end; one that does not end is a problem."""
        try:
            self.output, _ = process.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            self.problem(f"did not end in {LONGEST_SECONDS:.0f} s")
            process.kill()
            self.output, _ = process.communicate()
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

    def random_moment(self) -> None:
        """Sleeps until some moment of a run that has just begun."""
        time.sleep(self.dice.uniform(0.3, TYPICAL_SECONDS))


def own_processes(name: str) -> Iterator[psutil.Process]:
    """The processes that a trial started, directly or not."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == name and process.pid != os.getpid():
                yield process
        except psutil.Error:
            continue


def find_worker(trial: Trial, run: "subprocess.Popen[str]") -> psutil.Process | None:
    """A worker process of the run, waited for; None when the run ended first."""
    while run.poll() is None:
        for process in own_processes(trial.name):
            try:
                if "bench.worker" in process.cmdline():
                    return process
            except psutil.Error:
                continue
        time.sleep(0.02)
    return None


def check_after_end(trial: Trial) -> None:
    """What must hold when the run is over, however it ended."""
    deadline = time.monotonic() + ORPHANS_GONE_SECONDS
    while any(own_processes(trial.name)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for orphan in own_processes(trial.name):
        trial.problem(f"an orphan process remains: {orphan.cmdline()[:4]}")
        orphan.kill()
    rounds = _journalled(trial) if trial.journal.exists() else set()
    if trial.replaced():
        rounds = rounds or _rounds(trial.content())
        _check_partial(trial, rounds)
    trial.expect(trial.witnessed() <= rounds, "a finished answer is lost")
    trial.expect(trial.result.is_file(), "there is no result any more")


def _journalled(trial: Trial) -> set[str]:
    try:
        _, lines = read_journal(trial.journal)
    except JournalError as error:
        trial.problem(f"the journal does not read: {error}")
        return set()
    return {json.dumps(line["epoch_seconds"]) for line in lines if line["kind"] == "measured"}


def _rounds(content: dict[str, Any]) -> set[str]:
    return {json.dumps(row["epoch_seconds"]) for row in content["crossover"]["measurements"]}


def _check_partial(trial: Trial, rounds: set[str]) -> None:
    """A result that the ended run wrote: whole, and timed only where every block is there."""
    content = trial.content()
    for row in content["benchmarks"]:
        count = row["stats"]["rounds"]
        trial.expect(count == BLOCKS, f"a truncated cell counts as timed: {row['name']}")
    trial.expect(_rounds(content) <= rounds, "the result holds what the journal does not")
    said = content["crossover"]["complete"]
    trial.expect(said == (not trial.journal.exists()), f"`complete` is {said} beside a journal")
    measured = content["crossover"]["measured"]
    trial.expect(measured == len(content["benchmarks"]), "`measured` does not count the cells")


def finish(trial: Trial, *, without_time: int = 0) -> None:
    """Resumes (or starts again what had not begun) and compares with an undisturbed run.

    `without_time` cells may have none: those that the fault itself made impossible.
    """
    if trial.journal.exists() or not trial.replaced():
        more = "--resume" if trial.journal.exists() else "--overwrite"
        code = trial.wait(trial.start(more, fault=""))
        if code != 0:
            trial.problem(f"{more} ended with {code}")
            return
    content = trial.content()
    timed = {
        (row["params"]["batch_size"], row["params"]["epochs"]) for row in content["benchmarks"]
    }
    absent = {(row["batch_size"], row["epochs"]) for row in content["crossover"]["absent"]}
    trial.expect(timed | absent == CELLS, f"cells are missing: {CELLS - timed - absent}")
    trial.expect(len(absent) <= without_time, f"cells without a time: {absent}")
    trial.expect(content["crossover"]["complete"] is True, "the finished run is not complete")
    trial.expect(trial.witnessed() <= _rounds(content), "an answer was lost or measured twice")
    count = len(content["crossover"]["measurements"])
    trial.expect(count == len(_rounds(content)) <= MEASUREMENTS, f"{count} measurements")
    left = sorted(path.name for path in trial.folder.iterdir())
    trial.expect(left == ["box.json"], f"files were left behind: {left}")
    trial.expect(not lock_path(trial.result).exists(), "the lock was left behind")
    try:
        load([trial.result])
    except ResultError as error:
        trial.problem(f"the loader refuses the result: {error}")


def clean(trial: Trial) -> None:
    """Removes what the trial left."""
    for process in own_processes(trial.name):
        process.kill()
    shutil.rmtree(trial.folder, ignore_errors=True)
    trial.witness_path.unlink(missing_ok=True)
