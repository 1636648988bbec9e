"""Answers as rows of a result file: each figure once, each process once."""

from pathlib import Path
from typing import Any

import pytest

from bench.answer import ColdStart, Epochs, Process
from bench.job import Job
from bench.measure.search import measure_all
from bench.record.tables import process_tables
from tests.bench_fakes import PLAN, FakeWorkers, Say, campaign, measured

pytestmark = pytest.mark.usefixtures("quiet_host")


def rows_after(folder: Path, *, again: bool = False) -> Any:
    started = iter(range(1000))

    def rule(job: Job, size: int) -> Say:
        own = next(started) if size == job.batch_sizes[0] else None
        rule.began = own if own is not None else rule.began  # type: ignore[attr-defined]
        return measured(job, size, context_seconds=float(rule.began))  # type: ignore[attr-defined]

    sides = dict(PLAN.batch_sizes)
    if again:
        sides[next(iter(sides))._replace(again=True)] = (8,)
    run = campaign(folder, FakeWorkers(rule))
    measure_all(run, [PLAN._replace(batch_sizes=sides)])
    return process_tables(run.measurements.measured)


def test_a_process_is_a_row_and_each_of_its_answers_another(tmp_path: Path) -> None:
    rows = rows_after(tmp_path)
    processes, measurements = rows["processes"], rows["measurements"]
    assert len(processes) == 3 * 2  # blocks x sides
    assert len(measurements) == 3 * 2 * 2  # ... x batch sizes
    assert {(one["side"], one["block"]) for one in processes} == {
        (side, block) for side in ("cpu", "cuda") for block in range(3)
    }
    of_the_process = {*ColdStart.__struct_fields__, "trained_on"}
    own = {"workload", "side", "again", "block", *Process.__struct_fields__}
    assert set(processes[0]) == own | of_the_process
    figures = set(Epochs.__struct_fields__) - of_the_process - {"stopped"}
    assert set(measurements[0]) == {"process", "batch_size"} | figures
    for process in range(len(processes)):
        sizes = [row["batch_size"] for row in measurements if row["process"] == process]
        assert sorted(sizes) == [8, 64]


def test_a_repeat_is_a_process_of_its_own(tmp_path: Path) -> None:
    rows = rows_after(tmp_path, again=True)
    again = [one for one in rows["processes"] if one["again"]]
    assert [(one["side"], one["block"]) for one in again] == [("cpu", 0), ("cpu", 1), ("cpu", 2)]
