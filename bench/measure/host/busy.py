"""Is the machine busy with something else? Looked at before the first block, and meanwhile."""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from bench.measure.ask import ask
from bench.measure.host.limits import read_limits
from bench.measure.host.quiet import HostState, describe_block, loads, read_host

LOOK_SECONDS = 2.0
WAIT_SECONDS = 60.0
"""Is waited for quiet at most, and of a budget at most PART_OF_BUDGET."""
PART_OF_BUDGET = 0.1
MOST_NAMED = 3
LEAST_NAMED = 0.05
"""Programs that use less of the CPU are not named."""


@dataclass
class Load:
    """What others use of the CPU, since it was last asked."""

    last: HostState = field(default_factory=read_host)
    cores: float = field(default_factory=lambda: read_limits().cores)

    def words(self) -> str:
        """Returns who else used the CPU; empty when it was quiet."""
        before, self.last = self.last, read_host()
        return " and ".join(loads(describe_block(before, self.last, cores=self.cores)))


def wait_for_quiet(
    load: Load, say: Callable[[str], None], *, seconds: float,
    pause: Callable[[float], None] = time.sleep, now: Callable[[], float] = time.monotonic,
) -> None:  # fmt: skip
    """Says which programs keep the machine busy, and waits for quiet; at most so many seconds."""
    words, begun = load.words(), now()
    if not words:
        return
    names = ", ".join(programs(load.cores, pause=pause))
    say(f"this machine is busy: {words}{f' ({names})' * bool(names)}")
    if seconds > 0:
        say(f"waiting up to {seconds:.0f} s for quiet; --busy-ok starts at once")
    while words and (left := begun + seconds - now()) > 0:
        pause(min(left, LOOK_SECONDS))
        words = load.words()
    if words:
        say("busy as it is: what is measured beside other programs is marked suspect")
    else:
        say(f"quiet after {now() - begun:.0f} s")


def programs(cores: float, *, pause: Callable[[float], None] = time.sleep) -> list[str]:
    """Returns who uses most of the CPU beside us, as `python3 50%`, from a look of a second."""
    before, begun = _cpu_seconds(), time.monotonic()
    pause(LOOK_SECONDS / 2)
    after, took = _cpu_seconds(), max(time.monotonic() - begun, 1e-3)
    shares: defaultdict[str, float] = defaultdict(float)
    for (number, name), seconds in after.items():
        shares[name] += (seconds - before.get((number, name), seconds)) / took / cores
    most = sorted(shares.items(), key=lambda own: -own[1])[:MOST_NAMED]
    return [f"{name} {share:.0%}" for name, share in most if share >= LEAST_NAMED]


def _cpu_seconds() -> dict[tuple[int, str], float]:
    """The CPU seconds of every process but ours, by number and name."""
    found = {}
    for one in ask(lambda: list(psutil.process_iter(["name", "cpu_times"]))) or ():
        name, times = one.info["name"], one.info["cpu_times"]
        if times is not None and one.pid != os.getpid():
            shown = "".join(letter if letter.isprintable() else "?" for letter in name or "?")
            found[one.pid, shown] = times.user + times.system
    return found
