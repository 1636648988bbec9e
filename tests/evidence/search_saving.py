"""`python -m tests.evidence.search_saving`: what --find-crossover finds, and what it saves.

Devices on a fake clock with known step times are measured twice by the suite's own code, the whole
grid and the search, and judged by the suite's own verdicts. Seconds are those that the processes
would have taken: starting, warming up, training.
"""

import json
import math
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import pandas as pd

from bench.answer import Started
from bench.grid import PRESETS, make_cells, plan_workloads
from bench.job import Job
from bench.measure import blocks as measure
from bench.measure.blocks import Campaign
from bench.measure.journal import Header, Journal
from bench.measure.measurements import Undecided
from bench.measure.search import find_crossovers, measure_all
from bench.record.rows import provisional
from bench.record.state import Facts, TimingRun
from scripts.judge.crossover import crossovers
from scripts.judge.undecided import undecided_cells
from scripts.judge.verdicts import verdicts
from scripts.read.table import load
from tests.bench_fakes import QUIET, SETTINGS, Said, measured

IMPORT_SECONDS = 2.5
GRID = replace(
    SETTINGS,
    batch_sizes=PRESETS["full"].batch_sizes,
    epochs=(1, 4, 16),
    blocks=5,
    samples=4096,
    cell_timeout_seconds=600.0,
)


@dataclass
class FakeMachine:
    """Two devices: a step takes `fixed + per_sample * batch size` seconds, give or take noise."""

    gpu_fixed: float
    gpu_per_sample: float = 2e-7
    cpu_fixed: float = 4e-4
    cpu_per_sample: float = 5e-6
    noise: float = 0.005
    spent: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311

    def step_seconds(self, device: str, batch_size: int) -> float:
        """The true seconds of a step."""
        if device == "cpu":
            return self.cpu_fixed + self.cpu_per_sample * batch_size
        return self.gpu_fixed + self.gpu_per_sample * batch_size

    def __call__(self, job: Job) -> Iterator[Said]:
        """A worker process on this machine: its answers, its seconds added to `spent`."""
        context = 1.5 if job.device != "cpu" else 0.01
        process = math.exp(self.chance.gauss(0.0, self.noise))
        self.spent += IMPORT_SECONDS + context
        yield Started()
        for size in job.batch_sizes:
            step = self.step_seconds(job.device, size) * process
            epochs = [
                step * (job.samples // size) * math.exp(self.chance.gauss(0.0, 0.01))
                for _ in range(max(job.epochs, 1))
            ]
            self.spent += sum(epochs) + 4 * step
            yield measured(
                job,
                size,
                context_seconds=context,
                transfer_seconds=0.001,
                first_step_seconds=step + (0.2 if job.device != "cpu" else 0.0),
                warm_step_seconds=step,
                epoch_seconds=epochs,
                import_seconds=IMPORT_SECONDS,
            )


def crossovers_found(machine: FakeMachine, *, search: bool) -> pd.DataFrame:
    """Measures on the machine and judges: kind, lower and upper of every curve."""
    settings = replace(GRID, find_crossover=search)
    cells = make_cells(
        workloads=settings.workloads,
        batch_sizes=settings.batch_sizes,
        epochs=settings.epochs,
        sides=settings.sides,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fake.json"
        run = TimingRun(settings, path, resume=False, overwrite=False, command="pytest bench")
        run.cells, run.facts = cells, FACTS

        def rounds() -> pd.DataFrame:
            path.write_text(json.dumps(provisional(run)))
            return load([path])

        with closing(Journal.create(path.with_suffix(".journal"), HEADER)) as journal:
            campaign = Campaign(
                settings=settings,
                learning_rates={"mlp": 0.1},
                journal=journal,
                measurements=run.measurements,
                missing_devices={},
                cores=2,
                report=lambda *_: None,
                worker=machine,
            )
            if search:
                find_crossovers(
                    campaign,
                    plan_workloads(cells),
                    lambda after: [
                        Undecided(**cell)  # type: ignore[arg-type]  # plain values of a frame
                        for cell in undecided_cells(rounds(), looks=1)
                    ],
                )
            else:
                measure_all(campaign, plan_workloads(cells))
        judged = [verdicts(rounds(), scope=scope) for scope in ("warm", "total")]
        found = crossovers(pd.concat(judged, ignore_index=True))
    found = found.assign(epochs=found["epochs"].fillna(0)).set_index(["scope", "epochs"])
    return found[["kind", "lower", "upper"]]


def answers(found: pd.DataFrame) -> list[str]:
    """The curves' answers as text, so that missing ends compare as equal."""
    return [f"{key}: {row}" for key, row in found.to_dict("index").items()]


HEADER = Header("", "", overwrites=False, identity={})
FACTS = Facts(
    machine={
        "machine": "fake",
        "machine_id": "0" * 12,
        "software_id": "0" * 12,
        "accelerators": [],
        "cores_logical": 2,
    },
    workloads={"mlp": {"definition": "0" * 12}},
    learning_rates={"mlp": 0.1},
    missing_devices={},
    started="2026-01-01T00:00:00+00:00",
)


def main() -> None:
    """Prints a line for each true crossover of warm epochs."""
    print("true crossover  same answer  share of seconds")
    for crossing in (1.5, 12, 50, 180, 700, 3000, 10_000):
        rise = FakeMachine.cpu_per_sample - FakeMachine.gpu_per_sample
        fixed = FakeMachine.cpu_fixed + crossing * rise
        whole, searched = FakeMachine(fixed), FakeMachine(fixed)
        expected = crossovers_found(whole, search=False)
        answer = crossovers_found(searched, search=True)
        pairs = list(zip(answers(expected), answers(answer), strict=True))
        different = [pair for pair in pairs if pair[0] != pair[1]]
        print(
            f"{crossing:>14}  {len(pairs) - len(different):>4} of {len(pairs)}"
            f"  {searched.spent / whole.spent:>16.0%}  {searched.spent:.0f} of {whole.spent:.0f} s"
        )
        for whole_grid, search in different:
            print(f"    whole grid {whole_grid}, search {search}")


if __name__ == "__main__":
    # No real process runs, so there is no host to look at.
    with patch.object(measure, "read_host", lambda: QUIET):
        main()
