"""What pytest shows of cells without a time: a line each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.process import ROOT

pytestmark = pytest.mark.slow

COMMAND = (
    *("-m", "pytest", "bench", "-p", "tests.failing_plugin", "--workloads", "mlp", "--blocks", "1"),
    *("--batch-sizes", "8,16", "--epochs", "1", "--samples", "32", "--suspect-repeats", "0"),
)


@pytest.mark.parametrize(("reason", "outcome"), [("failed", "FAILED"), ("oom", "SKIPPED")])
def test_a_cell_without_a_time_is_one_line(tmp_path: Path, reason: str, outcome: str) -> None:
    done = subprocess.run(
        [sys.executable, *COMMAND, "--benchmark-json", str(tmp_path / "box.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ) | {"CROSSOVER_REASON": reason, "COLUMNS": "200"},
    )
    output = done.stdout + done.stderr
    assert done.returncode == (1 if reason == "failed" else 0), output
    assert "ERROR" not in output
    assert "not used" not in output
    if reason == "failed":
        lines = [line for line in output.splitlines() if line.startswith(outcome)]
        assert [line.endswith("failed: said torch") for line in lines] == [True, True], output
    else:
        assert "SKIPPED [2]" in output
        assert "oom: said torch" in output
