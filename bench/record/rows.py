"""What stands in a result file beside pytest-benchmark's own: rows with and without a time."""

from dataclasses import asdict
from typing import Any

import msgspec

from bench.grid import Cell, cell_id
from bench.measure.journal import Line
from bench.measure.measurements import Block
from bench.record.outcome import Absent, Timed
from bench.record.precision import precision_text
from bench.record.result_file import SCHEMA_VERSION, now
from bench.record.state import Facts, TimingRun
from bench.record.tables import diagnosis_tables, process_tables
from bench.sides.names import torch_devices


def absent_rows(run: TimingRun, shown: set[Cell]) -> list[Line]:
    """Returns the cells without a time, with a reason; `shown` are those that have one."""
    rows = []
    for cell in run.cells:
        if cell in shown:
            continue
        outcome = run.outcome(cell)
        if isinstance(outcome, Timed):  # measured, but pytest was stopped before it was shown
            outcome = Absent("interrupted", "pytest was stopped", len(outcome.seconds))
        rows.append(run.params(cell) | {"side": cell.side} | outcome._asdict())
    return rows


def crossover_key(run: TimingRun, facts: Facts, shown: set[Cell]) -> Line:
    """Returns our part of the file; `complete` unless an interruption left something out."""
    absent = absent_rows(run, shown)
    measured = run.measurements.measured
    settings = asdict(run.settings)
    del settings["learning_rate"]
    answers = (answer for blocks in measured.values() for answer in blocks.values())
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
            "devices": list(torch_devices(run.settings.sides)),
            "learning_rates": facts.learning_rates,
            "precision": precision_text(answer.process for answer in answers),
            "looks": list(run.looks),
            "blocks_done": blocks_done(run, shown),
            "budget_spent_seconds": run.budget.spent() if run.budget else None,
        },
        "workloads": facts.workloads,
        "absent": absent,
        **process_tables(measured),
        **diagnosis_tables(run.measurements),
        "blocks": [block_row(block) for block in run.measurements.blocks if block.timed],
    }


def block_row(block: Block) -> Line:
    """Returns an attempt at a block, the host's facts beside its own."""
    row: Line = msgspec.to_builtins(block)
    del row["kind"]
    host: Line = row.pop("host")
    return row | host


def is_complete(run: TimingRun, absent: list[Line]) -> bool:
    """Whether nothing is left for `--resume`: a budget that is spent leaves nothing."""
    if run.measurements.interrupted or any(row["reason"] == "interrupted" for row in absent):
        return False
    return run.budget is not None or not run.left()


def blocks_done(run: TimingRun, shown: set[Cell]) -> dict[str, int]:
    """Returns how many blocks every timed cell of a workload has; 0 where none has a time."""
    counts: dict[str, list[int]] = {cell.workload: [] for cell in run.cells}
    for cell in shown:
        outcome = run.outcome(cell)
        if isinstance(outcome, Timed):
            counts[cell.workload].append(len(outcome.seconds))
    return {workload: min(own, default=0) for workload, own in counts.items()}


def marks(cell: Cell, outcome: Timed) -> Line:
    """Returns what is told beside the seconds of a cell."""
    return {"side": cell.side, "suspect": outcome.suspect, "derived": outcome.derived}


def provisional(run: TimingRun) -> dict[str, Any]:
    """Returns as much of a result file as the reading half needs while the run goes on."""
    assert run.facts is not None  # noqa: S101 - facts come before the first measurement
    timed = {cell: outcome for cell in run.cells if isinstance(outcome := run.outcome(cell), Timed)}
    rows = [
        {
            "name": cell_id(cell),
            "params": run.params(cell),
            "extra_info": marks(cell, outcome),
            "stats": {"rounds": len(outcome.seconds), "data": outcome.seconds},
        }
        for cell, outcome in timed.items()
    ]
    return {
        "machine_info": {"crossover": run.facts.machine},
        "benchmarks": rows,
        "crossover": crossover_key(run, run.facts, set(timed)),
    }
