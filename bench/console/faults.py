"""The line about steps that page faults take up, and what keeps their memory."""

import os
from statistics import median

from bench.allocators import KEEP, KEEPING, lacking
from bench.answer import Epochs
from bench.grid import Side
from bench.measure.environment import allocator_variables
from bench.measure.measurements import Measurements
from bench.record.outcome import timed

QUARTER = 0.25
SECONDS_PER_FAULT = 1e-5
"""The rule is that of scripts/why/faults.py; a test holds both alike."""


def fault_line(measurements: Measurements) -> str:
    """Names the CPU's cells whose steps are page faults for a quarter or more; empty: none is."""
    cells: dict[str, set[int]] = {}
    for key in measurements.measured:
        if key.side != Side("cpu"):
            continue
        shares = [fault_share(one) for one in timed(measurements, key).values()]
        if shares and median(shares) >= QUARTER:
            cells.setdefault(key.workload, set()).add(key.batch_size)
    if not cells:
        return ""
    named = [f"{name} at {', '.join(map(str, sorted(own)))}" for name, own in cells.items()]
    words = f"page faults take a quarter of a CPU step or more (batch sizes: {'; '.join(named)})"
    return f"{words}; {_mend()}"


def fault_share(figures: Epochs) -> float:
    """Returns the part of a step that page faults explain; 0 where they were not counted."""
    faults, system = figures.minor_faults_per_step, figures.system_seconds_per_step
    user = figures.user_seconds_per_step
    if faults is None or user is None or not system:
        return 0.0
    return min(system, SECONDS_PER_FAULT * faults) / (user + system)


def _mend() -> str:
    if lacking(KEEP) is None and not allocator_variables(os.environ):
        settings = " ".join(f"{name}={value}" for name, value in KEEPING.items())
        return f"this may keep the memory: {settings} python train.py"
    return "another allocator may keep the memory (--remedies malloc=tcmalloc times it)"
