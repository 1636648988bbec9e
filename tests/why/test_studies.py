"""What follows the run's own blocks: what is planned, measured, resumed, and stands in the file."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench.grid import Side, WorkloadPlan, make_cells, plan_workloads
from bench.job import DIAGNOSIS, DISPATCH, MEASURE, PEAKS, RUN_FOLDER, TASKS, Job
from bench.loop import COURSE, RUNGS
from bench.measure.blocks import Campaign
from bench.measure.journal import read_journal
from bench.measure.measurements import Block, JournalLine, Key
from bench.measure.search import measure_all
from bench.record.tables import diagnosis_tables, process_tables
from bench.sides.settings import Settings
from bench.why.studies import (
    added_plans,
    diagnosis_plans,
    own_plans,
    run_folder,
    run_studies,
    unanswered,
)
from tests.bench_fakes import SETTINGS, FakeWorkers, Say, absent, campaign, diagnosed

ASKED = replace(SETTINGS, diagnose=True, remedies=("compile", "tf32", "threads=1"), blocks=2)
CPU = Side("cpu")


def plans_of(settings: Settings, *workloads: str) -> list[WorkloadPlan]:
    """The plans of every cell of these workloads."""
    cells = [
        cell
        for name in workloads or ("mlp",)
        for cell in make_cells(
            workloads=(name,),
            batch_sizes=settings.batch_sizes,
            epochs=settings.epochs,
            sides=(*settings.sides, *settings.added(name)),
        )
    ]
    return plan_workloads(cells)


def studied(folder: Path, workers: FakeWorkers, settings: Settings = ASKED) -> Campaign:
    """A run on fake workers with what follows its own blocks."""
    run = replace(campaign(folder, workers), settings=settings)
    plans = plans_of(settings)
    measure_all(run, own_plans(plans, settings))
    run_studies(run, plans)
    return run


def test_a_diagnosis_is_one_process_a_side_and_peaks_are_measured_once() -> None:
    first, second = diagnosis_plans(plans_of(ASKED, "mlp", "cnn"), ASKED)
    peaks = {side.name: sizes for side, sizes in first.batch_sizes.items() if side.task == PEAKS}
    assert peaks == {"cpu": (8,), "cuda": (8,)}
    assert [side.task for side in second.batch_sizes] == [DISPATCH, DIAGNOSIS, DIAGNOSIS]
    assert first.batch_sizes[Side("cpu", task=DIAGNOSIS)] == (8, 64)


def test_what_the_host_does_is_looked_at_in_every_run_without_an_accelerator() -> None:
    alone = replace(SETTINGS, sides=("cpu", "cpu+threads=1"))
    first, second = diagnosis_plans(plans_of(alone, "mlp", "cnn"), alone)
    assert first.batch_sizes == second.batch_sizes == {Side("cpu", task=DISPATCH): (8,)}
    assert diagnosis_plans(plans_of(SETTINGS), SETTINGS) == []
    timed = replace(alone, budget_seconds=60.0)
    assert diagnosis_plans(plans_of(timed), timed) == []


def test_added_sides_meet_the_plain_ones_in_blocks_of_their_own() -> None:
    asked = replace(SETTINGS, remedies=("compile",), ladder=True)
    (plan,) = added_plans(plans_of(asked), asked)
    own = [(side.name, side.again) for side in plan.batch_sizes if side.device == "cpu"]
    rungs = ("course", "decoding", "workers", "no-evaluation")
    added = ["cpu+compile", *(f"cpu+loop={rung}" for rung in rungs)]
    assert own == [("cpu", False), *((name, False) for name in added), ("cpu", True)]
    assert plan.start == SETTINGS.blocks
    again = [CPU._replace(again=True) in plan.sides(block) for block in range(3, 8)]
    assert again == [True, True, True, False, False]


def test_added_blocks_come_after_every_block_that_is_planned() -> None:
    asked = replace(SETTINGS, remedies=("compile",), until_decided=True)
    assert added_plans(plans_of(asked), asked)[0].start == 15


def test_only_plain_sides_get_remedies() -> None:
    asked = replace(SETTINGS, sides=("cpu+threads=1", "cuda"), remedies=("fused",))
    (plan,) = added_plans(plans_of(asked), asked)
    assert {side.name for side in plan.batch_sizes} == {"cuda", "cuda+fused"}


@pytest.mark.usefixtures("quiet_host")
def test_remedies_are_rounds_of_sides_like_any_other(tmp_path: Path) -> None:
    run = studied(tmp_path, FakeWorkers(diagnosed))
    measured = run.measurements.measured
    assert list(measured[Key("mlp", CPU, 8)]) == [0, 1, 2, 3]
    assert list(measured[Key("mlp", Side("cpu+threads=1"), 8)]) == [2, 3]
    assert list(measured[Key("mlp", Side("cuda+tf32"), 64)]) == [2, 3]
    assert not [key for key in measured if key.side.name in ("cpu+tf32", "cuda+threads=1")]
    processes = process_tables(measured)["processes"]
    assert {one["block"] for one in processes if one["side"] == "cuda+compile"} == {2, 3}


@pytest.mark.usefixtures("quiet_host")
def test_every_added_side_is_a_fresh_process_in_every_block_in_turn(tmp_path: Path) -> None:
    workers = FakeWorkers(diagnosed)
    asked = replace(SETTINGS, sides=("cpu",), remedies=("compile",), blocks=2)
    run = studied(tmp_path, workers, asked)
    assert [job.compiled for job in workers.jobs] == [
        *[""] * 4,
        "",  # what the host does
        "",
        "default",
        "",
        "",
        "default",
        "",
    ]
    orders = [block.order for block in run.measurements.blocks]
    assert orders[2] == ["cpu (dispatch)"]
    assert orders[3:] == [["cpu", "cpu+compile", "cpu again"], ["cpu again", "cpu+compile", "cpu"]]


@pytest.mark.usefixtures("quiet_host")
def test_what_was_diagnosed_stands_in_its_tables_and_nowhere_else(tmp_path: Path) -> None:
    run = studied(tmp_path, FakeWorkers(diagnosed))
    tables = diagnosis_tables(run.measurements)
    assert set(tables) == {"diagnosis", "dispatch", "peaks"}
    assert [(row["workload"], row["side"]) for row in tables["dispatch"]] == [("mlp", "cpu")]
    cells = {(row["side"], row["batch_size"]) for row in tables["diagnosis"]}
    assert cells == {(side, size) for side in ("cpu", "cuda") for size in (8, 64)}
    assert [row["side"] for row in tables["peaks"]] == ["cpu", "cuda"]
    json.dumps(tables, allow_nan=False)
    rows = process_tables(run.measurements.measured)
    assert len(rows["processes"]) == 2 * 4 + 2 * (2 + 2 + 2 * 2)
    (block,) = [one for one in run.measurements.blocks if not one.timed]
    assert (block.block, "cuda (peaks)" in block.order) == (0, True)


@pytest.mark.usefixtures("quiet_host")
def test_a_loaded_diagnosis_makes_no_cell_suspect(tmp_path: Path) -> None:
    run = studied(tmp_path, FakeWorkers(diagnosed))
    (block,) = [one for one in run.measurements.blocks if not one.timed]
    block.suspect.append("host loaded")
    tables = diagnosis_tables(run.measurements)
    rows = [row for table in tables.values() for row in table]
    assert {tuple(row["suspect"]) for row in rows} == {("block 0: host loaded",)}
    assert not [one for one in run.measurements.blocks if one.timed and one.suspect]


@pytest.mark.usefixtures("quiet_host")
def test_a_compiled_side_is_not_taken_apart_and_says_why(tmp_path: Path) -> None:
    asked = replace(SETTINGS, sides=("cpu", "cpu+compile"), diagnose=True)
    workers = FakeWorkers(diagnosed)
    rows = diagnosis_tables(studied(tmp_path, workers, asked).measurements)["diagnosis"]
    lost = {row["side"]: row["detail"] for row in rows if "reason" in row}
    assert lost == {"cpu+compile": "what torch.compile has fused cannot be taken apart"}
    assert not [one for one in workers.jobs if one.compiled and one.task == TASKS[DIAGNOSIS]]


@pytest.mark.usefixtures("quiet_host")
def test_only_cells_whose_plain_side_has_a_time_are_looked_at(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        lost = job.device == "cuda" and size == 64 and job.task == MEASURE
        return absent(size, "unsupported") if lost else diagnosed(job, size)

    asked = replace(SETTINGS, diagnose=True, remedies=("fused",))
    measured = studied(tmp_path, FakeWorkers(rule), asked).measurements.measured
    for side in (Side("cuda", task=DIAGNOSIS), Side("cuda+fused")):
        assert Key("mlp", side, 8) in measured
        assert Key("mlp", side, 64) not in measured
    assert Key("mlp", Side("cpu+fused"), 64) in measured


@pytest.mark.usefixtures("quiet_host")
def test_what_was_cut_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    seen = []

    def rule(job: Job, size: int) -> Say:
        seen.append(size)
        return KeyboardInterrupt() if len(seen) == 30 else diagnosed(job, size)

    with pytest.raises(KeyboardInterrupt):
        studied(tmp_path, FakeWorkers(rule))
    _, lines = read_journal(tmp_path / "x.journal.jsonl", JournalLine)
    assert {line.timed for line in lines if isinstance(line, Block)} == {True, False}
    again = FakeWorkers(diagnosed)
    (tmp_path / "again").mkdir()
    run = replace(campaign(tmp_path / "again", again), settings=ASKED)
    for line in lines:
        run.measurements.take(line)
    plans = plans_of(ASKED)
    left = unanswered(plans, ASKED, run.measurements)
    assert left > 0
    run_studies(run, plans)
    assert unanswered(plans, ASKED, run.measurements) == 0
    assert sum(len(job.batch_sizes) for job in again.jobs) == left


@pytest.mark.usefixtures("quiet_host")
def test_a_run_without_more_has_nothing_left(tmp_path: Path) -> None:
    run = studied(tmp_path, FakeWorkers(diagnosed), SETTINGS)
    assert len(run.measurements.blocks) == SETTINGS.blocks
    assert unanswered(plans_of(SETTINGS), SETTINGS, run.measurements) == 0


@pytest.mark.usefixtures("quiet_host")
def test_the_plain_loop_of_a_course_run_is_the_course_loop(tmp_path: Path) -> None:
    workers = FakeWorkers(diagnosed)
    studied(tmp_path, workers, replace(SETTINGS, loop=COURSE, ladder=True))
    loops = {job.loop for job in workers.jobs if job.device == "cpu"}
    rungs = ("decoding", "workers", "course", "no-evaluation", "lean")
    assert loops == {RUNGS[rung] for rung in rungs}


def test_compiled_files_go_when_the_run_has_ended() -> None:
    with run_folder():
        folder = Path(os.environ[RUN_FOLDER])
        (folder / "x.so").touch()
    assert not folder.exists()
    assert RUN_FOLDER not in os.environ
