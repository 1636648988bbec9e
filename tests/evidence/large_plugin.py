"""Loaded by `tests.evidence.large_run`: workers that answer at once, a GPU that is not there.

Their figures are made up, but there are as many of them, with as many digits, as real workers would
give: a batch size is trained for at least a tenth of a second, so that short epochs are many.
"""

import json
import math
import os
import random
import resource
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

import bench.run
from bench.answer import Started
from bench.job import Job
from bench.machine.facts import run_probe
from bench.measure.ahead import Ahead
from tests.bench_fakes import Said, measured

CUDA = {
    "device": "cuda",
    "name": "a GPU that is not there",
    "memory_bytes": 2**34,
    "driver": "0",
    "compute_capability": "0.0",
    "software": False,
}
# As in bench.train.epochs and bench.train.trainer, which import torch.
LEAST_TIMED_SECONDS, MOST_EPOCHS = 0.1, 200
# About ten microseconds of host time an operation of a step; on the CPU there is work as well.
STEP_SECONDS = {
    "mlp": 2e-4, "cnn": 2.5e-4, "cnn-series": 2.5e-4, "rnn": 3e-4, "lstm": 3e-4, "lstm-gates": 5e-3,
    "transformer": 1e-3, "transformer-encoder": 1e-3, "transformer-full": 2e-3,
}  # fmt: skip
SAMPLE_SECONDS = {"cpu": 5e-6, "cuda": 1e-7}
SIZES = Path(os.environ["CROSSOVER_LARGE_SIZES"])
chance = random.Random(0)  # noqa: S311 - noise, not secrets


def probe(devices: tuple[str, ...], **asked: Any) -> dict[str, Any]:
    """What the real probe says, and a GPU."""
    answer = run_probe(("cpu",), **asked)
    return answer | {"accelerators": [CUDA], "absent": {}}


def worker(job: Job) -> Iterator[Said]:
    """Answers for every batch size, with as many digits as real ones have."""
    yield Started()
    cold = {"context_seconds": 0.1, "first_step_seconds": 0.2, "import_seconds": 2.5}
    cold = {name: round(value * chance.uniform(0.9, 1.1), 9) for name, value in cold.items()}
    for position, size in enumerate(job.batch_sizes):
        steps = math.ceil(job.samples / size)
        own = {"steps": steps, "position": position, "loss": chance.random()}
        own |= {"score": round(512 * chance.random()) / 512, "first_loss": 2.355569124221802}
        own |= {"host_peak_bytes": 719761408 + size}
        yield measured(job, size, **epochs_of(job, steps), **cold, **own)


def epochs_of(job: Job, steps: int) -> dict[str, list[float] | None]:
    """Seconds of every epoch by the host's clock, and by the GPU's own."""
    typical = steps * STEP_SECONDS[job.workload] + job.samples * SAMPLE_SECONDS[job.device]
    count = min(MOST_EPOCHS, max(job.epochs, math.ceil(LEAST_TIMED_SECONDS / typical)))
    seconds = [round(typical * chance.uniform(0.9, 1.1), 9) for _ in range(count)]
    events = [round(0.99 * second, 9) for second in seconds] if job.device == "cuda" else None
    return {"epoch_seconds": seconds, "event_seconds": events}


bench.run.run_probe = probe  # type: ignore[attr-defined]
setattr(Ahead, "run", lambda _, job: worker(job))  # noqa: B010 - as whatever is replaced here


sizes: dict[str, int] = {}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish() -> Generator[None]:
    """Notes how large the journal has grown, before the result replaces it."""
    (journal,) = SIZES.parent.glob("*.journal.jsonl")
    sizes["journal_bytes"] = journal.stat().st_size
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Says how much memory pytest itself has had, and the journal's size."""
    sizes["memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    SIZES.write_text(json.dumps(sizes))
