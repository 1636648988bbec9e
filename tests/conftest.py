"""Fixtures of more than one test file, and what holds for all tests."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from bench.measure import blocks as measure
from tests import bench_fakes

settings.register_profile("patient", deadline=None)  # no test judges a wall-clock time
settings.load_profile("patient")


def pytest_configure() -> None:
    """The environment of tests and of the processes that they start.

    One thread for torch: two that wait for each other on a busy machine take many times longer. A
    test of threads asks for its own number. And a `pytest bench` that is started by a worker of
    pytest-xdist is none itself: pytest-benchmark would time nothing there.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.pop("PYTEST_XDIST_WORKER", None)


@pytest.fixture(autouse=True)
def denormal_numbers() -> Iterator[None]:
    """Has denormal numbers again after a test that trained, which flushes the thread's."""
    yield
    if torch := sys.modules.get("torch"):
        torch.set_flush_denormal(False)


@pytest.fixture
def quiet_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A host on which nothing else runs; the fakes' journals are closed afterwards."""
    monkeypatch.setattr(measure, "read_host", lambda: bench_fakes.QUIET)
    yield
    while bench_fakes.OPENED:
        bench_fakes.OPENED.pop().close()
