"""Workers on a clock that is moved by hand: what a run within a budget does with its seconds."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.answer import Measured, Started
from bench.grid import Cell, Side, WorkloadPlan, make_cells, plan_workloads
from bench.job import Job
from bench.measure.blocks import Campaign
from bench.measure.budget import Budget, Pace
from bench.measure.death import CUT, Death
from bench.measure.measurements import Key
from bench.measure.rounds import measure_within
from bench.sides.settings import Settings
from bench.why.studies import own_plans
from bench.why.within import reserved, study_within
from tests.bench_fakes import SETTINGS, Said, campaign, diagnosed

Cost = Callable[[Job, int], float]
"""Seconds that a job takes for one of its batch sizes."""


STUDIED: dict[str, Any] = {"diagnose": True, "remedies": ("compile", "fused", "tf32")}
"""Settings of a run with a diagnosis and remedies."""


@dataclass
class TimedWorkers:
    """Workers whose answers take seconds of a clock, which is ended when a job's time is over."""

    cost: Cost
    start_seconds: float = 2.0
    clock: float = 0.0
    jobs: list[Job] = field(default_factory=list)

    def now(self) -> float:
        """The clock."""
        return self.clock

    def __call__(self, job: Job) -> Iterator[Said]:
        self.jobs.append(job)
        end = self.clock + (job.process_seconds or math.inf)
        yield Started()
        took = self.start_seconds
        for size in job.batch_sizes:
            took += self.cost(job, size)
            if self.clock + took > end:
                self.clock = end
                yield Death(CUT, "")
                return
            self.clock, took = self.clock + took, 0.0
            yield self.answer(job, size)

    def answer(self, job: Job, size: int) -> Measured:
        """What a worker says of a batch size, whatever its task is."""
        return diagnosed(job, size)


@dataclass
class Spent:
    """A run within a budget, after its end."""

    workers: TimedWorkers
    campaign: Campaign
    plans: list[WorkloadPlan]
    cells: list[Cell]
    budget: Budget
    end: float


def spend(
    folder: Path,
    workers: TimedWorkers,
    *,
    seconds: float,
    workloads: Sequence[str] = ("mlp", "cnn"),
    asking: float = 0.0,
    **changes: Any,
) -> Spent:
    """Measures a small grid on fake workers within a budget; asking torch took so many seconds."""
    settings: Settings = replace(
        SETTINGS, workloads=tuple(workloads), blocks=15, budget_seconds=seconds, **changes
    )
    grid = {"batch_sizes": settings.batch_sizes, "epochs": settings.epochs}
    cells = [
        cell
        for name in workloads
        for cell in make_cells(
            workloads=(name,), sides=(*settings.sides, *settings.added(name)), **grid
        )
    ]
    plans, budget = plan_workloads(cells), Budget(seconds, now=workers.now)
    run = campaign(folder, workers)
    run.settings, run.repeats_left = settings, settings.blocks
    run.learning_rates = dict.fromkeys(workloads, 0.1)
    end = budget.end(len(cells))
    run.pace = pace = Pace(budget, until=end, start=asking)
    own = own_plans(plans, settings)
    measure_within(run, own, pace, end - sum(reserved(settings)) * seconds)
    study_within(run, plans, pace, end)
    return Spent(workers, run, plans, cells, budget, end)


def second_each(_job: Job, _size: int) -> float:
    """A cost: one second, whatever it is for."""
    return 1.0


def blocks_of(spent: Spent, workload: str, side: str, size: int = 8) -> list[int]:
    """The blocks that a batch size was measured in."""
    key = Key(workload, Side(side), size)
    return sorted(spent.campaign.measurements.measured.get(key, {}))
