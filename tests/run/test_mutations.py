"""The harness mutated on purpose: each fault that makes numbers wrong turns a named test red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.measure.process import ROOT

pytestmark = pytest.mark.slow


class Fault(NamedTuple):
    """One edit of the harness, and the test that has to find it."""

    file: str
    was: str
    becomes: str
    found_by: str


FAULTS = {
    "last synchronise dropped": Fault(
        "bench/train/clock.py",
        "            end_event.record()\n        self.synchronise()\n",
        "            end_event.record()\n",
        "test_clock.py::test_work_still_queued_when_the_loop_returns_is_waited_for",
    ),
    "first synchronise dropped": Fault(
        "bench/train/clock.py",
        "        self.synchronise()\n        start = self.now()\n",
        "        start = self.now()\n",
        "test_clock.py::test_work_queued_before_is_not_charged_to_the_timed_work",
    ),
    "warm-up dropped": Fault(
        "bench/train/epochs.py",
        "first, warm, first_loss = warm_up(arm, batch_size)",
        "first, warm, first_loss = 0.0, 0.0, 2.3",
        "test_epochs.py::test_the_first_steps_surplus_is_in_the_cold_start_and_in_no_epoch",
    ),
    "rounds pooled over processes": Fault(
        "bench/record/outcome.py",
        "seconds = [total_seconds(line, cell.epochs, measured_epochs=trained) for line in whole]",
        "seconds = [epoch for line in whole for epoch in line['epoch_seconds']]",
        "test_record.py::test_a_cell_has_one_round_a_process",
    ),
    "both arms in one process": Fault(
        "bench/measure/blocks.py",
        "for answer in self.worker(self._job(plan, arm, order)):",
        "for answer in self.worker(self._job(plan, next(iter(plan.batch_sizes)), order)):",
        "test_measure.py::test_a_block_is_one_fresh_process_per_device",
    ),
    "wrong device measured": Fault(
        "bench/train/epochs.py",
        "    check_device(arm, network)\n",
        "",
        "test_epochs.py::test_training_elsewhere_than_on_the_jobs_device_is_an_error",
    ),
    "journal not fsynced": Fault(
        "bench/measure/journal.py",
        "            self.sync(self.file.fileno())\n",
        "",
        "test_journal.py::test_each_line_is_fsynced_after_it_was_written",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's code that may be broken."""
    folder = tmp_path_factory.mktemp("mutated")
    for name in ("bench", "models", "scripts", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def passes(copy: Path, *tests: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + [f"tests/{test}" for test in tests],
        cwd=copy,
        env=dict(os.environ) | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode == 0


def test_without_a_fault_every_one_of_these_tests_is_green(copy: Path) -> None:
    assert passes(copy, *(fault.found_by for fault in FAULTS.values()))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_harness_turns_its_test_red(copy: Path, name: str) -> None:
    fault = FAULTS[name]
    file = copy / fault.file
    source = file.read_text()
    assert source.count(fault.was) == 1, f"{fault.file} has changed: mend this fault"
    file.write_text(source.replace(fault.was, fault.becomes))
    try:
        assert not passes(copy, fault.found_by)
    finally:
        file.write_text(source)
