"""What pytest shows of cells without a time: a line each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure.process import ROOT

COMMAND = (
    *(
        "-m",
        "pytest",
        "bench",
        "-p",
        "tests.measure.failing_plugin",
        "--workloads",
        "mlp",
        "--blocks",
        "1",
    ),
    *("--batch-sizes", "8,16", "--epochs", "1", "--samples", "32", "--suspect-repeats", "0"),
)


def bench(path: Path, reason: str) -> tuple[int, str]:
    """Exit status and output of a run whose GPU has no time, for this reason."""
    done = subprocess.run(
        [sys.executable, *COMMAND, "--benchmark-json", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=dict(os.environ) | {"CROSSOVER_REASON": reason, "COLUMNS": "200"},
    )
    return done.returncode, done.stdout


def test_a_failed_cell_is_one_line(tmp_path: Path) -> None:
    code, output = bench(tmp_path / "box.json", "failed")
    assert code == 1
    assert "ERROR" not in output
    lines = [line for line in output.splitlines() if line.startswith("FAILED")]
    assert [line.endswith("failed: said torch") for line in lines] == [True, True], output


def test_cells_without_a_time_for_another_reason_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(path, "oom")
    assert code == 0
    assert "ERROR" not in output
    (line,) = [line for line in output.splitlines() if line.startswith("SKIPPED")]
    assert "SKIPPED [2]" in line
    assert line.endswith("oom: said torch")
    note = "a GPU is here that torch does not use"  # said before the measuring
    begin, _, _ = output.partition("total seconds, cold start included")
    assert f"xpu: no device: torch sees no xpu device\n{note}\n" in begin
    assert json.loads(path.read_text())["machine_info"]["crossover"]["accelerator_note"] == note


def test_a_refusal_of_the_probe_is_one_line_and_not_a_traceback(tmp_path: Path) -> None:
    code, output = bench(tmp_path / "box.json", "refused")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert [line for line in output.splitlines() if "2.8.0" in line] == [
        "ERROR: torch 2.8.0 is too old"
    ]
    assert "Traceback" not in output
    assert "collecting" not in output
