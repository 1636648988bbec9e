"""The harness mutated on purpose: each fault that makes numbers wrong turns a named test red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure.process import ROOT
from tests.run.faults import FAULTS

pytestmark = pytest.mark.slow
FAST = ("-m", "not slow and not vulkan")


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
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *FAST]
        + [f"tests/{test}" for test in tests],
        cwd=copy,
        env=dict(os.environ) | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    ended = done.returncode in (0, 1) or "KeyboardInterrupt" in done.stdout
    assert ended, done.stdout + done.stderr
    return done.returncode == 0


def test_without_a_fault_every_one_of_these_tests_is_green(copy: Path) -> None:
    assert passes(copy, *dict.fromkeys(fault.found_by for fault in FAULTS.values()))


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


def test_every_room_with_logic_of_its_own_has_a_fault() -> None:
    rooms = {fault.file.rpartition("/")[0] for fault in FAULTS.values()}
    assert len(FAULTS) >= 30
    assert rooms >= {
        *("bench/train", "bench/measure", "bench/record", "bench/why", "bench/learning"),
        *("bench/console", "bench/machine", "models", "scripts/read", "scripts/judge"),
        *("scripts/machines", "scripts/why", "scripts/words", "scripts/figures"),
    }
