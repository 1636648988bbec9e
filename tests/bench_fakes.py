"""Stand-ins for worker processes: answers by a rule instead of by training."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.grid import Arm, WorkloadPlan
from bench.job import Job
from bench.measure.blocks import Campaign
from bench.measure.journal import Journal
from bench.measure.measurements import Measurements
from bench.measure.process import Death
from bench.measure.quiet import HostState
from bench.options import Settings

SETTINGS = Settings(
    preset="default",
    workloads=("mlp",),
    batch_sizes=(8, 64),
    epochs=(1, 2),
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
PLAN = WorkloadPlan("mlp", {Arm("cpu"): (8, 64), Arm("cuda"): (8, 64)}, 2)
OPENED: list[Journal] = []
QUIET = HostState(0.0, 0.0, 0.0, 0.0, 0.0, 0, None)


def measured(job: Job, batch_size: int, **fields: Any) -> dict[str, Any]:
    """An answer of a worker, its seconds made up."""
    return {
        "kind": "measured",
        "batch_size": batch_size,
        "started": "2026-01-01T00:00:00+00:00",
        "import_seconds": 2.0,
        "context_seconds": 0.5,
        "transfer_seconds": 0.25,
        "first_step_seconds": 0.375,
        "warm_step_seconds": 0.125,
        "own_first_step_seconds": 0.2,
        "own_warm_step_seconds": 0.1,
        "epoch_seconds": [1.0, 2.0, 3.0, 4.0][: job.epochs],
        "event_seconds": None,
        "first_loss": 2.3,
        "loss": 0.5,
        "score": 0.9,
        "evaluated_after_epochs": job.epochs,
        "steps": job.samples // batch_size,
        "threads": 2,
        "trained_on": job.device,
        "fp32_precision": {"generic": "ieee", "cuda.matmul": "ieee", "cudnn.conv": "ieee"},
        "denormals_flushed": True,
        "host_peak_bytes": 1000,
        "device_peak_bytes": None,
        "position": 0,
        "stopped": None,
    } | fields


def absent(batch_size: int | None, reason: str) -> dict[str, Any]:
    """A worker's answer for a batch size that it could not time."""
    return {"kind": "absent", "batch_size": batch_size, "reason": reason, "detail": "said torch"}


Rule = Callable[[Job, int], dict[str, Any] | Death | BaseException]


@dataclass
class FakeWorkers:
    """Keeps every job that was started; `rule` decides the answer for each batch size."""

    rule: Rule = measured
    jobs: list[Job] = field(default_factory=list)

    def __call__(self, job: Job) -> Iterator[dict[str, Any] | Death]:
        self.jobs.append(job)
        yield {"kind": "started"}
        for batch_size in job.batch_sizes:
            answer = self.rule(job, batch_size)
            if isinstance(answer, BaseException):
                raise answer
            yield answer
            if isinstance(answer, Death) or answer.get("reason") == "failed":
                return


def campaign(
    folder: Path,
    workers: Callable[[Job], Iterator[dict[str, Any] | Death]],
    *,
    measurements: Measurements | None = None,
    missing_devices: dict[str, dict[str, str]] | None = None,
) -> Campaign:
    """A campaign on fake workers with a real journal (closed by the fixture `quiet_host`)."""
    OPENED.append(Journal.create(folder / "x.journal.jsonl", {"kind": "run"}))
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
