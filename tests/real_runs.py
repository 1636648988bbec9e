"""The runs of a test session that train for real: one of each kind, whoever looks at it."""

from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from tests.run.typed import bench

TIMING = (
    *("--workloads", "rnn", "--batch-sizes", "16,32", "--epochs", "1,2", "--samples", "64"),
    *("--devices", "cpu", "--blocks", "1", "--suspect-repeats", "0", "--measured-epochs", "all"),
    "--diagnose",
)
LEARNING = (
    *("--learning", "--workloads", "lstm,mlp", "--batch-sizes", "32,270"),
    *("--optimizers", "adam", "--learning-rates", "0.01,0.001,10000", "--seeds", "0,1,2"),
    *("--tuning-seeds", "100", "--target", "lstm=0.5,mlp=0.6", "--processes", "2"),
)
REAL_LEARNING = (*LEARNING, "--train-samples", "270", "--processes", "1")
"""Samples enough for both batch sizes, and too few to import torch twice for."""


class RealRun(NamedTuple):
    """The result file of a finished run, in a folder of its own, and what it said."""

    path: Path
    output: str


def _once(
    arguments: tuple[str, ...],
    name: str,
    request: pytest.FixtureRequest,
    factory: pytest.TempPathFactory,
) -> RealRun:
    """The run, measured by the first process of pytest-xdist that asks for it."""
    base = factory.getbasetemp()
    folder = (base.parent if hasattr(request.config, "workerinput") else base) / f"real-{name}"
    path, said = folder / "box.json", folder.with_suffix(".txt")
    with FileLock(folder.with_suffix(".lock")):
        if not said.exists():
            folder.mkdir()
            code, output = bench(*arguments, "--benchmark-json", str(path), whole=True)
            said.write_text(f"{code}\n{output}")
    status, _, words = said.read_text().partition("\n")
    assert status == "0", words
    return RealRun(path, words)


@pytest.fixture(scope="session")
def real_timing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> RealRun:
    """A block of a network on the CPU, and its diagnosis."""
    return _once(TIMING, "timing", request, tmp_path_factory)


@pytest.fixture(scope="session")
def real_learning(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> RealRun:
    """A learning run to low targets."""
    return _once(REAL_LEARNING, "learning", request, tmp_path_factory)
