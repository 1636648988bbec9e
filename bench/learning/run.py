"""One run of `pytest bench --learning`: what was asked for, what was trained, what pytest saw."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rich.console import Console

from bench.answer import Numerics
from bench.grid import steps_per_epoch
from bench.learning.grid import LearnCell, cap_of, make_learn_cells, rate_window
from bench.learning.options import LearnSettings
from bench.learning.pool import Pool
from bench.learning.progress import LearnProgress
from bench.learning.runs import LearnJob, Race
from bench.learning.search import Search
from bench.machine.facts import describe_machine, identity, own_rate, run_probe
from bench.measure.journal import STOPS, Journal, Line
from bench.measure.measurements import Resumed
from bench.record.outcome import INTERRUPTED
from bench.record.result_file import now
from bench.record.state import RunState
from bench.workloads import resolved

KEY = "crossover_learning"
LEARNING_VERSION = 2


class Reached(NamedTuple):
    """A cell whose every figure seed reached the target, and after how many epochs."""

    learning_rate: float
    epochs: list[float]


class NotReached(NamedTuple):
    """A cell without a figure."""

    reason: str
    detail: str


@dataclass
class LearnFacts:
    """What a run knows of its machine and its work before it trains."""

    machine: dict[str, Any]
    workloads: dict[str, dict[str, Any]]
    targets: dict[str, float]
    own_rates: dict[str, dict[str, float]]
    started: str


@dataclass
class LearnRun(RunState[LearnSettings, LearnCell]):
    """The state of a learning run."""

    key = KEY
    kinds = Race | Resumed
    facts: LearnFacts | None = None
    searches: dict[LearnCell, Search] = field(default_factory=dict)
    numerics: list[Numerics] = field(default_factory=list)
    """What workers told of their numerics."""

    def all_cells(self) -> list[LearnCell]:
        """Returns the whole grid, before pytest selects."""
        return make_learn_cells(self.settings.workloads, self.settings.optimizers)

    def learn(self, cells: list[LearnCell], console: Console) -> None:
        """Trains the selected cells, every answer journalled; returns early on Ctrl-C."""
        self.cells = cells
        self.claim.take()
        console.print("asking torch and reading the data", highlight=False)
        facts = self._ask_facts()
        journal, facts.started, lines = self.claim.open_journal(
            self._identity(facts), now=facts.started
        )
        self.searches = {cell: self._search(cell, facts) for cell in cells}
        self.facts = facts  # from here on there is something to write
        try:
            for line in lines:
                if isinstance(line, Race):
                    self._file(line)
            self._train(journal, console)
        except KeyboardInterrupt:
            return
        except STOPS as error:
            self.stopped = str(error)
        finally:
            journal.close()

    def _train(self, journal: Journal, console: Console) -> None:
        def take(job: LearnJob, race: Race) -> None:
            journal.append(race)
            self._file(race)
            progress.show(job)

        def next_jobs() -> list[LearnJob]:
            return [job for search in self.searches.values() for job in search.next_jobs()]

        with LearnProgress(list(self.searches.values()), console) as progress:
            Pool(self.settings.processes).run(next_jobs, take)

    def _file(self, race: Race) -> None:
        if race.numerics:
            self.numerics.append(race.numerics)
        for run in race.runs:
            cell = LearnCell(run.workload, run.batch_size, run.optimizer)
            self.searches[cell].take([run])

    def _ask_facts(self) -> LearnFacts:
        names = tuple(dict.fromkeys(cell.workload for cell in self.cells))
        files = self.settings.files
        probe = run_probe(("cpu",), workloads=tuple(files.get(name, name) for name in names))
        own_rates, targets = {}, {}
        for name, about in probe["workloads"].items():
            own_rates[name] = about.pop("learning_rates")
            about["train_samples"] = self.settings.samples_of(name)
            targets[name] = self.settings.targets.get(name, about["goal_value"])
            if targets[name] is None:
                raise pytest.UsageError(f"--target: {name} says no goal; write {name}=SCORE")
            for timed in ("timed_samples", "timed_from"):
                about.pop(timed, None)
        for cell in self.cells:
            own_rate(cell.workload, own_rates[cell.workload], cell.optimizer)
        return LearnFacts(
            machine=describe_machine(machine_name(self.path), probe),
            workloads=probe["workloads"],
            targets=targets,
            own_rates=own_rates,
            started=now(),
        )

    def _search(self, cell: LearnCell, facts: LearnFacts) -> Search:
        settings = self.settings
        own = facts.own_rates[cell.workload][cell.optimizer]
        given = settings.learning_rates
        epoch = self.epoch_steps(cell)
        return Search(
            cell=cell,
            rates=given or rate_window(own, cell.batch_size),
            own_rate=None if given else own,
            tuning_seeds=settings.tuning_seeds,
            figure_seeds=settings.figure_seeds,
            target=facts.targets[cell.workload],
            cap_steps=cap_of(epoch, cap_epochs=settings.cap_epochs, cap_steps=settings.cap_steps),
            optimizer_implementation=settings.optimizer_implementation,
            to_end=settings.to_end,
            train_samples=settings.train_samples,
            epoch=epoch,
            reference=resolved(settings.files.get(cell.workload, "")),
        )

    def epoch_steps(self, cell: LearnCell) -> int:
        """Returns the optimiser steps of an epoch."""
        return steps_per_epoch(self.settings.samples_of(cell.workload), cell.batch_size)

    def _identity(self, facts: LearnFacts) -> Line:
        settings = asdict(self.settings)
        # More or fewer processes train the same runs; a preset is no more than its settings.
        del settings["processes"], settings["preset"]
        return settings | {
            "learning_version": LEARNING_VERSION,
            "cells": sorted("-".join(map(str, cell)) for cell in self.cells),
            "targets": facts.targets,
            "rates": facts.own_rates,
            **identity(facts.machine),
            "definitions": {name: w["definition"] for name, w in facts.workloads.items()},
            "data": {name: w["dataset_sha256"] for name, w in facts.workloads.items()},
        }

    def outcome(self, cell: LearnCell) -> Reached | NotReached:
        """Returns what was learned about a cell."""
        search = self.searches[cell]
        if search.next_jobs():
            return NotReached(*INTERRUPTED)
        rate = search.chosen_rate()
        if rate is None:
            failed = [run.detail for run in search.runs.values() if run.ended == "failed"]
            if failed:
                return NotReached("failed", failed[0])
            return NotReached("not reached", "by no tuning seed at any learning rate")
        runs = [search.runs[rate, seed] for seed in search.figure_seeds]
        missed = [run for run in runs if not run.reached]
        if missed:
            detail = f"by {len(missed)} of {len(runs)} seeds: {missed[0].detail}"
            return NotReached("not reached", detail)
        epoch = self.epoch_steps(cell)
        return Reached(rate, [run.target_steps / epoch for run in runs if run.target_steps])


def machine_name(path: Path) -> str:
    """Returns the machine's name out of its file's: `learning-devbox.json` is of devbox."""
    return path.stem.removeprefix("learning-").removesuffix("-learning") or path.stem
