"""What may make a plain side faster, each a side of its own: remedies and the rungs of the ladder.

Imports no torch.
"""

from collections.abc import Iterable, Iterator

from bench.job import Job
from bench.loop import rungs
from bench.sides.names import TERMS, SideError, job_of, name_of

REMEDIES = {
    "fused": ("fused", "for-loop"),
    "graphs": ("graphs",),
    "compile": ("compile",),
    "foreach": ("foreach", "for-loop"),
    "placement=resident": ("loader=slices+placement=resident", "placement=per-batch"),
    "malloc=keep": ("malloc=keep",),
    "threads=1": ("threads=1",),
    "malloc=tcmalloc": ("malloc=tcmalloc",),
    "bf16": ("bf16",),
    "tf32": ("tf32",),
    "channels-last": ("channels-last",),
    "flush-denormals": ("keep-denormals",),
    "malloc=hugepages": ("malloc=hugepages",),
    "malloc=jemalloc": ("malloc=jemalloc",),
}
"""What may make a plain side faster: the first of these that changes its job; the second is how a
plain side is that has the remedy already.

In the order in which they are measured where time is short: by how often each is the answer to
"why is my GPU slower?". Launching many small operations comes first, then copies, then the CPU's
memory and threads, then faster arithmetic; what was seen to help least comes last.
"""


def known_remedy(remedy: str) -> bool:
    """Whether this is a word, only one, that may be added to a plain side."""
    if "+" in remedy:
        return False
    return remedy in REMEDIES or remedy in TERMS or remedy.startswith("threads=")


def with_remedy(device: str, remedy: str, plain: Job) -> str | None:
    """Returns the side that tells what a remedy does; None where the plain one is like it.

    Raises SideError where it means nothing on the device.
    """
    for words in REMEDIES.get(remedy, (remedy,)):
        side = name_of(job_of(f"{device}+{words}", plain), plain)
        if side != device:
            return side
    return None


def with_remedies(devices: Iterable[str], remedies: Iterable[str], plain: Job) -> Iterator[str]:
    """Yields the sides of remedies, the worthiest first, where they mean anything: the CPU's after
    an accelerator's.
    """
    devices, worth = sorted(devices, key="cpu".__eq__), [*REMEDIES, *TERMS]
    for remedy in sorted(remedies, key=lambda one: worth.index(one) if one in worth else -1):
        for device in devices:
            try:
                side = with_remedy(device, remedy, plain)
            except SideError:
                continue
            if side:
                yield side


def with_rungs(devices: Iterable[str], workload: str, plain: Job) -> Iterator[str]:
    """Yields the sides of the ladder but the plain ones: first its ends, which say how much there
    is to explain.
    """
    for device in devices:
        own = rungs(workload, device)
        for rung in sorted(own, key=lambda one: one not in ("course", "lean")):
            side = name_of(job_of(f"{device}+loop={rung}", plain), plain)
            if side != device:
                yield side
