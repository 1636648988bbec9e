"""When a block is suspect: counters with known answers."""

import warnings
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bench.measure.host import quiet as guards
from bench.measure.host.limits import Limits
from bench.measure.host.quiet import (
    HostState,
    describe_block,
    read_host,
    suspicions,
    unsteady_words,
)
from scripts.read import suspicion as marks

BEFORE = HostState(100.0, 0.5, 50.0, 1.0, 10.0, 0, 2000.0, held=(100, 20))
QUIET = replace(BEFORE, clock_seconds=110.0, busy_seconds=60.0, own_seconds=20.0)


def reasons(**changes: Any) -> list[str]:
    return list(suspicions(describe_block(BEFORE, replace(QUIET, **changes), cores=2)))


def test_a_block_in_which_only_its_own_processes_worked_is_not_suspect() -> None:
    assert reasons() == []


def test_shares_are_of_all_cores_time() -> None:
    facts = describe_block(BEFORE, replace(QUIET, busy_seconds=65.0, steal_seconds=2.0), cores=2)
    assert facts.others_share == pytest.approx(0.25)
    assert facts.steal_share == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"busy_seconds": 65.0}, "host loaded: other processes used 25% of the CPU"),
        ({"steal_seconds": 3.0}, "host loaded: the hypervisor took 10% of the CPU"),
        ({"swapped_bytes": 64 * 2**20}, "host loaded: 64 MiB were swapped"),
        ({"frequency_mhz": 1000.0}, "throttled: the CPU fell from 2000 to 1000 MHz"),
        (
            {"held": (200, 40)},
            "throttled: the container's CPU quota was used up 20% of the time",
        ),
        ({"plugged": False}, "on battery: the machine was not plugged in"),
    ],
)
def test_each_disturbance_is_named(changes: dict[str, Any], words: str) -> None:
    assert reasons(**changes) == [words]


COUNTERS = sorted(vars(BEFORE).keys() - {"clock_seconds"})


@pytest.mark.parametrize("before", [[], *([name] for name in COUNTERS), COUNTERS])
@pytest.mark.parametrize("after", [[], *([name] for name in COUNTERS), COUNTERS])
def test_what_the_system_does_not_tell_is_not_held_against_it(
    before: list[str], after: list[str]
) -> None:
    first, last = (
        replace(state, **dict[str, Any](dict.fromkeys(unknown)))
        for state, unknown in ((BEFORE, before), (QUIET, after))
    )
    assert list(suspicions(describe_block(first, last, cores=None))) == []


@pytest.mark.parametrize("says", ["nothing", "an error of the system", "an error of a library"])
@pytest.mark.parametrize(
    "name",
    [
        *("psutil.cpu_times", "psutil.swap_memory", "psutil.getloadavg", "psutil.cpu_freq"),
        *("psutil.Process", "psutil.sensors_battery", "psutil.cpu_count"),
        *("os.sched_getaffinity", "pathlib.Path.read_text"),
    ],
)
def test_no_counter_that_cannot_be_read_ends_a_run(
    monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    def ask(*_: object, **__: object) -> None:
        if says != "nothing":
            raise PermissionError(13, "denied") if "system" in says else SystemError("no key")

    monkeypatch.setattr(name, ask)
    before, after = read_host(), read_host()
    list(suspicions(describe_block(before, after, cores=None)))
    assert after.clock_seconds >= before.clock_seconds


def test_a_warning_that_a_counter_may_be_unknown_makes_it_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def guess() -> SimpleNamespace:
        warnings.warn("'sin' and 'sout' couldn't be determined", RuntimeWarning, stacklevel=1)
        return SimpleNamespace(sin=0, sout=0)

    monkeypatch.setattr("psutil.swap_memory", guess)
    assert read_host().swapped_bytes is None


def times(busy: float) -> SimpleNamespace:
    """A core's times, of which idle ones are many."""

    class Times(tuple[float, ...]):
        idle, iowait, steal, guest, guest_nice = 100.0, 5.0, 1.0, 0.0, 0.0

    return Times((busy, 100.0, 5.0, 1.0))  # type: ignore[return-value]


def test_only_our_own_cores_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.cpu_times", lambda percpu: [times(busy) for busy in (1, 2, 4, 8)])
    monkeypatch.setattr(guards, "read_limits", lambda: Limits((1, 3), None, None))
    assert read_host().busy_seconds == 10.0
    assert read_host().steal_seconds == 2.0
    monkeypatch.setattr(guards, "read_limits", lambda: Limits((0, 1, 2, 3, 4), None, None))
    assert read_host().busy_seconds == 15.0


def test_under_a_quota_no_cores_are_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "read_limits", lambda: Limits((0, 1), 1.0, None))
    assert read_host().busy_seconds is None


def test_this_hosts_counters_can_be_read_and_only_grow() -> None:
    first = read_host()
    second = read_host()
    assert second.clock_seconds >= first.clock_seconds
    assert second.busy_seconds is not None
    assert first.busy_seconds is not None
    assert second.busy_seconds >= first.busy_seconds > 0


@pytest.mark.parametrize(("cores", "fastest"), [([800.0, 3900.0, 1200.0], 3900.0), ([], None)])
def test_the_frequency_is_the_fastest_cores_since_idle_ones_are_clocked_down(
    monkeypatch: pytest.MonkeyPatch, cores: list[float], fastest: float | None
) -> None:
    states = [SimpleNamespace(current=frequency) for frequency in cores]
    monkeypatch.setattr("psutil.cpu_freq", lambda percpu: states if percpu else None)
    assert read_host().frequency_mhz == fastest


@pytest.mark.parametrize(
    ("epochs", "changed"),
    [
        ([1.0, 1.0, 1.0, 1.0], False),
        ([1.0, 1.0, 1.4, 1.4], False),
        ([1.0, 1.0, 1.6, 1.6], True),
        ([1.6, 1.6, 1.0, 1.0], True),
        ([1.0, 1.0, 9.0, 1.6, 1.6], True),
        ([1.0, 1.0, 2.0, 1.0, 1.0], False),
        ([1.0, 5.0], False),
        ([1.0, 1.0, 5.0], False),
    ],
)
def test_a_worker_is_unsteady_when_half_of_its_epochs_took_much_longer(
    epochs: list[float], changed: bool
) -> None:
    assert bool(unsteady_words(epochs)) == changed


def test_the_reading_half_calls_the_same_workers_unsteady() -> None:
    own = guards.UNSTEADY_RATIO, guards.FEWEST_EPOCHS
    assert own == (marks.UNSTEADY_RATIO, marks.FEWEST_EPOCHS)
