"""What stands in a learning result beside pytest-benchmark's own: every run with its curve."""

from typing import Any

from bench.learning.grid import GROWTH, PATIENCE, STEP
from bench.learning.run import LEARNING_VERSION, LearnFacts, LearnRun, NotReached
from bench.learning.search import unrun
from bench.measure.journal import Line
from bench.record.precision import precision_text
from bench.record.result_file import now


def learning_key(run: LearnRun, facts: LearnFacts) -> dict[str, Any]:
    """Our part of the file; `complete` unless an interruption left cells out."""
    absent = absent_rows(run)
    return {
        "schema_version": LEARNING_VERSION,
        "complete": not any(row["reason"] == "interrupted" for row in absent),
        "planned": len(run.cells),
        "run": settings_of(run)
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
        },
        "workloads": facts.workloads,
        "absent": absent,
        "runs": run_rows(run),
    }


def settings_of(run: LearnRun) -> dict[str, Any]:
    """The settings as they are recorded."""
    settings = run.settings
    names = (
        "preset", "tuning_seeds", "figure_seeds", "cap_epochs", "cap_steps",
        "optimizer_implementation", "learning_rates", "processes",
    )  # fmt: skip
    return {name: getattr(settings, name) for name in names}


def absent_rows(run: LearnRun) -> list[Line]:
    """The cells without a figure, with the reason."""
    outcomes = {cell: run.outcome(cell) for cell in run.cells}
    return [
        cell._asdict() | outcome._asdict()
        for cell, outcome in outcomes.items()
        if isinstance(outcome, NotReached)
    ]


def run_rows(run: LearnRun) -> list[Line]:
    """Every run of every cell, by learning rate and seed; those not worth starting as well."""
    rows = []
    for search in run.searches.values():
        own = list(search.runs.values())
        if not search.next_jobs():
            own += unrun(search)
        rows += sorted(own, key=lambda row: (row["seed"], row["learning_rate"]))
    return rows
