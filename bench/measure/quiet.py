"""Was the machine quiet? Facts about the host around a block, and when they make it suspect."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import psutil
from msgspec import Struct

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


class HostFacts(Struct):
    """What happened on the host during a block; shares are of all cores' time."""

    load_before: float | None
    load_after: float | None
    others_share: float | None
    steal_share: float | None
    swapped_bytes: int
    frequency_mhz_before: float | None
    frequency_mhz_after: float | None


def read_host() -> HostState:
    """Reads the host's counters. Never raises: what cannot be read is None."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    swap = psutil.swap_memory()
    return HostState(
        clock_seconds=time.monotonic(),
        load=_load(),
        busy_seconds=sum(times) - idle - guest,
        steal_seconds=getattr(times, "steal", None),
        own_seconds=_own_seconds(),
        swapped_bytes=swap.sin + swap.sout,
        frequency_mhz=_frequency(),
    )


def _own_seconds() -> float | None:
    """CPU seconds of this process and of its ended workers; None where the system counts none."""
    return sum(psutil.Process().cpu_times()[:4]) if psutil.POSIX else None


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


def describe_block(before: HostState, after: HostState, *, cores: int) -> HostFacts:
    """Returns what happened on the host between two moments."""
    available = max(after.clock_seconds - before.clock_seconds, 1e-9) * cores
    own = _passed(before.own_seconds, after.own_seconds)
    steal = _passed(before.steal_seconds, after.steal_seconds)
    busy = after.busy_seconds - before.busy_seconds
    return HostFacts(
        load_before=before.load,
        load_after=after.load,
        others_share=None if own is None else max(0.0, busy - own) / available,
        steal_share=None if steal is None else max(0.0, steal) / available,
        swapped_bytes=after.swapped_bytes - before.swapped_bytes,
        frequency_mhz_before=before.frequency_mhz,
        frequency_mhz_after=after.frequency_mhz,
    )


def _passed(first: float | None, last: float | None) -> float | None:
    """What a counter went up by; None where the system does not tell."""
    return None if first is None or last is None else last - first


def suspicions(host: HostFacts) -> Iterator[str]:
    """Yields the reasons why a block's figures are suspect, in words; none when it was quiet."""
    if (host.others_share or 0.0) > OTHERS_SHARE:
        yield f"host loaded: other processes used {host.others_share:.0%} of the CPU"
    if (host.steal_share or 0.0) > STEAL_SHARE:
        yield f"host loaded: the hypervisor took {host.steal_share:.0%} of the CPU"
    if host.swapped_bytes > SWAPPED_BYTES:
        yield f"host loaded: {host.swapped_bytes / 2**20:.0f} MiB were swapped"
    first, last = host.frequency_mhz_before, host.frequency_mhz_after
    if first and last and last < FREQUENCY_SHARE * first:
        yield f"throttled: the CPU fell from {first:.0f} to {last:.0f} MHz"


def unsteady(epoch_seconds: Sequence[float]) -> bool:
    """Whether a worker changed its speed while it was timed: first half against second half."""
    half = len(epoch_seconds) // 2
    if len(epoch_seconds) < FEWEST_EPOCHS:
        return False
    ratio = median(epoch_seconds[-half:]) / median(epoch_seconds[:half])
    return not 1 / UNSTEADY_RATIO <= ratio <= UNSTEADY_RATIO
