"""What pytest finds where: the tests in the root, the benchmark only where it is named."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure.process import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with this project's settings, one test and one benchmark, at the root and below."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("bench/bench_training.py", "bench/train/bench_epoch.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("def bench_it():\n    pass\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_rule.py").write_text("def test_it():\n    pass\n")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ((), {"tests/test_rule.py::test_it"}),
        ((".",), {"tests/test_rule.py::test_it"}),
        (("bench/bench_training.py",), {"bench/bench_training.py::bench_it"}),
        (
            ("bench",),
            {"bench/bench_training.py::bench_it", "bench/train/bench_epoch.py::bench_it"},
        ),
    ],
    ids=lambda value: " ".join(value) or "nothing" if isinstance(value, tuple) else "",
)
def test_pytest_in_the_root_runs_the_tests_and_never_the_benchmark(
    typed: tuple[str, ...], found: set[str], checkout: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *typed, "--collect-only", "-q"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert {line for line in done.stdout.splitlines() if "::" in line} == found, done.stdout
