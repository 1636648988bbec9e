"""Studies beside the run: what is planned, kept apart, resumed, and what stands in the file."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.grid import Arm, WorkloadPlan
from bench.job import COMPILE_FOLDER, MEASURE, Job
from bench.loop import COURSE, RUNGS
from bench.measure.blocks import Campaign
from bench.measure.journal import read_journal
from bench.measure.measurements import JournalLine, Key, Measurements
from bench.measure.search import measure_all
from bench.record.tables import study_tables
from bench.variants import DIAGNOSIS, PEAKS, PLAIN
from bench.why.studies import (
    Studies,
    compile_folder,
    diagnosis_plans,
    variants_plan,
)
from tests.bench_fakes import PLAN, SETTINGS, FakeWorkers, Say, absent, campaign, diagnosed

CPU, CUDA = Arm("cpu"), Arm("cuda")
ASKED = replace(SETTINGS, diagnose=True, remedies=("compile", "tf32", "one-thread"), blocks=2)


def studied(folder: Path, workers: FakeWorkers, settings: Any = ASKED) -> tuple[Studies, Campaign]:
    """A run on fake workers with its studies."""
    run = replace(campaign(folder, workers), settings=settings)
    studies = Studies(settings, run.measurements)
    measure_all(run, [PLAN])
    studies.run(run, [PLAN])
    return studies, run


def test_a_diagnosis_is_one_process_a_device_and_peaks_are_measured_once() -> None:
    other = PLAN._replace(workload="cnn")
    first, second = diagnosis_plans([PLAN, other])
    peaks = {arm.device: sizes for arm, sizes in first.batch_sizes.items() if arm.variant == PEAKS}
    assert peaks == {"cpu": (8,), "cuda": (8,)}
    assert [arm.variant for arm in second.batch_sizes] == [DIAGNOSIS, DIAGNOSIS]
    assert first.batch_sizes[CPU._replace(variant=DIAGNOSIS)] == (8, 64)


def test_variants_meet_the_plain_cells_twice_for_the_noise_floor() -> None:
    plan = variants_plan(PLAN, replace(SETTINGS, remedies=("compile",), ladder=True))
    own = [(arm.variant, arm.again) for arm in plan.batch_sizes if arm.device == "cpu"]
    ladder = [(name, False) for name in ("loop-course", "loop-no-evaluation", "loop-lean")]
    assert own == [(PLAIN, False), *ladder, ("compile", False), (PLAIN, True)]


@pytest.mark.usefixtures("quiet_host")
def test_a_study_decides_nothing_of_the_run_itself(tmp_path: Path) -> None:
    studies, run = studied(tmp_path, FakeWorkers(diagnosed))
    assert all(key.arm.variant == "" for key in run.measurements.measured)
    assert {one.workload for one in run.measurements.blocks} == {"mlp"}
    assert len(run.measurements.blocks) == 2
    keys = studies.measurements["variants"].measured
    assert {key.arm.variant for key in keys} == {PLAIN, "compile", "tf32", "one-thread"}
    assert Key("mlp", CUDA._replace(variant="tf32"), 8) in keys


@pytest.mark.usefixtures("quiet_host")
def test_every_variant_is_a_fresh_process_in_every_block(tmp_path: Path) -> None:
    workers = FakeWorkers(diagnosed)
    studied(tmp_path, workers, replace(SETTINGS, remedies=("compile",), blocks=2, devices=("cpu",)))
    jobs = [job for job in workers.jobs if job.device == "cpu"][2:]
    assert [job.compiled for job in jobs] == ["", "default", "", "", "default", ""]


@pytest.mark.usefixtures("quiet_host")
def test_what_a_device_cannot_have_is_a_row_and_starts_no_process(tmp_path: Path) -> None:
    workers = FakeWorkers(diagnosed)
    studies, _ = studied(tmp_path, workers)
    assert not [job for job in workers.jobs if job.device == "cpu" and job.precision == "tf32"]
    rows = study_tables(studies, threads_asked=False)["variants"]
    (row,) = [
        row for row in rows
        if (row["device"], row["variant"], row["batch_size"]) == ("cpu", "tf32", 8)
    ]  # fmt: skip
    assert (row["reason"], row["detail"]) == (
        "unsupported",
        "TF32 is a number format of cuda devices, this is cpu",
    )


@pytest.mark.usefixtures("quiet_host")
def test_what_was_studied_stands_in_the_tables(tmp_path: Path) -> None:
    tables = study_tables(studied(tmp_path, FakeWorkers(diagnosed))[0], threads_asked=False)
    assert set(tables) == {"diagnosis", "peaks", "variants"}
    cells = {(row["device"], row["batch_size"]) for row in tables["diagnosis"]}
    assert cells == {(device, size) for device in ("cpu", "cuda") for size in (8, 64)}
    assert [row["device"] for row in tables["peaks"]] == ["cpu", "cuda"]
    plain = [row for row in tables["variants"] if row["variant"] == PLAIN and not row["again"]]
    assert [[one["block"] for one in row["rounds"]] for row in plain] == [[0, 1]] * 4
    json.dumps(tables, allow_nan=False)


@pytest.mark.usefixtures("quiet_host")
def test_a_run_without_studies_has_none_of_their_tables(tmp_path: Path) -> None:
    studies, _ = studied(tmp_path, FakeWorkers(diagnosed), SETTINGS)
    assert study_tables(studies, threads_asked=False) == {}
    assert studies.missing([PLAN]) == 0


@pytest.mark.usefixtures("quiet_host")
def test_a_remedy_that_the_plain_cell_has_is_marked_as_applied(tmp_path: Path) -> None:
    settings = replace(SETTINGS, remedies=("flush-denormals", "fused-optimizer"))
    rows = study_tables(studied(tmp_path, FakeWorkers(diagnosed), settings)[0], threads_asked=True)
    marks = {row["variant"]: row["applied"] for row in rows["variants"]}
    assert marks == {PLAIN: False, "flush-denormals": True, "fused-optimizer": False}
    assert {row["threads"] for row in rows["variants"]} == {0}


@pytest.mark.usefixtures("quiet_host")
def test_only_cells_that_have_a_time_are_studied(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        lost = job.device == "cuda" and size == 64 and job.task == MEASURE
        return absent(size, "unsupported") if lost else diagnosed(job, size)

    studies, _ = studied(tmp_path, FakeWorkers(rule), replace(SETTINGS, diagnose=True))
    keys = studies.measurements["diagnosis"].measured
    assert Key("mlp", CUDA._replace(variant=DIAGNOSIS), 8) in keys
    assert Key("mlp", CUDA._replace(variant=DIAGNOSIS), 64) not in keys


@pytest.mark.usefixtures("quiet_host")
def test_an_interrupted_study_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    seen = []

    def rule(job: Job, size: int) -> Say:
        seen.append(size)
        return KeyboardInterrupt() if len(seen) == 20 else diagnosed(job, size)

    with pytest.raises(KeyboardInterrupt):
        studied(tmp_path, FakeWorkers(rule))
    _, lines = read_journal(tmp_path / "x.journal.jsonl", JournalLine)
    assert {line.study for line in lines} == {"", "diagnosis", "variants"}
    again = FakeWorkers(diagnosed)
    (tmp_path / "again").mkdir()
    run = replace(campaign(tmp_path / "again", again), settings=ASKED)
    studies = Studies(ASKED, run.measurements)
    for line in lines:
        studies.take(line)
    left = studies.missing([PLAN])
    assert left > 0
    studies.run(run, [PLAN])
    assert studies.missing([PLAN]) == 0
    assert sum(len(job.batch_sizes) for job in again.jobs) == left


@pytest.mark.usefixtures("quiet_host")
def test_the_plain_loop_of_a_course_run_is_the_course_loop(tmp_path: Path) -> None:
    workers = FakeWorkers(diagnosed)
    studied(tmp_path, workers, replace(SETTINGS, loop=COURSE, ladder=True))
    loops = {job.loop for job in workers.jobs if job.device == "cpu"}
    assert loops == {RUNGS["loop-course"], RUNGS["loop-no-evaluation"], RUNGS["loop-lean"]}


def test_compiled_files_go_when_the_studies_have_ended() -> None:
    with compile_folder():
        folder = Path(os.environ[COMPILE_FOLDER])
        (folder / "x.so").touch()
    assert not folder.exists()
    assert COMPILE_FOLDER not in os.environ


def test_the_answers_to_come_are_counted_for_the_progress() -> None:
    studies = Studies(replace(SETTINGS, diagnose=True), Measurements())
    assert studies.planned([PLAN]) == {("mlp", "cpu"): 3, ("mlp", "cuda"): 3}
    assert studies.planned([WorkloadPlan("mlp", {}, 1)]) == {}
