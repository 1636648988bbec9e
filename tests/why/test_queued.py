"""What of a step is the host's and what the device's, on a made-up device with a queue."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.train.clock import DeviceClock
from bench.why.queued import Queued, alone_seconds, queue_step

LAUNCH, WORK = 10e-6, 30e-6
"""Seconds of one operation on the host and on the device."""


@dataclass
class FakeQueue:
    """A device that does queued operations one by one; the host waits when `room` are waiting."""

    room: int = 1024
    now: float = 0.0
    waiting: deque[float] = field(default_factory=deque)
    """When each operation that was queued is done."""

    @property
    def free(self) -> float:
        """When the device has done everything."""
        return self.waiting[-1] if self.waiting else 0.0

    def launch(self, work: float = WORK) -> None:
        self.now += LAUNCH
        self._forget()
        if len(self.waiting) >= self.room:
            self.now = self.waiting.popleft()
        self.waiting.append(max(self.now, self.free) + work)

    def synchronise(self) -> None:
        self.now = max(self.now, self.free)
        self.waiting.clear()

    def _forget(self) -> None:
        while self.waiting and self.waiting[0] <= self.now:
            self.waiting.popleft()

    def event(self) -> "FakeEvent":
        return FakeEvent(self)

    def clock(self, *, events: bool = True) -> DeviceClock:
        make = self.event if events else None
        return DeviceClock(self.synchronise, make, now=lambda: round(self.now * 1e9))

    def step(self, operations: int) -> Callable[[], None]:
        return lambda: self.many(operations, WORK)

    def many(self, operations: int, work: float) -> None:
        for _ in range(operations):
            self.launch(work)

    def blockers(self) -> list[Callable[[], None]]:
        """A few launches each, a hundred times as long as the one before."""
        return [lambda work=work: self.many(4, work) for work in (1e-5, 1e-3, 1e-1)]  # type: ignore[misc]


@dataclass
class FakeEvent:
    """Notes when the device comes to it: a queue in order."""

    queue: FakeQueue
    at: float = 0.0

    def record(self) -> None:
        self.at = max(self.queue.now, self.queue.free)

    def elapsed_time(self, other: "FakeEvent") -> float:
        return (other.at - self.at) * 1e3


def seen(queue: FakeQueue, step: Callable[[], None], **clock: Any) -> Queued | None:
    host, _ = alone_seconds(queue.clock(**clock), step, 3)
    return queue_step(queue.clock(**clock), step, host_seconds=host, blockers=queue.blockers())


def test_each_single_step_begins_on_an_idle_device() -> None:
    queue = FakeQueue()
    queue.many(100, 1.0)
    assert alone_seconds(queue.clock(), queue.step(10), 3) == pytest.approx(
        (10 * LAUNCH, LAUNCH + 10 * WORK)
    )


@pytest.mark.parametrize("operations", [10, 300, 900])
def test_a_step_that_fits_the_queue_keeps_the_device_busy_for_its_own_work(
    operations: int,
) -> None:
    queue = FakeQueue()
    answer = seen(queue, queue.step(operations))
    assert answer is not None
    assert answer.device_seconds == pytest.approx(operations * WORK)


@pytest.mark.parametrize("operations", [1100, 5000])
def test_of_a_step_that_is_longer_than_the_queue_neither_is_known(operations: int) -> None:
    """The host waits inside the step: its seconds would be the device's."""
    queue = FakeQueue()
    host, whole = alone_seconds(queue.clock(), queue.step(5000), 1)
    assert host / whole > 0.7  # launching takes a third of it: a wrong number
    assert seen(queue, queue.step(operations)) is None


def test_a_step_that_reads_a_number_of_the_device_is_not_queued_as_a_whole() -> None:
    queue = FakeQueue()

    def step() -> None:
        queue.many(5, WORK)
        queue.synchronise()
        queue.many(5, WORK)

    assert seen(queue, step) is None


def test_without_events_the_queue_is_seen_by_the_hosts_clock() -> None:
    queue = FakeQueue()
    assert seen(queue, queue.step(300), events=False) == Queued(None)
    assert seen(queue, queue.step(5000), events=False) is None


def test_on_a_device_whose_work_the_host_does_neither_is_known() -> None:
    queue = FakeQueue(room=0)
    queue.waiting = deque([0.0])

    def launch(work: float = WORK) -> None:
        queue.now += work

    queue.launch = launch  # type: ignore[method-assign]
    assert seen(queue, queue.step(10)) is None


def test_a_step_launched_slower_than_it_runs_is_queued_behind_longer_work() -> None:
    """Launch-bound: on an idle device its events would hold the host's gaps."""
    queue = FakeQueue()
    step = lambda: queue.many(300, LAUNCH / 10)  # noqa: E731
    answer = seen(queue, step)
    assert answer is not None
    assert answer.device_seconds == pytest.approx(300 * LAUNCH / 10)
