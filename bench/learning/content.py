"""What stands in a learning result beside pytest-benchmark's own: every run with its curve."""

from dataclasses import asdict
from typing import Any

import msgspec

from bench.learning.grid import GROWTH, PATIENCE, SETTLED, STEP
from bench.learning.run import LEARNING_VERSION, LearnFacts, LearnRun, NotReached
from bench.learning.search import Search, unrun
from bench.measure.journal import Line
from bench.record.precision import precision_text
from bench.record.result_file import now


def learning_key(run: LearnRun, facts: LearnFacts) -> dict[str, Any]:
    """Returns our part of the file; `complete` unless an interruption left cells out."""
    settings = asdict(run.settings)
    del settings["workloads"], settings["optimizers"]  # the rows tell
    absent = absent_rows(run)
    return {
        "schema_version": LEARNING_VERSION,
        "complete": not any(row["reason"] == "interrupted" for row in absent),
        "planned": len(run.cells),
        "run": settings
        | {
            "command": run.command,
            "started": facts.started,
            "finished": now(),
            "targets": facts.targets,
            "own_learning_rates": facts.own_rates,
            "precision": precision_text(run.numerics),
            "threads": 1,
            "ladder": STEP,
            "patience": PATIENCE,
            "growth": GROWTH,
            "settled": SETTLED,
        },
        "workloads": facts.workloads,
        "absent": absent,
        "runs": [row for search in run.searches.values() for row in run_rows(search)],
    }


def absent_rows(run: LearnRun) -> list[Line]:
    """Returns the cells without a figure, with the reason."""
    outcomes = {cell: run.outcome(cell) for cell in run.cells}
    return [
        cell._asdict() | outcome._asdict()
        for cell, outcome in outcomes.items()
        if isinstance(outcome, NotReached)
    ]


def run_rows(search: Search) -> list[Line]:
    """Returns every run of a cell by seed and learning rate, those not worth starting as well."""
    runs = list(search.runs.values())
    if not search.next_jobs():
        runs += unrun(search)
    runs.sort(key=lambda run: (run.seed, run.learning_rate))
    return [msgspec.to_builtins(run) for run in runs]
