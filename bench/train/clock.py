"""One host clock for every device, synchronised at both ends. Imports no torch by itself.

synchronise; t0; work; synchronise; t1
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NANOSECONDS = 1e9


def asleep() -> int:
    """Returns for how many nanoseconds this machine has slept since it was started; 0 if not told.

    `now` does not see a closed lid. What is read twice differs by less than a millisecond.
    """
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()


@dataclass(frozen=True)
class Timing:
    """Seconds of one timed piece of work: the host's clock and, where there are any, events.

    `slept_seconds`: how long the machine slept meanwhile, which neither counts.
    """

    wall_seconds: float
    event_seconds: float | None
    slept_seconds: float = 0.0


@dataclass(frozen=True)
class DeviceClock:
    """Times work on one device.

    `synchronise` waits for everything that was queued on the device; `make_event` gives an event of
    the device that can be recorded and compared, or is None where the device has none. Events never
    decide anything: they check the wall clock.
    """

    synchronise: Callable[[], object]
    make_event: Callable[[], Any] | None = None
    now: Callable[[], int] = time.perf_counter_ns
    slept: Callable[[], int] = asleep

    def time(self, work: Callable[[], object]) -> Timing:
        """Times `work` from an idle device to an idle device."""
        start_event = self.make_event() if self.make_event else None
        end_event = self.make_event() if self.make_event else None
        before = self.slept()
        self.synchronise()
        start = self.now()
        if start_event:
            start_event.record()
        work()
        if end_event:
            end_event.record()
        self.synchronise()
        wall = (self.now() - start) / NANOSECONDS
        slept = (self.slept() - before) / NANOSECONDS
        if start_event is None or end_event is None:
            return Timing(wall, None, slept)
        # Events tick in half microseconds: what lies below a nanosecond is only digits in a file.
        return Timing(wall, round(start_event.elapsed_time(end_event) / 1e3, 9), slept)
