"""One run of `pytest bench`: from checked options to measurements, and from them to a file."""

import shlex
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench.grid import Cell, cell_id, cell_params, make_cells, plan_workloads
from bench.journal import (
    Journal,
    JournalError,
    Line,
    difference,
    journal_path,
    lock_path,
    lock_result,
    read_journal,
)
from bench.machine import describe_machine, run_probe
from bench.measure import Campaign, Measurements
from bench.options import Settings
from bench.progress import RunProgress
from bench.record import Absent, Timed, cell_outcome, repeat_rounds
from bench.result_file import SCHEMA_VERSION, is_complete, write_json


@dataclass
class Run:
    """The state of a run: what was asked for, what was measured, and what pytest was shown."""

    settings: Settings
    path: Path
    resume: bool
    overwrite: bool
    command: str
    devices: tuple[str, ...] = ()
    cells: list[Cell] = field(default_factory=list)
    missing_devices: dict[str, str] = field(default_factory=dict)
    measurements: Measurements = field(default_factory=Measurements)
    stats: dict[Cell, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def threads_asked(self) -> bool:
        """Whether `threads` is an axis of this run."""
        return bool(self.settings.threads)

    def all_cells(self) -> list[Cell]:
        """The whole grid, before pytest selects. Asks torch for devices when none were named."""
        if not self.devices:
            self.devices = self.settings.devices or ("cpu", *run_probe(())["found"])
        settings = self.settings
        return make_cells(
            workloads=settings.workloads,
            batch_sizes=settings.batch_sizes,
            epochs=settings.epochs,
            devices=self.devices,
            threads=settings.threads,
        )

    def check_file(self) -> None:
        """Refuses to lose a result or a journal; raises `pytest.UsageError`."""
        journal = journal_path(self.path)
        if self.resume:
            if not journal.exists():
                raise pytest.UsageError(
                    f"--resume: there is no {journal} to resume; start without --resume"
                )
            if self.path.exists() and is_complete(self.path):
                raise pytest.UsageError(f"--resume: {self.path} is complete; nothing is left to do")
        elif not self.overwrite:
            if journal.exists():
                raise pytest.UsageError(
                    f"{journal} holds a run that was cut short; "
                    "finish it with --resume or discard it with --overwrite"
                )
            if self.path.exists():
                raise pytest.UsageError(
                    f"{self.path} exists; name another file or replace it with --overwrite"
                )

    def measure(self, cells: list[Cell], console: Console) -> None:
        """Measures the selected cells, every answer journalled; returns early on Ctrl-C."""
        self.cells = cells
        try:
            lock = lock_result(self.path)
        except JournalError as error:
            raise pytest.UsageError(str(error)) from None
        try:
            self.check_file()
            console.print("asking torch for its devices and preparing the data", highlight=False)
            self._ask()
            journal = self._open_journal()
            try:
                self._campaign(journal, console)
            finally:
                journal.close()
        finally:
            # Unlinked while it is held: whoever waits for it sees that the file is gone.
            lock_path(self.path).unlink(missing_ok=True)
            lock.release()

    def _ask(self) -> None:
        workloads = tuple(dict.fromkeys(cell.workload for cell in self.cells))
        probe = run_probe(self.devices, workloads=workloads, samples=self.settings.samples)
        rates = {
            name: self.settings.learning_rate or about["learning_rates"][self.settings.optimizer]
            for name, about in probe["workloads"].items()
        }
        self.missing_devices = probe["absent"]
        self.facts = {
            "machine": describe_machine(self.path.stem, probe),
            "workloads": probe["workloads"],
            "learning_rates": rates,
        }

    def identity(self) -> Line:
        """What must not change between a run and its resumption, field by field."""
        names = sorted(cell_id(cell, threads_asked=self.threads_asked) for cell in self.cells)
        return {
            "schema_version": SCHEMA_VERSION,
            **asdict(self.settings),
            "devices": list(self.devices),
            "cells": f"{len(names)} ({sha256(' '.join(names).encode()).hexdigest()[:12]})",
            "machine_id": self.facts["machine"]["machine_id"],
            "software_id": self.facts["machine"]["software_id"],
            "torch_threads": self.facts["machine"]["torch_threads"],
            "learning_rates": self.facts["learning_rates"],
            "definitions": {
                name: about["definition"] for name, about in self.facts["workloads"].items()
            },
        }

    def _open_journal(self) -> Journal:
        path = journal_path(self.path)
        # JSON has no tuples: compare what comes back from the journal with what would.
        identity = json_form(self.identity())
        if not self.resume:
            header: Line = {"kind": "run", "started": now(), "command": self.command}
            self.facts["started"] = header["started"]
            return Journal.create(path, header | {"identity": identity})
        try:
            old, lines = read_journal(path)
        except JournalError as error:
            raise pytest.UsageError(f"--resume: {error}") from None
        differs = difference(old.get("identity", {}), identity)
        if differs:
            raise pytest.UsageError(
                f"--resume: {path} is of another run: {differs}; "
                "give the same command on the same machine, or another file"
            )
        for line in lines:
            self.measurements.take(line)
        self.facts["started"] = old["started"]
        journal = Journal.reopen(path)
        journal.append({"kind": "resumed", "at": now(), "command": self.command})
        return journal

    def _campaign(self, journal: Journal, console: Console) -> None:
        plans = plan_workloads(self.cells)
        planned: dict[tuple[str, str], int] = {}
        for plan in plans:
            for arm, sizes in plan.batch_sizes.items():
                if arm.device not in self.missing_devices:
                    where = (plan.workload, arm.device)
                    planned[where] = planned.get(where, 0) + len(sizes) * self.settings.blocks
        with RunProgress(planned, console) as progress, ended_by_signals():
            for key, blocks in self.measurements.measured.items():
                progress.skip(key.workload, key.arm, len(blocks))
            Campaign(
                settings=self.settings,
                learning_rates=self.facts["learning_rates"],
                journal=journal,
                measurements=self.measurements,
                missing_devices=self.missing_devices,
                cores=self.facts["machine"]["cores_logical"],
                report=progress.answered,
            ).run(plans)

    def outcome(self, cell: Cell) -> Timed | Absent:
        """What was measured for a cell."""
        return cell_outcome(
            cell,
            self.measurements,
            blocks=self.settings.blocks,
            missing_devices=self.missing_devices,
        )

    def absent_rows(self) -> list[Line]:
        """The cells without a time, as rows with a reason."""
        rows = []
        for cell in self.cells:
            outcome = self.outcome(cell)
            if cell in self.stats:
                continue
            if isinstance(outcome, Timed):  # measured, but pytest was stopped before it was shown
                outcome = Absent("interrupted", "pytest was stopped", len(outcome.rounds))
            params = cell_params(cell, threads_asked=self.threads_asked)
            rows.append(params | outcome._asdict())
        return rows

    def repeat_rows(self) -> list[Line]:
        """The A/A repeats: each timed cell's rounds of the same device's second arm."""
        rows = []
        for cell in self.stats:
            rounds = repeat_rounds(cell, self.measurements)
            if rounds:
                params = cell_params(cell, threads_asked=self.threads_asked)
                rows.append(params | {"rounds": rounds})
        return rows

    def write(self, output: dict[str, Any]) -> bool:
        """Adds our keys to pytest-benchmark's output and writes the file; True when complete."""
        absent = self.absent_rows()
        complete = not any(row["reason"] == "interrupted" for row in absent)
        settings = asdict(self.settings)
        del settings["learning_rate"]
        output["crossover"] = {
            "schema_version": SCHEMA_VERSION,
            "complete": complete,
            "planned": len(self.cells),
            "run": settings
            | {
                "command": self.command,
                "started": self.facts["started"],
                "finished": now(),
                "devices": list(self.devices),
                "learning_rates": self.facts["learning_rates"],
                "precision": "fp32 (IEEE), denormals flushed",
            },
            "workloads": {
                name: {key: value for key, value in about.items() if key != "learning_rates"}
                for name, about in self.facts["workloads"].items()
            },
            "absent": absent,
            "repeats": self.repeat_rows(),
            "blocks": [without(line, "kind") for line in self.measurements.blocks],
        }
        write_json(self.path, output)
        if complete:
            journal_path(self.path).unlink(missing_ok=True)
        return complete


@contextmanager
def ended_by_signals() -> Generator[None]:
    """SIGTERM and a closed terminal end the run as Ctrl-C does: with what was measured."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def without(line: Line, name: str) -> Line:
    """The line without one of its fields."""
    return {key: value for key, value in line.items() if key != name}


def json_form(value: Any) -> Any:
    """The value as JSON gives it back: tuples become lists."""
    if isinstance(value, dict):
        return {key: json_form(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [json_form(item) for item in value]
    return value


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds")


def command_line(arguments: tuple[str, ...]) -> str:
    """The command as typed, quoted for a shell."""
    return shlex.join(["pytest", *arguments])
