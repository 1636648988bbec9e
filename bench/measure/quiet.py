"""Was the machine quiet? Facts about the host around a block, and when they make it suspect."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import psutil

# A block is suspect when other processes used more than this share of all cores during it, ...
OTHERS_SHARE = 0.10
# ... the hypervisor took more than this share of the cores' time away (the smallest margin of a
# verdict: it takes from both devices of a block, and less cannot make up a difference alone), ...
STEAL_SHARE = 0.05
# ... more than this was swapped, ...
SWAPPED_BYTES = 16 * 2**20
# ... or the CPU's frequency fell below this share of what it was when the block began.
FREQUENCY_SHARE = 0.7
# A worker is unsteady when half of its epochs took so many times the other half's seconds, and had
# so many of them. The same as in scripts/read/suspicion.py, which never imports this (a test
# compares them).
UNSTEADY_RATIO = 1.5
FEWEST_EPOCHS = 4


@dataclass(frozen=True)
class HostState:
    """Counters of the host at one moment; None where the system does not tell."""

    clock_seconds: float
    load: float | None
    busy_seconds: float
    steal_seconds: float | None
    own_seconds: float | None
    swapped_bytes: int
    frequency_mhz: float | None


def read_host() -> HostState:
    """The host's counters now. Never raises: what cannot be read is None."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    own = psutil.Process().cpu_times()
    swap = psutil.swap_memory()
    return HostState(
        clock_seconds=time.monotonic(),
        load=_load(),
        busy_seconds=sum(times) - idle - guest,
        steal_seconds=getattr(times, "steal", None),
        own_seconds=_own_seconds(own),
        swapped_bytes=swap.sin + swap.sout,
        frequency_mhz=_frequency(),
    )


def _own_seconds(times: Any) -> float | None:
    """CPU seconds of this process and of its ended workers; None where the system counts none."""
    if not psutil.POSIX:
        return None
    return float(times.user + times.system + times.children_user + times.children_system)


def _load() -> float | None:
    try:
        return psutil.getloadavg()[0]
    except OSError:
        return None


def _frequency() -> float | None:
    """The fastest core's: idle cores are clocked down, and a mean would follow their number."""
    try:
        cores = psutil.cpu_freq(percpu=True)
    except (OSError, NotImplementedError):
        return None
    return max((core.current for core in cores), default=None)


def describe_block(before: HostState, after: HostState, *, cores: int) -> dict[str, Any]:
    """What happened on the host between two moments; shares are of all cores' time."""
    available = max(after.clock_seconds - before.clock_seconds, 1e-9) * cores
    others = None
    if before.own_seconds is not None and after.own_seconds is not None:
        busy = after.busy_seconds - before.busy_seconds
        others = max(0.0, busy - (after.own_seconds - before.own_seconds)) / available
    steal = None
    if before.steal_seconds is not None and after.steal_seconds is not None:
        steal = max(0.0, after.steal_seconds - before.steal_seconds) / available
    return {
        "load_before": before.load,
        "load_after": after.load,
        "others_share": others,
        "steal_share": steal,
        "swapped_bytes": after.swapped_bytes - before.swapped_bytes,
        "frequency_mhz_before": before.frequency_mhz,
        "frequency_mhz_after": after.frequency_mhz,
    }


def suspicions(block: dict[str, Any]) -> list[str]:
    """The reasons why a block's figures are suspect, in words; empty when it was quiet."""
    reasons = []
    if (block["others_share"] or 0.0) > OTHERS_SHARE:
        reasons.append(f"host loaded: other processes used {block['others_share']:.0%} of the CPU")
    if (block["steal_share"] or 0.0) > STEAL_SHARE:
        reasons.append(f"host loaded: the hypervisor took {block['steal_share']:.0%} of the CPU")
    if block["swapped_bytes"] > SWAPPED_BYTES:
        reasons.append(f"host loaded: {block['swapped_bytes'] / 2**20:.0f} MiB were swapped")
    first, last = block["frequency_mhz_before"], block["frequency_mhz_after"]
    if first and last and last < FREQUENCY_SHARE * first:
        reasons.append(f"throttled: the CPU fell from {first:.0f} to {last:.0f} MHz")
    return reasons


def unsteady(epoch_seconds: Sequence[float]) -> bool:
    """Whether a worker changed its speed while it was timed: first half against second half."""
    half = len(epoch_seconds) // 2
    if len(epoch_seconds) < FEWEST_EPOCHS:
        return False
    ratio = median(epoch_seconds[-half:]) / median(epoch_seconds[:half])
    return not 1 / UNSTEADY_RATIO <= ratio <= UNSTEADY_RATIO
