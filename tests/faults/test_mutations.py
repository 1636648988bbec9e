"""The harness mutated on purpose: each fault that makes numbers wrong turns a named test red.

With `-n 2` two faults are tried at a time. CROSSOVER_QUARTER=0 to 3 tries every fourth one.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from bench.measure.process import ROOT
from tests.faults.every import FAULTS

pytestmark = pytest.mark.slow
FAST = ("-m", "not slow and not vulkan", "-p", "no:cacheprovider", "-p", "no:xdist")
MOST_SECONDS = 150
"""For the tests of one fault; they take a few."""
LATER = itertools.count(2_000_000_000)
"""Times of change, a new one for each: by it Python knows that a file is to be compiled anew."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's code that may be broken."""
    folder = tmp_path_factory.mktemp("mutated")
    for name in ("bench", "models", "scripts", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    (folder / "results").symlink_to(ROOT / "results")  # read only
    return folder


def passes(copy: Path, *tests: str, most_seconds: float | None = None) -> bool:
    """Whether tests are green; one that a fault keeps from ending is not."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:  # orphans would hold a pipe
        child = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-x", *FAST, *(f"tests/{one}" for one in tests)],
            cwd=copy,
            env={name: value for name, value in os.environ.items() if "DONTWRITE" not in name},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = child.wait(most_seconds)
        except subprocess.TimeoutExpired:
            return False
        finally:
            with suppress(ProcessLookupError):  # what a fault leaves running ends here
                os.killpg(child.pid, signal.SIGKILL)
        file.seek(0)
        said = file.read()
    assert status in (0, 1) or "KeyboardInterrupt" in said, said
    return status == 0


def change(file: Path, source: str) -> None:
    file.write_text(source)
    os.utime(file, (moment := next(LATER), moment))


QUARTER = os.environ.get("CROSSOVER_QUARTER")
TRIED = [*FAULTS][int(QUARTER) :: 4] if QUARTER else [*FAULTS]


def test_without_a_fault_every_one_of_these_tests_is_green(copy: Path) -> None:
    assert passes(copy, *dict.fromkeys(FAULTS[name].found_by for name in TRIED))


@pytest.mark.parametrize("name", TRIED)
def test_a_fault_of_the_harness_turns_its_test_red(copy: Path, name: str) -> None:
    fault = FAULTS[name]
    file = copy / fault.file
    source = file.read_text()
    change(file, source.replace(fault.was, fault.becomes))
    try:
        assert not passes(copy, fault.found_by, most_seconds=MOST_SECONDS)
    finally:
        change(file, source)
