"""The benchmark: one test a cell, fed with what the run's worker processes measured."""

from typing import Any

import pytest

from bench.record.outcome import Absent
from bench.record.replay import ReplayClock, leave_out
from bench.record.rows import marks
from bench.record.state import TimingRun

clock = ReplayClock()


@pytest.mark.benchmark(timer=clock)
# A failed cell is one line: the fixture's warning that it was not used would be another.
@pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")
def bench_training(
    benchmark: Any, request: pytest.FixtureRequest, crossover_run: TimingRun
) -> None:
    """Total seconds to train: cold start and epochs, one round a process.

    `derived` marks rounds that count warm epochs for those that were not measured.
    """
    cell = crossover_run.by_id[request.node.callspec.id]
    outcome = crossover_run.outcome(cell)
    if isinstance(outcome, Absent):
        leave_out(outcome.reason, outcome.detail)
    crossover_run.stats[cell] = clock.replay(benchmark, outcome.seconds, **marks(cell, outcome))
