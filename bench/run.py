"""One run of `pytest bench`: what was asked for, what was measured, and what pytest was shown."""

import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from rich.console import Console

from bench.console.progress import RunProgress
from bench.grid import Cell, WorkloadPlan, cell_id, make_cells, plan_workloads
from bench.machine.environment import left_out_lines
from bench.machine.facts import describe_machine, run_probe
from bench.machine.facts import identity as machine_identity
from bench.measure.blocks import Campaign
from bench.measure.budget import Budget, Pace
from bench.measure.journal import (
    Journal,
    JournalError,
    Line,
    difference,
    journal_path,
    lock_path,
    lock_result,
    read_journal,
)
from bench.measure.measurements import Measurements
from bench.measure.rounds import measure_within
from bench.measure.search import (
    Undecided,
    find_crossovers,
    measure_all,
    measure_until_decided,
    planned_looks,
)
from bench.options import Settings
from bench.record.looks import ask_undecided
from bench.record.outcome import Absent, Timed, cell_outcome
from bench.record.result_file import SCHEMA_VERSION, run_started
from bench.record.rows import Facts, provisional
from bench.why.studies import Studies
from bench.why.within import reserved, study_within


@dataclass
class Run:
    """The state of a run. `stats` holds pytest-benchmark's figures of the cells it was shown."""

    settings: Settings
    path: Path
    resume: bool
    overwrite: bool
    command: str
    devices: tuple[str, ...] = ()
    cells: list[Cell] = field(default_factory=list)
    facts: Facts | None = None
    measurements: Measurements = field(default_factory=Measurements)
    stats: dict[Cell, Any] = field(default_factory=dict)
    accelerator_note: str | None = None
    """Why no accelerator is measured, when torch was asked for them and found none."""
    studies: Studies = field(init=False)
    budget: Budget | None = field(init=False)
    lock: FileLock | None = None
    stopped: str | None = None
    """What ended the measuring before its end and was no interruption: the disk is full."""
    write_error: str | None = None
    complete: bool = False
    """Whether the result file was written with nothing left for `--resume` to do."""

    def __post_init__(self) -> None:
        self.studies = Studies(self.settings, self.measurements)
        seconds = self.settings.budget_seconds
        self.budget = Budget(seconds) if seconds is not None else None

    @property
    def threads_asked(self) -> bool:
        """Whether `threads` is an axis of this run."""
        return bool(self.settings.threads)

    @property
    def looks(self) -> tuple[int, ...]:
        """Blocks after which the data are looked at, the report's look included."""
        blocks = self.settings.blocks
        if self.budget:  # its last block is where the time was over
            blocks = max(map(len, self.measurements.measured.values()), default=blocks)
        return planned_looks(blocks) if self.settings.until_decided else (blocks,)

    def find_devices(self) -> None:
        """Takes the devices that were named, else those that torch finds; asks it once."""
        if self.settings.devices:
            self.devices = self.settings.devices
        elif not self.devices:
            probe = run_probe(())
            self.accelerator_note = probe["accelerator_note"]
            self.devices = ("cpu", *probe["found"])

    def all_cells(self) -> list[Cell]:
        """The whole grid, before pytest selects."""
        self.find_devices()
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
        if self.lock is None and lock_path(self.path).exists():
            self._lock().release()  # another run may be at work: say that, nothing else
        if self.resume:
            self._check_resume(journal)
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

    def _check_resume(self, journal: Path) -> None:
        """A result that lies there already must be of the run in the journal, or given up by it."""
        if not journal.exists():
            raise pytest.UsageError(
                f"--resume: there is no {journal} to resume; start without --resume"
            )
        header = self._read_journal(journal)[0]
        mine = header.get("overwrites") or run_started(self.path) == header.get("started")
        if self.path.exists() and not mine:
            raise pytest.UsageError(
                f"--resume: {self.path} is not of the run in {journal}; move the result away first"
            )

    def _read_journal(self, journal: Path) -> tuple[Line, list[Line]]:
        try:
            return read_journal(journal)
        except JournalError as error:
            raise pytest.UsageError(f"--resume: {error}") from None

    def _lock(self) -> FileLock:
        try:
            return lock_result(self.path)
        except JournalError as error:
            raise pytest.UsageError(str(error)) from None

    def measure(self, cells: list[Cell], console: Console) -> None:
        """Measures the selected cells, every answer journalled; returns early on Ctrl-C."""
        self.cells = cells
        self.lock = self._lock()  # until `release`: the result file is still to be written
        self.check_file()
        console.print("asking torch for its devices and reading the data", highlight=False)
        facts = self._ask_facts()
        self._say_missing(facts, console)
        for line in left_out_lines(facts.machine["environment"]):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        journal = self._open_journal(facts)
        self.facts = facts  # from here on there is something to write
        try:
            self._campaign(facts, journal, console)
        finally:
            journal.close()

    def _say_missing(self, facts: Facts, console: Console) -> None:
        """Names the devices that will not be measured while there is time to mend it."""
        notes = [
            f"{device}: {why['reason']}: {why['detail']}"
            for device, why in facts.missing_devices.items()
        ]
        if facts.machine["accelerator_note"]:
            notes.append(facts.machine["accelerator_note"])
        for text in notes:
            console.print(text, markup=False, highlight=False, soft_wrap=True)

    def release(self) -> None:
        """Lets another run have the result file."""
        if self.lock is not None:
            # Unlinked while it is held: whoever waits for it sees that the file is gone.
            lock_path(self.path).unlink(missing_ok=True)
            self.lock.release()
            self.lock = None

    def _ask_facts(self) -> Facts:
        workloads = tuple(dict.fromkeys(cell.workload for cell in self.cells))
        probe = run_probe(self.devices, workloads=workloads, samples=self.settings.samples)
        if self.accelerator_note:
            probe["accelerator_note"] = self.accelerator_note
        rates = {}
        for name, about in probe["workloads"].items():
            own = about.pop("learning_rates")[self.settings.optimizer]
            rates[name] = self.settings.learning_rate or own
        return Facts(
            machine=describe_machine(self.path.stem, probe),
            workloads=probe["workloads"],
            learning_rates=rates,
            missing_devices=probe["absent"],
            devices=self.devices,
            command=self.command,
            started=now(),
        )

    def identity(self, facts: Facts) -> Line:
        """What must not change between a run and its resumption, field by field."""
        names = sorted(cell_id(cell, threads_asked=self.threads_asked) for cell in self.cells)
        definitions = {name: about["definition"] for name, about in facts.workloads.items()}
        return {
            "schema_version": SCHEMA_VERSION,
            **asdict(self.settings),
            "devices": list(self.devices),
            "cells": f"{len(names)} ({sha256(' '.join(names).encode()).hexdigest()[:12]})",
            **machine_identity(facts.machine),
            "learning_rates": facts.learning_rates,
            "definitions": definitions,
        }

    def _open_journal(self, facts: Facts) -> Journal:
        path = journal_path(self.path)
        # JSON has no tuples: compare what comes back from the journal with what would.
        identity = json_form(self.identity(facts))
        if not self.resume:
            return self._new_journal(path, facts, identity)
        old, lines = self._read_journal(path)
        differs = difference(old.get("identity", {}), identity)
        if differs:
            raise pytest.UsageError(
                f"--resume: {path} is of another run: {differs}; "
                "give the same command on the same machine, or another file"
            )
        for line in lines:
            self.studies.take(line)
        if self.budget:
            spent = (line["spent_seconds"] for line in lines if line["kind"] == "block")
            self.budget.resumed = max(spent, default=0.0)
        facts.started = old["started"]
        try:
            journal = Journal.reopen(path)
            journal.append({"kind": "resumed", "at": now(), "command": self.command})
        except JournalError as error:
            raise pytest.UsageError(f"--resume: {error}") from None
        return journal

    def _new_journal(self, path: Path, facts: Facts, identity: Line) -> Journal:
        header: Line = {
            "kind": "run",
            "started": facts.started,
            "command": self.command,
            # A later --resume may replace the result that lies there now: this run was told so.
            "overwrites": self.path.exists(),
            "identity": identity,
        }
        try:
            return Journal.create(path, header)
        except JournalError as error:
            raise pytest.UsageError(str(error)) from None

    def _campaign(self, facts: Facts, journal: Journal, console: Console) -> None:
        plans = plan_workloads(self.cells)
        budget_left = self.budget.left if self.budget else None
        planned = {} if self.budget else self._planned(plans, facts)
        with RunProgress(planned, console, budget_left=budget_left) as progress:
            for measurements in (self.measurements, *self.studies.measurements.values()):
                for key, blocks in measurements.measured.items():
                    progress.skip(key.workload, key.arm, len(blocks))
            campaign = Campaign(
                settings=self.settings,
                learning_rates=facts.learning_rates,
                journal=journal,
                measurements=self.measurements,
                missing_devices=facts.missing_devices,
                cores=facts.machine["cores_logical"],
                report=progress.answered,
                accelerators=tuple(facts.machine["accelerators"]),
            )
            try:
                if self.budget:
                    self._spend(campaign, plans, self.budget)
                else:
                    self._measure(campaign, plans)
                    self.studies.run(campaign, plans)
            except KeyboardInterrupt:
                self.measurements.interrupted = True
            except JournalError as error:
                self.measurements.interrupted = True
                self.stopped = str(error)

    def _spend(self, campaign: Campaign, plans: list[WorkloadPlan], budget: Budget) -> None:
        """The run and its studies within the budget."""
        end = budget.end(len(self.cells))
        campaign.pace = pace = Pace(budget, until=end)
        measure_within(campaign, plans, pace, end - sum(reserved(self.settings)) * budget.seconds)
        study_within(self.studies, campaign, plans, pace, end)

    def _measure(self, campaign: Campaign, plans: list[WorkloadPlan]) -> None:
        if self.settings.find_crossover:
            find_crossovers(campaign, plans, lambda: self._ask(campaign, after=0))
        elif self.settings.until_decided:
            measure_until_decided(campaign, plans, lambda after: self._ask(campaign, after=after))
        else:
            measure_all(campaign, plans)

    def _ask(self, campaign: Campaign, *, after: int) -> list[Undecided]:
        """The reading half's opinion; a planned look (after > 0 blocks) is kept in the journal.

        A resumed run takes the look from there: it must not look again at more data.
        """
        kept = self.measurements.looks.get(after)
        if kept is None:
            kept = ask_undecided(provisional(self), self.path, looks=len(self.looks))
            if after:
                campaign.record({"kind": "look", "after": after, "cells": kept})
        return [Undecided(**cell) for cell in kept]

    def _planned(self, plans: list[WorkloadPlan], facts: Facts) -> dict[tuple[str, str], int]:
        planned: dict[tuple[str, str], int] = {}
        for plan in plans:
            for arm, count in plan.answers(self.settings.blocks).items():
                if arm.device not in facts.missing_devices:
                    where = (plan.workload, arm.device)
                    planned[where] = planned.get(where, 0) + count
        for where, answers in self.studies.planned(plans).items():
            if where in planned:
                planned[where] += answers
        return planned

    def outcome(self, cell: Cell) -> Timed | Absent:
        """What was measured for a cell."""
        return cell_outcome(
            cell,
            self.measurements,
            blocks=self.settings.blocks,
            missing_devices=self.facts.missing_devices if self.facts else {},
            measured_epochs=self.settings.measured_epochs,
            searching=self.settings.find_crossover,
            budget_seconds=self.settings.budget_seconds,
        )


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
