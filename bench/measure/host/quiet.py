"""Was the machine quiet? Facts about the host around a block, and when they make it suspect."""

import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, TypeVar

import psutil
from msgspec import Struct

from bench.measure.ask import ask
from bench.measure.host.limits import held, read_limits

T = TypeVar("T", int, float)

# A block is suspect when other processes used more than this share of all cores during it, ...
OTHERS_SHARE = 0.10
# ... the hypervisor took more than this share of the cores' time away (the smallest margin of a
# verdict: it takes from both devices of a block, and less cannot make up a difference alone), ...
STEAL_SHARE = 0.05
# ... more than this was swapped, ...
SWAPPED_BYTES = 16 * 2**20
# ... the container's quota was used up in more than this share of its periods, ...
HELD_SHARE = 0.05
# ... or the CPU's frequency fell below this share of what it was when the block began.
FREQUENCY_SHARE = 0.7
# A worker is unsteady when half of its epochs took so many times the other half's seconds, and had
# so many of them. The same as in scripts/read/suspicion.py, which never imports this (a test
# compares them).
UNSTEADY_RATIO = 1.5
FEWEST_EPOCHS = 4


@dataclass(frozen=True)
class HostState:
    """Counters of the host at one moment; None where the system does not tell.

    `busy_seconds` and `steal_seconds` are those of the cores that this process may use. In a
    container with a quota no cores are its own: others are seen by how often it is held.
    """

    clock_seconds: float
    load: float | None
    busy_seconds: float | None
    steal_seconds: float | None
    own_seconds: float | None
    swapped_bytes: int | None
    frequency_mhz: float | None
    held: tuple[int, int] | None = None
    """Periods of the quota so far, and those of them in which it was used up."""
    plugged: bool | None = None


class HostFacts(Struct):
    """What happened on the host during a block; shares are of the time of our own cores."""

    load_before: float | None
    load_after: float | None
    others_share: float | None
    steal_share: float | None
    swapped_bytes: int | None
    frequency_mhz_before: float | None
    frequency_mhz_after: float | None
    held_share: float | None = None
    plugged: bool | None = None


def read_host() -> HostState:
    """Reads the host's counters. Never raises: what cannot be read is None."""
    limits = read_limits()
    times: Any = ask(_own_times, limits.own_cores)
    battery: Any = ask(psutil.sensors_battery)
    load = ask(psutil.getloadavg)
    return HostState(
        clock_seconds=time.monotonic(),
        load=load[0] if load else None,
        busy_seconds=None if limits.quota else ask(lambda: sum(_busy(own) for own in times)),
        steal_seconds=ask(lambda: sum(own.steal for own in times)),
        own_seconds=ask(_own_seconds),
        swapped_bytes=ask(_swapped_bytes),
        frequency_mhz=ask(_frequency),
        held=held(),
        plugged=ask(lambda: bool(battery.power_plugged)),
    )


def _own_times(cores: Sequence[int]) -> list[Any]:
    """The times of the cores that this process may use; of all where they are not told apart."""
    every = psutil.cpu_times(percpu=True)
    own = [times for number, times in enumerate(every) if number in cores]
    found = own if len(own) == len(cores) else every
    if not found:
        raise LookupError("no cores are told")
    return found


def _busy(times: Any) -> float:
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - idle - guest)


def _own_seconds() -> float | None:
    """CPU seconds of this process and of its workers; None where the system counts none."""
    if not psutil.POSIX:
        return None
    own = psutil.Process()  # knows those of workers that have ended
    alive = own.children(recursive=True)
    every = [own.cpu_times(), *filter(None, (ask(one.cpu_times) for one in alive))]
    return sum(sum(times[:4]) for times in every)


def _swapped_bytes() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it warns where it says 0 because it may not know
        swap = psutil.swap_memory()
    return int(swap.sin + swap.sout)


def _frequency() -> float | None:
    """The fastest core's: idle cores are clocked down, and a mean would follow their number."""
    return max((core.current for core in psutil.cpu_freq(percpu=True)), default=None)


def describe_block(before: HostState, after: HostState, *, cores: float | None) -> HostFacts:
    """Returns what happened on the host between two moments; `cores` are those of this process."""
    available = max(after.clock_seconds - before.clock_seconds, 1e-9) * (cores or 1)
    own = _passed(before.own_seconds, after.own_seconds)
    steal = _passed(before.steal_seconds, after.steal_seconds)
    busy = _passed(before.busy_seconds, after.busy_seconds)
    return HostFacts(
        load_before=before.load,
        load_after=after.load,
        others_share=None if busy is None or own is None else max(0.0, busy - own) / available,
        steal_share=None if steal is None else max(0.0, steal) / available,
        swapped_bytes=_passed(before.swapped_bytes, after.swapped_bytes),
        frequency_mhz_before=before.frequency_mhz,
        frequency_mhz_after=after.frequency_mhz,
        held_share=_held_share(before.held, after.held),
        plugged=after.plugged if before.plugged is not False else False,
    )


def _passed(first: T | None, last: T | None) -> T | None:
    """What a counter went up by; None where the system does not tell."""
    return None if first is None or last is None else last - first


def _held_share(first: tuple[int, int] | None, last: tuple[int, int] | None) -> float | None:
    if first is None or last is None:
        return None
    periods = last[0] - first[0]
    return (last[1] - first[1]) / periods if periods > 0 else 0.0


def loads(host: HostFacts) -> Iterator[str]:
    """Yields who else used the CPU, in words; none when it was quiet."""
    if (host.others_share or 0.0) > OTHERS_SHARE:
        yield f"other processes used {host.others_share:.0%} of the CPU"
    if (host.steal_share or 0.0) > STEAL_SHARE:
        yield f"the hypervisor took {host.steal_share:.0%} of the CPU"


def suspicions(host: HostFacts) -> Iterator[str]:
    """Yields the reasons why a block's figures are suspect, in words; none when it was quiet."""
    yield from (f"host loaded: {load}" for load in loads(host))
    if (host.swapped_bytes or 0) > SWAPPED_BYTES:
        yield f"host loaded: {(host.swapped_bytes or 0) / 2**20:.0f} MiB were swapped"
    if (host.held_share or 0.0) > HELD_SHARE:
        yield f"throttled: the container's CPU quota was used up {host.held_share:.0%} of the time"
    if host.plugged is False:
        yield "on battery: the machine was not plugged in"
    first, last = host.frequency_mhz_before, host.frequency_mhz_after
    if first and last and last < FREQUENCY_SHARE * first:
        yield f"throttled: the CPU fell from {first:.0f} to {last:.0f} MHz"


def unsteady_words(epoch_seconds: Sequence[float]) -> str:
    """How a worker changed its speed while it was timed, first half against second; else empty."""
    half = len(epoch_seconds) // 2
    if len(epoch_seconds) < FEWEST_EPOCHS:
        return ""
    ratio = median(epoch_seconds[-half:]) / median(epoch_seconds[:half])
    if 1 / UNSTEADY_RATIO <= ratio <= UNSTEADY_RATIO:
        return ""
    return f"unsteady worker: later epochs took {ratio:.2g} times the earlier ones' seconds"
