"""Fixtures of more than one test file."""

from collections.abc import Iterator

import pytest

from bench import measure
from tests import bench_fakes


@pytest.fixture
def quiet_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A host on which nothing else runs; the fakes' journals are closed afterwards."""
    monkeypatch.setattr(measure, "read_host", lambda: bench_fakes.QUIET)
    yield
    while bench_fakes.OPENED:
        bench_fakes.OPENED.pop().close()
