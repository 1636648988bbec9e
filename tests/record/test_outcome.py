"""From answers to rows: seconds with known answers, and absences that stay visible."""

from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bench.answer import Epochs
from bench.grid import Cell
from bench.job import Job
from bench.measure.measurements import Measurements
from bench.measure.search import measure_all
from bench.record.outcome import Absent, Timed, cell_outcome
from tests.bench_fakes import PLAN, SETTINGS, FakeWorkers, Say, absent, campaign, measured

JOB = Job("mlp", "cpu", 0, (8,), 4, 128, 0, "sgd", "foreach", 0.1, 1.0)


pytestmark = pytest.mark.usefixtures("quiet_host")


def after(folder: Path, rule: Any = measured, plan: Any = PLAN) -> Measurements:
    run = campaign(folder, FakeWorkers(rule))
    measure_all(run, [plan])
    return run.measurements


def timed(job: Job, batch_size: int, **fields: Any) -> Epochs:
    figures = measured(job, batch_size, **fields).figures
    assert isinstance(figures, Epochs)
    return figures


def outcome(cell: Cell, measurements: Measurements, **how: Any) -> Timed | Absent:
    missing = how.pop("missing_devices", {})
    return cell_outcome(cell, measurements, changed(SETTINGS, **how), missing)


def test_the_cold_start_is_context_transfer_and_the_first_steps_surplus() -> None:
    assert timed(JOB, 8).cold_start_seconds() == 0.5 + 0.25 + (0.375 - 0.125)


def test_a_first_step_faster_than_a_warm_one_is_no_negative_cold_start() -> None:
    assert timed(JOB, 8, first_step_seconds=0.1).cold_start_seconds() == 0.75


def test_total_seconds_are_the_cold_start_and_that_many_epochs() -> None:
    assert timed(JOB, 8).total_seconds(3) == 1.0 + 1.0 + 2.0 + 3.0


DERIVED = {
    "what was measured stays as it is": (2, 2, 1.0 + 1.0 + 2.0),
    "one warm epoch more": (3, 2, 1.0 + 1.0 + 2.0 + 2.5),
    "ninety-eight more": (100, 2, 1.0 + 1.0 + 2.0 + 98 * 2.5),
    "after one measured epoch": (3, 1, 1.0 + 1.0 + 2 * 2.5),
}


@pytest.mark.parametrize("name", DERIVED)
def test_an_epoch_beyond_the_measured_ones_takes_the_median_of_all_timed_epochs(name: str) -> None:
    epochs, measured_epochs, seconds = DERIVED[name]
    # Epochs of 1, 2, 3 and 4 s.
    assert timed(JOB, 8).total_seconds(epochs, measured_epochs) == seconds


def test_a_cell_with_more_epochs_than_measured_is_derived_and_says_so(tmp_path: Path) -> None:
    measurements = after(tmp_path)  # two epochs, of 1 and 2 s
    found = {
        epochs: outcome(Cell("mlp", 8, epochs, "cuda"), measurements, measured_epochs=2)
        for epochs in (2, 10)
    }
    assert isinstance(found[2], Timed)
    assert isinstance(found[10], Timed)
    assert (found[2].seconds, found[2].derived) == ([4.0] * 3, False)
    assert (found[10].seconds, found[10].derived) == ([4.0 + 8 * 1.5] * 3, True)


def test_nothing_is_derived_where_the_measured_epochs_did_not_fit(tmp_path: Path) -> None:
    def rule(job: Job, size: int) -> Say:
        return measured(job, size, epoch_seconds=[0.7], stopped="epoch 2 would have ended late")

    found = outcome(Cell("mlp", 8, 100, "cpu"), after(tmp_path, rule), measured_epochs=2)
    assert found == Absent("timeout", "epoch 2 would have ended late", 0)


def test_a_cell_has_one_round_a_process(tmp_path: Path) -> None:
    assert outcome(Cell("mlp", 8, 2, "cuda"), after(tmp_path)) == Timed([4.0, 4.0, 4.0], [])


def test_a_cell_of_a_run_that_ended_before_is_timed_by_the_blocks_it_has(tmp_path: Path) -> None:
    measurements = after(tmp_path)
    measurements.interrupted = True
    found = outcome(Cell("mlp", 8, 2, "cuda"), measurements, blocks=4)
    assert isinstance(found, Timed)
    assert len(found.seconds) == 3
    searched = outcome(Cell("mlp", 8, 2, "cuda"), measurements, blocks=4, find_crossover=True)
    assert isinstance(searched, Timed)


def test_a_block_that_failed_takes_the_others_with_it(tmp_path: Path) -> None:
    calls = iter(range(100))

    def rule(job: Job, size: int) -> Say:
        return absent(size, "oom") if next(calls) == 8 else measured(job, size)

    measurements = after(tmp_path, rule)
    measurements.interrupted = True
    rows = [outcome(Cell("mlp", size, 1, "cpu"), measurements) for size in (8, 64)]
    assert [row for row in rows if isinstance(row, Absent)] == [Absent("oom", "said torch", 2)]


@pytest.mark.parametrize(
    ("how", "row"),
    [
        ({}, Absent("interrupted", "the run ended before; --resume finishes it", 0)),
        ({"budget_seconds": 60.0}, Absent("budget", "not reached within --budget 60", 0)),
        (
            {"find_crossover": True},
            Absent("implied", "away from the crossover that --find-crossover found", 0),
        ),
    ],
)
def test_a_cell_without_any_block_has_the_reason_of_its_run(
    how: dict[str, Any], row: Absent
) -> None:
    assert outcome(Cell("mlp", 8, 1, "cpu"), Measurements(), **how) == row
    cut = Measurements(interrupted=True)
    assert outcome(Cell("mlp", 8, 1, "cpu"), cut, **how) == outcome(
        Cell("mlp", 8, 1, "cpu"), Measurements()
    )


def test_epochs_that_did_not_fit_the_time_limit_are_a_timeout_and_fewer_are_timed(
    tmp_path: Path,
) -> None:
    def rule(job: Job, size: int) -> Say:
        return measured(job, size, epoch_seconds=[0.7], stopped="epoch 2 would have ended late")

    measurements = after(tmp_path, rule)
    assert isinstance(outcome(Cell("mlp", 8, 1, "cpu"), measurements), Timed)
    assert outcome(Cell("mlp", 8, 2, "cpu"), measurements) == Absent(
        "timeout", "epoch 2 would have ended late", 0
    )


def test_a_cell_truncated_in_one_block_only_is_not_complete(tmp_path: Path) -> None:
    calls = iter(range(100))

    def rule(job: Job, size: int) -> Say:
        if next(calls) == 7:
            return measured(job, size, epoch_seconds=[1.0], stopped="late")
        return measured(job, size)

    measurements = after(tmp_path, rule)
    cells = [Cell("mlp", size, 2, device) for size in (8, 64) for device in ("cpu", "cuda")]
    reasons = [
        row.reason for row in (outcome(c, measurements) for c in cells) if isinstance(row, Absent)
    ]
    assert reasons == ["timeout"]


def test_an_absence_keeps_its_reason_and_what_was_said(tmp_path: Path) -> None:
    measurements = after(tmp_path, lambda job, size: absent(size, "oom"))
    assert outcome(Cell("mlp", 64, 1, "cuda"), measurements) == Absent("oom", "said torch", 0)


def test_a_missing_device_is_the_reason_of_its_cells(tmp_path: Path) -> None:
    gone = {"cuda": {"reason": "no device", "detail": "torch sees no cuda device"}}
    row = outcome(Cell("mlp", 64, 1, "cuda"), after(tmp_path), missing_devices=gone)
    assert row == Absent("no device", "torch sees no cuda device", 0)


def test_of_several_devices_each_has_to_be_there(tmp_path: Path) -> None:
    gone = {"cuda:1": {"reason": "no device", "detail": "cuda:1: torch sees 1 cuda device(s)"}}
    row = outcome(Cell("mlp", 64, 1, "cuda*2"), after(tmp_path), missing_devices=gone)
    assert row == Absent("no device", "cuda:1: torch sees 1 cuda device(s)", 0)


def test_repeats_are_kept_apart_from_the_cells(tmp_path: Path) -> None:
    sides = dict(PLAN.batch_sizes)
    again = next(iter(sides))._replace(again=True)
    measurements = after(tmp_path, plan=PLAN._replace(batch_sizes=sides | {again: (8,)}))
    found = outcome(Cell("mlp", 8, 2, "cpu"), measurements)
    assert isinstance(found, Timed)
    assert len(found.seconds) == 3


def test_the_last_attempt_at_a_block_decides_whether_it_is_suspect(tmp_path: Path) -> None:
    measurements = after(tmp_path)
    quiet = replace(measurements.blocks[1], batch_sizes=[8], attempt=1)
    measurements.take(replace(quiet, suspect=["host loaded"]))
    found = outcome(Cell("mlp", 8, 1, "cpu"), measurements)
    assert isinstance(found, Timed)
    assert found.suspect == ["block 1: host loaded"]
    measurements.take(quiet)
    found = outcome(Cell("mlp", 8, 1, "cpu"), measurements)
    assert isinstance(found, Timed)
    assert found.suspect == []


def test_code_that_changed_in_the_middle_of_a_run_makes_its_cells_suspect(tmp_path: Path) -> None:
    calls = iter(range(100))

    def rule(job: Job, size: int) -> Say:
        return measured(job, size, first_loss=2.3 if next(calls) < 6 else 2.5)

    found = outcome(Cell("mlp", 8, 1, "cpu"), after(tmp_path, rule))
    assert isinstance(found, Timed)
    assert found.suspect == [
        "loss mismatch: block 1: first_loss 2.5 against 2.3 of block 0, 0.1% are allowed"
    ]


def test_an_added_side_without_a_plain_time_is_implied() -> None:
    assert outcome(Cell("mlp", 8, 1, "cuda+bf16"), Measurements()) == Absent(
        "implied", "cuda has no time at batch size 8", 0
    )
