"""One run of `pytest bench`: what was asked for, what was measured, and what pytest was shown."""

from dataclasses import asdict, dataclass, field
from hashlib import sha256

from rich.console import Console

from bench.console.progress import RunProgress, planned_answers
from bench.console.say import say
from bench.grid import Cell, WorkloadPlan, cell_id, make_cells, plan_workloads
from bench.machine.environment import left_out_lines
from bench.machine.facts import describe_machine, run_probe
from bench.machine.facts import identity as machine_identity
from bench.measure.blocks import Campaign
from bench.measure.budget import Budget, Pace
from bench.measure.journal import Journal, JournalError, Line
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
from bench.record.result_file import KEY, SCHEMA_VERSION, now
from bench.record.rows import Facts, provisional
from bench.record.state import RunState
from bench.why.studies import Studies
from bench.why.within import reserved, study_within


@dataclass
class Run(RunState[Settings, Cell]):
    """The state of a timing run."""

    key = KEY
    devices: tuple[str, ...] = ()
    facts: Facts | None = None
    measurements: Measurements = field(default_factory=Measurements)
    accelerator_note: str | None = None
    """Why no accelerator is measured, when torch was asked for them and found none."""
    studies: Studies = field(init=False)
    budget: Budget | None = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
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

    def measure(self, cells: list[Cell], console: Console) -> None:
        """Measures the selected cells, every answer journalled; returns early on Ctrl-C."""
        self.cells = cells
        self.claim.take()  # until it is released: the result file is still to be written
        console.print("asking torch for its devices and reading the data", highlight=False)
        facts = self._ask_facts()
        self._say_missing(facts, console)
        for line in left_out_lines(facts.machine["environment"]):
            say(console, line)
        journal, facts.started, lines = self.claim.open_journal(
            self.identity(facts), now=facts.started
        )
        try:
            self._take(lines)
            self.facts = facts  # from here on there is something to write
            self._campaign(facts, journal, console)
        finally:
            journal.close()

    def _take(self, lines: list[Line]) -> None:
        """Files what an earlier, interrupted run has journalled."""
        for line in lines:
            self.studies.take(line)
        if self.budget:
            spent = (line["spent_seconds"] for line in lines if line["kind"] == "block")
            self.budget.resumed = max(spent, default=0.0)

    def _say_missing(self, facts: Facts, console: Console) -> None:
        """Names the devices that will not be measured while there is time to mend it."""
        notes = [
            f"{device}: {why['reason']}: {why['detail']}"
            for device, why in facts.missing_devices.items()
        ]
        if facts.machine["accelerator_note"]:
            notes.append(facts.machine["accelerator_note"])
        for text in notes:
            say(console, text)

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
        planned = planned_answers(plans, self.settings.blocks, missing=facts.missing_devices)
        studied = self.studies.planned(plans)
        return {where: count + studied.get(where, 0) for where, count in planned.items()}

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
