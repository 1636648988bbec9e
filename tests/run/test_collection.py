"""What pytest finds where: the tests in the root, the benchmark only where it is named."""

import os
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


def collected(folder: Path, *typed: str) -> tuple[set[str], str]:
    """The tests that pytest finds, and all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *typed, "--collect-only", "-q"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return {line for line in done.stdout.splitlines() if "::" in line}, done.stdout


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
    assert collected(checkout, *typed)[0] == found


def test_the_benchmark_asks_for_nothing_that_only_the_tests_need(checkout: Path) -> None:
    without = ("-p", "no:xdist", "-p", "no:hypothesispytest")
    assert len(collected(checkout, "bench", *without)[0]) == 2


USUAL, SLOW = (
    "test_every_room_has_a_fault",
    "test_without_a_fault_every_one_of_these_tests_is_green",
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("tests/faults",), {USUAL}),
        (("tests/faults", "--all"), {USUAL, SLOW}),
        (("tests/faults", "-m", "slow"), {SLOW}),
        (("tests/faults/test_mutations.py",), {SLOW}),
    ],
)
def test_slow_tests_are_left_out_and_counted_unless_they_are_asked_for(
    typed: tuple[str, ...], found: set[str]
) -> None:
    names, said = collected(ROOT, *typed)
    assert {name.rpartition("::")[2] for name in names} & {USUAL, SLOW} == found
    assert ("slow tests left out: bash .ci/run" in said) == (SLOW not in found)


def test_a_process_of_many_leaves_them_out_as_well() -> None:
    # `uv run pytest` is such a one: a process a core
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "1", "tests/faults", "-k", f"{USUAL} or {SLOW}"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if "XDIST" not in name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout
    assert " slow tests left out: " in done.stdout
