"""Page faults and CPU seconds per step, on known counts."""

import mmap
from types import SimpleNamespace
from typing import Any

import pytest

from bench.train import usage
from bench.train.usage import FIELDS, Usage


def counting(monkeypatch: pytest.MonkeyPatch, *readings: tuple[int, int, float, float]) -> None:
    """`getrusage` says one reading after the other."""
    told = iter(readings)

    def getrusage(_who: int) -> Any:
        return SimpleNamespace(**dict(zip(FIELDS.values(), next(told), strict=True)))

    system = SimpleNamespace(RUSAGE_SELF=0, getrusage=getrusage)
    monkeypatch.setattr(usage, "resource", system)


def test_only_what_is_used_inside_counts_and_it_is_told_per_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting(monkeypatch, (5, 1, 1, 1), (105, 3, 2, 1.5), (900, 9, 9, 9), (1000, 9, 12, 9.5))
    used = Usage()
    for _ in range(2):
        with used:
            pass
    assert used.per_step(4) == {
        "minor_faults_per_step": 50.0,
        "major_faults_per_step": 0.5,
        "user_seconds_per_step": 1.0,
        "system_seconds_per_step": 0.25,
    }


def test_a_system_that_does_not_count_gives_null(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "resource", None)
    used = Usage()
    with used:
        pass
    assert used.per_step(4) == dict.fromkeys(FIELDS)


@pytest.mark.skipif(usage.resource is None, reason="Windows has no getrusage")
def test_a_page_that_is_touched_first_is_a_fault() -> None:
    pages = 1000
    used = Usage()
    with mmap.mmap(-1, pages * mmap.PAGESIZE) as memory:
        if hasattr(mmap, "MADV_NOHUGEPAGE"):
            memory.madvise(mmap.MADV_NOHUGEPAGE)
        with used:
            for page in range(pages):
                memory[page * mmap.PAGESIZE] = 1
    faults = used.per_step(1)["minor_faults_per_step"]
    assert faults is not None
    assert faults >= pages
