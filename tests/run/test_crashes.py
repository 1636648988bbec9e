"""A short crash matrix: some kinds of end, once; `tests.evidence.crashes` has the long one."""

import os
from pathlib import Path

import pytest

from tests.evidence.crashes.matrix import run_trial, table
from tests.evidence.crashes.trial import Trial

# Ctrl-C, SIGTERM and SIGKILL of a run are in test_run, a killed worker in test_worker.
STUBBED = (
    "disk full",
    "result file unwritable",
    "journal torn in mid-line",
    "the last hook raises",
    "no process is left",
    "the folder is removed",
    "the folder is moved",
    "the journal is removed",
)
REAL = ("a worker hangs", "Ctrl-Z and fg", "out of memory in a worker", "two runs on one file")
QUARTER = os.environ.get("CROSSOVER_QUARTER")
"""The gate tries one of them per commit: each takes a minute or two, mostly of waiting."""


@pytest.mark.parametrize("kind", STUBBED)
def test_nothing_is_lost_when_a_run_ends_early(kind: str, tmp_path: Path) -> None:
    assert run_trial(kind, 0, tmp_path, stubbed=True).problems == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", [REAL[int(QUARTER)]] if QUARTER else REAL)
def test_nothing_is_lost_where_workers_take_their_time(kind: str, tmp_path: Path) -> None:
    assert run_trial(kind, 0, tmp_path).problems == []


def test_the_table_counts_trials_and_losses_and_says_when_runs_were_struck(tmp_path: Path) -> None:
    def trial(struck: int | None, seconds: float | None, *problems: str) -> Trial:
        return Trial(
            *(tmp_path, "x", "0", b""),
            struck_after=struck,
            seconds_to_end=seconds,
            problems=list(problems),
        )

    kills = [trial(5, 0.5), trial(0, 2.0), trial(8, 1.0)]
    rows = list(table({"SIGKILL of pytest": kills, "disk full": [trial(None, None, "x", "y")]}))
    assert rows[2].startswith("| SIGKILL of pytest | 3 | 0 | 0, 5, 8 | 1.0 (most 2.0) | nothing fu")
    assert rows[3].startswith("| disk full | 1 | 1 |  |  | a tmpfs fills")
    assert rows[4] == "| **together** | **4** | **1** | | | |"
