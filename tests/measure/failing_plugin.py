"""A pytest plugin for tests: no torch, a probe that knows one GPU, and workers that answer fast.

`CROSSOVER_REASON` is the reason that the GPU's cells have no time; without it they have one. With
`refused` the probe refuses to answer.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest

import bench.machine.facts
import bench.run
from bench.console import summary
from bench.job import Job
from bench.measure.ahead import Ahead
from bench.measure.host import busy
from tests.bench_fakes import Said
from tests.stubs.answers import absent, measured

GPU = {"device": "cuda", "name": "a GPU", "driver": None, "software": False, "memory_bytes": None}
ABOUT = {"definition": "0123456789ab", "learning_rates": {"sgd": 0.1}}
PROBE: dict[str, Any] = {
    "torch": "2.14.1",
    "torch_cuda": "13.0",
    "torch_threads": 2,
    "python": "3.11.7",
    "found": ["cuda"],
    "accelerators": [GPU],
    "absent": {"xpu": {"reason": "no device", "detail": "torch sees no xpu device"}},
    "accelerator_note": "a GPU is here that torch does not use",
    "workloads": {"mlp": ABOUT},
}
REASON = os.environ.get("CROSSOVER_REASON", "")


def worker(job: Job) -> Iterator[Said]:
    """Answers at once."""
    for size in job.batch_sizes:
        yield absent(size, REASON) if REASON and job.device == "cuda" else measured(job, size)
        if REASON == "failed" and job.device == "cuda":
            return


def probe(*_: Any, **__: Any) -> dict[str, Any]:
    """One GPU, or a torch that is refused."""
    if REASON == "refused":
        raise pytest.UsageError("torch 2.8.0 is too old")
    return PROBE | {"workloads": {"mlp": dict(ABOUT)}}


summary.brief_answer = lambda *_result, **_console: ""  # type: ignore[attr-defined]
busy.Load.words = lambda _self: ""  # type: ignore[assignment,method-assign]
setattr(bench.machine.facts, "ask_cpu", dict)  # noqa: B010 - asking it takes a second
bench.run.run_probe = probe  # type: ignore[attr-defined]
setattr(Ahead, "run", lambda _, job: worker(job))  # noqa: B010 - as whatever is replaced here
