"""Some kinds of end, once; `python -m tests.evidence.edges runs` tries them all."""

import os
from pathlib import Path

import pytest

from tests.evidence.crashes.kinds import run_trial

# Ctrl-C, SIGTERM and SIGKILL of a run are in test_run, a killed worker in test_worker.
STUBBED = ("disk full", "result file unwritable", "the last hook raises", "the folder is removed")
SLOW = (
    "journal torn in mid-line",
    "no process is left",
    "the folder is moved",
    "the journal is removed",
)
"""With --all only: relatives of those above."""
REAL = ("a worker hangs", "Ctrl-Z and fg", "out of memory in a worker", "two runs on one file")
QUARTER = os.environ.get("CROSSOVER_QUARTER")
"""The gate tries one of them per commit: each takes a minute or two, mostly of waiting."""


@pytest.mark.parametrize(
    "kind", [*STUBBED, *(pytest.param(kind, marks=pytest.mark.slow) for kind in SLOW)]
)
def test_nothing_is_lost_when_a_run_ends_early(kind: str, tmp_path: Path) -> None:
    assert run_trial(kind, 0, tmp_path, stubbed=True).problems == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", [REAL[int(QUARTER)]] if QUARTER else REAL)
def test_nothing_is_lost_where_workers_take_their_time(kind: str, tmp_path: Path) -> None:
    assert run_trial(kind, 0, tmp_path).problems == []
