"""Stand-ins for worker processes: answers by a rule instead of by training."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.answer import Measured, Started, Unmeasured
from bench.grid import Side, WorkloadPlan
from bench.job import Job
from bench.measure.blocks import Campaign
from bench.measure.death import Death
from bench.measure.host.quiet import HostState
from bench.measure.journal import Header, Journal
from bench.measure.measurements import Measurements
from bench.sides.settings import Settings
from tests.stubs.answers import absent, diagnosed, measured

__all__ = ["FakeWorkers", "absent", "campaign", "diagnosed", "measured"]

SETTINGS = Settings(
    preset="default",
    workloads=("mlp",),
    batch_sizes=(8, 64),
    epochs=(1, 2),
    sides=("cpu", "cuda"),
    base="cpu",
    devices=("cpu", "cuda"),
    threads=(),
    blocks=3,
    samples=128,
    optimizer="sgd",
    optimizer_implementation="foreach",
    learning_rate=None,
    seed=0,
    cell_timeout_seconds=1.0,
    suspect_repeats=1,
    until_decided=False,
    find_crossover=False,
)
PLAN = WorkloadPlan("mlp", {Side("cpu"): (8, 64), Side("cuda"): (8, 64)}, 2)
OPENED: list[Journal] = []
QUIET = HostState(0.0, 0.0, 0.0, 0.0, 0.0, 0, None)


Said = Started | Measured | Unmeasured | Death
Say = Measured | Unmeasured | Death | BaseException
"""What a worker says of a batch size, or what ends it."""
Rule = Callable[[Job, int], Say]


@dataclass
class FakeWorkers:
    """Keeps every job that was started; `rule` decides the answer for each batch size."""

    rule: Rule = measured
    jobs: list[Job] = field(default_factory=list)

    def __call__(self, job: Job) -> Iterator[Said]:
        self.jobs.append(job)
        yield Started()
        for batch_size in job.batch_sizes:
            answer = self.rule(job, batch_size)
            if isinstance(answer, BaseException):
                raise answer
            yield answer
            if isinstance(answer, Death) or getattr(answer, "reason", "") == "failed":
                return


def campaign(
    folder: Path,
    workers: Callable[[Job], Iterator[Said]],
    *,
    measurements: Measurements | None = None,
    missing_devices: dict[str, dict[str, str]] | None = None,
) -> Campaign:
    """A campaign on fake workers with a real journal (closed by the fixture `quiet_host`)."""
    OPENED.append(
        Journal.create(folder / "x.journal.jsonl", Header("", "", overwrites=False, identity={}))
    )
    return Campaign(
        settings=SETTINGS,
        learning_rates={"mlp": 0.1},
        journal=OPENED[-1],
        measurements=measurements or Measurements(),
        missing_devices=missing_devices or {},
        cores=2,
        report=lambda *where: None,
        worker=workers,
    )
