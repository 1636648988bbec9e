"""What the host and the device do of a step, each by itself: seen by what waits in the queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.train.clock import NANOSECONDS, DeviceClock

Work = Callable[[], object]
ATTEMPTS = 3
SURELY = 0.8
"""A step was queued in time when it took less than this share of the seconds that there were."""
ENOUGH = 2.0
"""Other work before a step is to last so many times as long as the host needs for the step."""
LONGEST_SECONDS = 1.0


@dataclass(frozen=True)
class Queued:
    """A step behind other work: its seconds on the device by its events, None where it has none."""

    device_seconds: float | None


def alone_seconds(clock: DeviceClock, step: Work, repeats: int) -> tuple[float, float]:
    """Returns (host, whole): seconds until a single step returns, and until the device has done it.

    Each begins on an idle device: a full queue would make the host wait, and its seconds would look
    like the device's. `queue_step` tells whether one step fills it.
    """
    host, whole = [], []
    for _ in range(repeats):
        clock.synchronise()
        start = clock.now()
        step()
        returned = clock.now()
        clock.synchronise()
        host.append((returned - start) / NANOSECONDS)
        whole.append((clock.now() - start) / NANOSECONDS)
    return median(host), median(whole)


def queue_step(
    clock: DeviceClock, step: Work, *, host_seconds: float, blockers: Sequence[Work]
) -> Queued | None:
    """Queues the step behind other work; None unless all of it was, before its first part began.

    Not all of it is where the queue is shorter than the step, where the step reads a number of the
    device, and where the host does the device's work: then neither side's seconds are known. Of
    `blockers`, at least one work of growing length, the first that lasts long enough is taken.
    """
    for blocker in blockers:
        blocker()
        returned, done = alone_seconds(clock, blocker, ATTEMPTS)
        ahead = done - returned  # the device is at work for so long when the host has queued it
        if ahead >= ENOUGH * host_seconds or done > LONGEST_SECONDS:
            break
    for _ in range(ATTEMPTS):
        seen, queued = _behind(clock, step, blocker)
        if queued < SURELY * ahead:
            return seen
    return None


def _behind(clock: DeviceClock, step: Work, blocker: Work) -> tuple[Queued, float]:
    """Runs the step behind the blocker; returns it and the seconds that queuing it took."""
    events = (clock.make_event(), clock.make_event()) if clock.make_event else None
    clock.synchronise()
    blocker()
    begun = clock.now()
    if events:
        events[0].record()
    step()
    if events:
        events[1].record()
    queued = (clock.now() - begun) / NANOSECONDS
    clock.synchronise()
    seconds = float(events[0].elapsed_time(events[1])) / 1e3 if events else None
    return Queued(seconds), queued
