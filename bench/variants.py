"""What may make a cell faster, as changes of a job; and what a study's processes do differently.

Imports no torch. A remedy that the plain cell has already is measured the other way round: the
variant does without it (`applied`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bench.allocators import lacking
from bench.job import Job
from bench.loop import RUNGS

PLAIN = "plain"
DIAGNOSIS = "diagnosis"
PEAKS = "peaks"
TASKS = {DIAGNOSIS: "bench.why.diagnose:diagnose", PEAKS: "bench.why.peaks:peaks"}

Change = Callable[[Job], Job]


@dataclass(frozen=True)
class Remedy:
    """How a job is with the remedy and how without it, and on which devices it means anything.

    `only`: a type of device, `accelerator` for all but the CPU, or nothing for all. `lacking` says
    what this machine has not.
    """

    apply: Change
    undo: Change
    only: str = ""
    why: str = ""
    lacking: Callable[[], str | None] = lambda: None


def _fields(**fields: Any) -> Change:
    return lambda job: replace(job, **fields)


def _loop(**fields: Any) -> Change:
    return lambda job: replace(job, loop=replace(job.loop, **fields))


def _malloc(name: str) -> Remedy:
    return Remedy(
        _fields(malloc=name),
        _fields(malloc=""),
        only="cpu",
        why="the C allocator is the CPU's",
        lacking=partial(lacking, name),
    )


REMEDIES = {
    "fused-optimizer": Remedy(
        _fields(optimizer_implementation="fused"), _fields(optimizer_implementation="for-loop")
    ),
    "cuda-graphs": Remedy(
        _fields(compiled="reduce-overhead"),
        _fields(compiled=""),
        only="cuda",
        why="CUDA graphs need a cuda device",
    ),
    "compile": Remedy(_fields(compiled="default"), _fields(compiled="")),
    "foreach-optimizer": Remedy(
        _fields(optimizer_implementation="foreach"), _fields(optimizer_implementation="for-loop")
    ),
    "resident-data": Remedy(
        _loop(placement="resident", loader="slices"),
        _loop(placement="per-batch"),
        only="accelerator",
        why="the CPU computes where the data lies",
    ),
    "malloc-keep": _malloc("keep"),
    "one-thread": Remedy(
        _fields(threads=1),
        _fields(threads=0),
        only="cpu",
        why="the number of threads is the CPU's",
    ),
    "malloc-tcmalloc": _malloc("tcmalloc"),
    "bf16": Remedy(_fields(precision="bf16"), _fields(precision="ieee")),
    "tf32": Remedy(
        _fields(precision="tf32"),
        _fields(precision="ieee"),
        only="cuda",
        why="TF32 is a number format of cuda devices",
    ),
    "channels-last": Remedy(
        _fields(memory_format="channels-last"), _fields(memory_format="contiguous")
    ),
    "flush-denormals": Remedy(
        _fields(flush_denormals=True),
        _fields(flush_denormals=False),
        only="cpu",
        why="flushing denormals is a setting of the CPU",
    ),
    "malloc-hugepages": _malloc("hugepages"),
    "malloc-jemalloc": _malloc("jemalloc"),
}
"""In the order in which they are measured where time is short: by how often each is the answer to
"why is my GPU slower?". Launching many small operations comes first, then copies, then the CPU's
memory and threads, then faster arithmetic; what was seen to help least comes last.
"""


def vary(job: Job, variant: str) -> Job:
    """Returns a study's job: another task, a rung of the ladder, or with (without) a remedy."""
    if variant in ("", PLAIN):
        return job
    if variant in TASKS:
        return replace(job, task=TASKS[variant])
    if variant in RUNGS:
        return replace(job, loop=RUNGS[variant])
    remedy = REMEDIES[variant]
    return remedy.undo(job) if applied(job, variant) else remedy.apply(job)


def applied(job: Job, variant: str) -> bool:
    """Whether the job has this remedy already. The other variants are no remedies."""
    return variant in REMEDIES and REMEDIES[variant].apply(job) == job


def refusal(variant: str, device: str) -> str | None:
    """Says why a variant means nothing on a device; None where it is worth a try."""
    kind = device.partition(":")[0]
    remedy = REMEDIES.get(variant)
    if remedy is None:
        return None
    fits = kind != "cpu" if remedy.only == "accelerator" else remedy.only in ("", kind)
    return remedy.lacking() if fits else f"{remedy.why}, this is {kind}"
