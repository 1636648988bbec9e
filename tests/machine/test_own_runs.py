"""The examples as a user would run them: timed, diagnosed, learned, and reported."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.measure.process import ROOT
from tests.run.typed import bench, read

pytestmark = pytest.mark.slow
EXAMPLES = {
    name: f"models/examples/{name}.py:make"
    for name in ("regression", "residual_cnn", "dict_transformer", "own_loader")
}


def script(name: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, f"scripts/{name}.py", *arguments],
        cwd=ROOT, env=dict(os.environ) | {"COLUMNS": "300"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def timed(path: Path, *arguments: str) -> Any:
    """The result file of a small run of somebody's own workloads."""
    code, output = bench(
        *("--batch-sizes", "16", "--epochs", "1,3", "--samples", "64", "--devices", "cpu"),
        *("--blocks", "1", "--suspect-repeats", "0", "--benchmark-json", str(path), *arguments),
    )
    assert code == 0, output
    return read(path)


def test_the_examples_are_timed_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    content = timed(path, "--workloads", ",".join(EXAMPLES.values()))
    assert {row["params"]["workload"] for row in content["benchmarks"]} == set(EXAMPLES)
    assert len(content["benchmarks"]) == 4 * 2
    loosely = [row["loosely"] for row in content["crossover"]["measurements"]]
    assert {True, False} == set(loosely)
    script("report", str(path), "--out", str(tmp_path / "out"))
    assert "residual_cnn" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    names = [file.name for file in (tmp_path / "out").iterdir()]
    assert any("residual-cnn" in name for name in names)
    assert not [name for name in names if ":" in name]


def test_a_dataloader_of_ones_own_is_timed_and_named_as_the_cause(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    content = timed(path, "--workloads", EXAMPLES["own_loader"], "--loop", "own", "--diagnose")
    assert content["crossover"]["run"]["loop"]["loader"] == "own"
    for row in content["crossover"]["diagnosis"]:
        assert row["parts"]["load_seconds"] > row["parts"]["forward_seconds"]
    script("report", str(path), "--out", str(tmp_path / "out"))
    assert "data-bound" in (tmp_path / "out" / "causes.csv").read_text()


def test_ones_own_network_is_learned_and_advised_on(tmp_path: Path) -> None:
    path = tmp_path / "box-learning.json"
    code, output = bench(
        *("--learning", "--workloads", EXAMPLES["residual_cnn"], "--batch-sizes", "16,32"),
        *("--optimizers", "adam", "--learning-rates", "0.003", "--seeds", "0,1", "--processes"),
        *("2", "--tuning-seeds", "100", "--target", "residual_cnn=0.6", "--cap-epochs", "5"),
        *("--benchmark-json", str(path)),
    )
    assert code == 0, output
    assert read(path)["crossover_learning"]["workloads"]["residual_cnn"]["goal_unit"] == "%"
    assert "60 % accuracy" in script("advise", str(path), "--workload", "residual_cnn")
