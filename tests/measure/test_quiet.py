"""When a block is suspect: counters with known answers."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bench.measure import quiet as guards
from bench.measure.quiet import HostState, describe_block, read_host, suspicions, unsteady
from scripts.read import suspicion as marks

BEFORE = HostState(100.0, 0.5, 50.0, 1.0, 10.0, 0, 2000.0)
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
    ],
)
def test_each_disturbance_is_named(changes: dict[str, Any], words: str) -> None:
    assert reasons(**changes) == [words]


def test_what_the_system_does_not_tell_is_not_held_against_it() -> None:
    unknown: dict[str, Any] = {
        "own_seconds": None,
        "steal_seconds": None,
        "frequency_mhz": None,
        "load": None,
    }
    facts = describe_block(replace(BEFORE, **unknown), replace(QUIET, **unknown), cores=2)
    assert facts.others_share is None
    assert list(suspicions(facts)) == []


def test_this_hosts_counters_can_be_read_and_only_grow() -> None:
    first = read_host()
    second = read_host()
    assert second.clock_seconds >= first.clock_seconds
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
    assert unsteady(epochs) == changed


def test_the_reading_half_calls_the_same_workers_unsteady() -> None:
    own = guards.UNSTEADY_RATIO, guards.FEWEST_EPOCHS
    assert own == (marks.UNSTEADY_RATIO, marks.FEWEST_EPOCHS)
