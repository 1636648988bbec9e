"""What the project asks for, and what it is told when that is not there."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOORS = [
    path
    for path in sorted((ROOT / "scripts").rglob("*.py"))
    if "def main(" in path.read_text() and path.stem != "__main__"
]
INHERITED = "module://matplotlib_inline.backend_inline"


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_requirements_txt_says_what_pyproject_says() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if not line.startswith("#")]
    assert asked == project()["project"]["dependencies"]


def test_requirements_are_lower_bounds_only() -> None:
    for line in project()["project"]["dependencies"]:
        assert re.fullmatch(r"[a-z0-9-]+>=[\d.]+", line), line


def test_what_made_the_data_is_in_its_own_group() -> None:
    groups = project()["dependency-groups"]
    asked = " ".join(project()["project"]["dependencies"])
    for name in groups["data"]:
        assert name not in asked
    assert len(groups["data"]) == 6


def test_pytests_options_stand_where_pytest_8_reads_them_too() -> None:
    assert set(project()["tool"]["pytest"]) == {"ini_options"}
    asked = project()["project"]["dependencies"]
    assert f"pytest>={project()['tool']['pytest']['ini_options']['minversion']}" in asked


@pytest.mark.slow
def test_every_script_starts_where_a_notebook_named_matplotlibs_backend() -> None:
    environment = {**os.environ, "MPLBACKEND": INHERITED}
    assert {"report.py", "compare.py", "advise.py", "export.py"} <= {door.name for door in DOORS}
    started = [
        subprocess.Popen(
            [sys.executable, door, "--help"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for door in DOORS
    ]
    ended = {
        door.name: (process.communicate()[1], process.returncode)
        for door, process in zip(DOORS, started, strict=True)
    }
    assert ended == {door.name: ("", 0) for door in DOORS}
