"""The learning benchmark: one test a cell, fed with what its figure seeds came to."""

from typing import Any

import pytest

from bench.learning.grid import LearnCell
from bench.learning.run import LearnRun, NotReached
from bench.record.replay import ReplayClock, leave_out

clock = ReplayClock()


@pytest.mark.benchmark(timer=clock)
# A failed cell is one line: the fixture's warning that it was not used would be another.
@pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")
def bench_learning(benchmark: Any, request: pytest.FixtureRequest, crossover_run: LearnRun) -> None:
    """Epochs to the target at the best learning rate, one round a figure seed."""
    cell = LearnCell(**request.node.callspec.params)
    outcome = crossover_run.outcome(cell)
    if isinstance(outcome, NotReached):
        leave_out(outcome.reason, outcome.detail)
    unit = "epochs to the target, not seconds"
    crossover_run.stats[cell] = clock.replay(
        benchmark, outcome.epochs, unit=unit, learning_rate=outcome.learning_rate
    )
