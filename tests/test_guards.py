"""When a block is suspect: counters with known answers."""

from dataclasses import replace
from typing import Any

import pytest

from bench.guards import HostState, describe_block, read_host, suspicions

BEFORE = HostState(100.0, 0.5, 50.0, 1.0, 10.0, 0, 2000.0)
QUIET = replace(BEFORE, clock_seconds=110.0, busy_seconds=60.0, own_seconds=20.0)


def reasons(**changes: Any) -> list[str]:
    return suspicions(describe_block(BEFORE, replace(QUIET, **changes), cores=2))


def test_a_block_in_which_only_its_own_processes_worked_is_not_suspect() -> None:
    assert reasons() == []


def test_shares_are_of_all_cores_time() -> None:
    facts = describe_block(BEFORE, replace(QUIET, busy_seconds=65.0, steal_seconds=2.0), cores=2)
    assert facts["others_share"] == pytest.approx(0.25)
    assert facts["steal_share"] == pytest.approx(0.05)


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
    assert facts["others_share"] is None
    assert suspicions(facts) == []


def test_this_hosts_counters_can_be_read_and_only_grow() -> None:
    first = read_host()
    second = read_host()
    assert second.clock_seconds >= first.clock_seconds
    assert second.busy_seconds >= first.busy_seconds > 0
