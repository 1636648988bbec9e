"""Loaded by `python -m tests.large_run`: workers that answer at once, a GPU that is not there."""

import json
import math
import os
import random
import resource
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import bench.run
from bench.job import Job
from bench.machine import run_probe
from bench.measure import Campaign
from tests.bench_fakes import measured

CUDA = {
    "device": "cuda",
    "name": "a GPU that is not there",
    "memory_bytes": 2**34,
    "driver": "0",
    "compute_capability": "0.0",
    "software": False,
}
LEAST_EPOCHS = 32
chance = random.Random(0)  # noqa: S311 - noise, not secrets


def probe(devices: tuple[str, ...], **asked: Any) -> dict[str, Any]:
    """What the real probe says, and a GPU."""
    answer = run_probe(("cpu",), **asked)
    return answer | {"accelerators": [CUDA], "absent": {}}


def worker(job: Job) -> Iterator[dict[str, Any]]:
    """Answers for every batch size, with as many digits as real ones have."""
    yield {"kind": "started"}
    cold = {"context_seconds": 0.1, "first_step_seconds": 0.2, "import_seconds": 2.5}
    cold = {name: round(value * chance.uniform(0.9, 1.1), 9) for name, value in cold.items()}
    for position, size in enumerate(job.batch_sizes):
        epochs = [
            round(0.01 * chance.uniform(0.9, 1.1), 9) for _ in range(max(job.epochs, LEAST_EPOCHS))
        ]
        steps = math.ceil(job.samples / size)
        own = {"steps": steps, "position": position, "loss": chance.random(), "first_loss": 2.3025}
        yield measured(job, size, epoch_seconds=epochs, **cold, **own)


bench.run.run_probe = probe  # type: ignore[attr-defined]
bench.run.Campaign = partial(Campaign, worker=worker)  # type: ignore[attr-defined,assignment]


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Says how much memory pytest itself has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    Path(os.environ["CROSSOVER_LARGE_PEAK"]).write_text(json.dumps(peak))
