"""A device that no file names, from the command line to the report: only its backend knows it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure.process import ROOT
from tests.gizmo import NAME

pytestmark = pytest.mark.slow

COMMAND = (
    *("-m", "pytest", "bench", "--preset", "smoke", "--devices", f"cpu,{NAME}"),
    *("--workloads", "mlp", "--blocks", "1", "--batch-sizes", "32,64", "--samples", "64"),
    *("--suspect-repeats", "0", "--busy-ok"),
)


def install_backend(site: Path) -> dict[str, str]:
    """The environment of a process in which the backend is installed: an entry point, no more."""
    about = site / f"{NAME}_backend-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}-backend\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[torch.backends]\n{NAME} = tests.gizmo:register\n")
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}


def run(arguments: tuple[str, ...], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_device_of_an_installed_backend_goes_the_whole_way_to_a_report(tmp_path: Path) -> None:
    named = [path for path in (ROOT / "bench").rglob("*.py") if NAME in path.read_text()]
    assert named == []
    environment = install_backend(tmp_path)
    path = tmp_path / "box.json"
    run((*COMMAND, "--benchmark-json", str(path)), environment)
    content = json.loads(path.read_text())
    own = content["crossover"]
    assert (own["complete"], own["absent"]) == (True, [])
    devices = {process["side"]: process["trained_on"] for process in own["processes"]}
    assert devices == {"cpu": "cpu", NAME: f"{NAME}:0"}
    (card,) = content["machine_info"]["crossover"]["accelerators"]
    assert (card["device"], card["name"]) == (NAME, NAME)
    suspect = [reason for row in content["benchmarks"] for reason in row["extra_info"]["suspect"]]
    assert not [reason for reason in suspect if "loss mismatch" in reason]  # the same work
    output = run(("scripts/report.py", str(path), "--out", str(tmp_path / "report")), environment)
    assert NAME in output
    table = (tmp_path / "report" / "verdicts.csv").read_text()
    assert NAME in table
