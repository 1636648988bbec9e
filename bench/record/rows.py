"""What stands in a result file beside pytest-benchmark's own: rows with and without a time."""

from dataclasses import asdict
from typing import Any

from bench.grid import Cell, cell_id, cell_params, plan_workloads
from bench.measure.journal import Line
from bench.measure.measurements import answers_of
from bench.record.outcome import Absent, Timed
from bench.record.precision import precision_text
from bench.record.processes import process_rows
from bench.record.result_file import SCHEMA_VERSION, now
from bench.record.state import Facts, TimingRun
from bench.record.study_rows import study_tables


def absent_rows(run: TimingRun, shown: set[Cell]) -> list[Line]:
    """The cells without a time, as rows with a reason; `shown` are those that have one."""
    rows = []
    for cell in run.cells:
        if cell in shown:
            continue
        outcome = run.outcome(cell)
        if isinstance(outcome, Timed):  # measured, but pytest was stopped before it was shown
            outcome = Absent("interrupted", "pytest was stopped", len(outcome.rounds))
        rows.append(cell_params(cell, threads_asked=run.threads_asked) | outcome._asdict())
    return rows


def crossover_key(run: TimingRun, facts: Facts, shown: set[Cell]) -> dict[str, Any]:
    """Our part of the file; `complete` unless an interruption left something out."""
    absent = absent_rows(run, shown)
    settings = asdict(run.settings)
    del settings["learning_rate"]
    return {
        "schema_version": SCHEMA_VERSION,
        "complete": is_complete(run, absent),
        "planned": len(run.cells),
        "measured": len(shown),
        "run": settings
        | {
            "command": run.command,
            "started": facts.started,
            "finished": now(),
            "devices": list(run.devices),
            "learning_rates": facts.learning_rates,
            "precision": precision_text(answers_of(run.measurements)),
            "looks": list(run.looks),
            "blocks_done": blocks_done(run, shown),
            "budget_spent_seconds": run.budget.spent() if run.budget else None,
        },
        "workloads": facts.workloads,
        "absent": absent,
        **process_rows(run.measurements.measured, threads_asked=run.threads_asked),
        **study_tables(run.studies, threads_asked=run.threads_asked),
        "blocks": [
            {name: value for name, value in line.items() if name != "kind"}
            for line in run.measurements.blocks
        ],
    }


def is_complete(run: TimingRun, absent: list[Line]) -> bool:
    """Whether nothing is left for `--resume`: a budget that is spent leaves nothing."""
    if run.measurements.interrupted or any(row["reason"] == "interrupted" for row in absent):
        return False
    return run.budget is not None or not run.studies.missing(plan_workloads(run.cells))


def blocks_done(run: TimingRun, shown: set[Cell]) -> dict[str, int]:
    """How many blocks every timed cell of a workload has; 0 where none has a time."""
    counts: dict[str, list[int]] = {cell.workload: [] for cell in run.cells}
    for cell in shown:
        outcome = run.outcome(cell)
        if isinstance(outcome, Timed):
            counts[cell.workload].append(len(outcome.rounds))
    return {workload: min(own, default=0) for workload, own in counts.items()}


def provisional(run: TimingRun) -> dict[str, Any]:
    """A result file's content while the run goes on: what the reading half needs, no more."""
    assert run.facts is not None  # noqa: S101 - facts come before the first measurement
    rows, shown = [], set()
    for cell in run.cells:
        outcome = run.outcome(cell)
        if isinstance(outcome, Absent):
            continue
        shown.add(cell)
        rows.append(
            {
                "name": cell_id(cell, threads_asked=run.threads_asked),
                "params": cell_params(cell, threads_asked=run.threads_asked),
                "extra_info": {"suspect": outcome.suspect, "derived": outcome.derived},
                "stats": {"rounds": len(outcome.seconds), "data": outcome.seconds},
            }
        )
    return {
        "machine_info": {"crossover": run.facts.machine},
        "benchmarks": rows,
        "crossover": crossover_key(run, run.facts, shown),
    }
