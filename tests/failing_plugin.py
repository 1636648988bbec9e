"""A pytest plugin for tests: no torch, a probe that knows one GPU, and workers that answer fast.

`CROSSOVER_REASON` is the reason that the GPU's cells have no time; without it they have one.
"""

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import bench.run
from bench.job import Job
from bench.measure import Campaign
from tests.bench_fakes import absent, measured

GPU = {"device": "cuda", "name": "a GPU", "driver": None, "software": False, "memory_bytes": None}
ABOUT = {"definition": "0123456789ab", "learning_rates": {"sgd": 0.1}}
PROBE: dict[str, Any] = {
    "torch": "2.14.1",
    "torch_cuda": "13.0",
    "torch_threads": 2,
    "python": "3.11.7",
    "found": ["cuda"],
    "accelerators": [GPU],
    "absent": {},
    "accelerator_note": None,
    "workloads": {"mlp": ABOUT},
}
REASON = os.environ.get("CROSSOVER_REASON", "")


def worker(job: Job) -> Iterator[dict[str, Any]]:
    """Answers at once."""
    for size in job.batch_sizes:
        yield absent(size, REASON) if REASON and job.device == "cuda" else measured(job, size)
        if REASON == "failed" and job.device == "cuda":
            return


bench.run.run_probe = lambda *_, **__: PROBE | {"workloads": {"mlp": dict(ABOUT)}}  # type: ignore[attr-defined]
bench.run.Campaign = partial(Campaign, worker=worker)  # type: ignore[attr-defined,assignment]
