"""The clock's boundary: an idle device at both ends, whatever the device queues."""

from dataclasses import dataclass, field

from bench.train.clock import DeviceClock

MILLISECOND = 1_000_000


@dataclass
class QueueingDevice:
    """A device that takes work at once and does it only when somebody waits, on a fake clock."""

    now_ns: int = 0
    queued_ns: int = 0
    busy_ns: int = 0
    synchronised: list[int] = field(default_factory=list)

    def enqueue(self, milliseconds: int) -> None:
        """Costs the host 1 microsecond and the device its milliseconds."""
        self.now_ns += 1000
        self.queued_ns += milliseconds * MILLISECOND

    def synchronise(self) -> None:
        self.now_ns += self.queued_ns
        self.busy_ns += self.queued_ns
        self.queued_ns = 0
        self.synchronised.append(self.now_ns)

    def now(self) -> int:
        return self.now_ns


class FakeEvent:
    """Reads the device's own progress: what it has been asked to do when recorded."""

    def __init__(self, device: QueueingDevice) -> None:
        self.device = device
        self.at_ns = 0

    def record(self) -> None:
        self.at_ns = self.device.busy_ns + self.device.queued_ns

    def elapsed_time(self, later: "FakeEvent") -> float:
        return (later.at_ns - self.at_ns) / MILLISECOND


def test_work_queued_before_is_not_charged_to_the_timed_work() -> None:
    device = QueueingDevice()
    device.enqueue(500)
    timing = DeviceClock(device.synchronise, now=device.now).time(lambda: device.enqueue(20))
    assert abs(timing.wall_seconds - 0.020) < 1e-5


def test_work_still_queued_when_the_loop_returns_is_waited_for() -> None:
    device = QueueingDevice()

    def seven_times() -> None:
        for _ in range(7):
            device.enqueue(10)

    clock = DeviceClock(device.synchronise, now=device.now)
    timing = clock.time(seven_times)
    assert abs(timing.wall_seconds - 0.070) < 1e-4
    assert len(device.synchronised) == 2


def test_events_measure_the_same_region_and_never_more_than_the_wall_clock() -> None:
    device = QueueingDevice()
    device.enqueue(300)
    clock = DeviceClock(device.synchronise, lambda: FakeEvent(device), device.now)
    timing = clock.time(lambda: device.enqueue(40))
    assert timing.event_seconds == 0.040
    assert timing.wall_seconds >= timing.event_seconds * 0.999


def test_a_clock_that_forgets_the_last_synchronise_reads_less_than_its_events() -> None:
    device = QueueingDevice()

    def only_before() -> None:
        if not device.synchronised:
            device.synchronise()

    clock = DeviceClock(only_before, lambda: FakeEvent(device), device.now)
    timing = clock.time(lambda: device.enqueue(40))
    assert timing.event_seconds is not None
    assert timing.wall_seconds < timing.event_seconds * 0.999


def test_a_device_without_events_has_none() -> None:
    device = QueueingDevice()
    timing = DeviceClock(device.synchronise, now=device.now).time(lambda: device.enqueue(1))
    assert timing.event_seconds is None
