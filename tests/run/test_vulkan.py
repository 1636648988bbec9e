"""The whole way with two devices: CPU and Vulkan, from the command line to the report's words."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.measure.process import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.vulkan]

COMMAND = (
    *("bench", "--devices", "cpu,vulkan", "--workloads", "mlp,lstm", "--batch-sizes", "16,32"),
    *("--epochs", "1,2", "--samples", "32", "--blocks", "3", "--suspect-repeats", "0"),
    "--busy-ok",
    *("-k", "mlp or lstm-16-1-vulkan"),  # one cell is enough to see what is unsupported
)


def without(reason: str) -> None:
    """Skips for lack of a device, or fails where one is demanded."""
    if os.environ.get("CROSSOVER_REQUIRE_VULKAN") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("torchvulkan") is None:
        without("torchvulkan is not installed: uv sync --group vulkan")
    path = tmp_path_factory.mktemp("vulkan") / "box.json"
    done = run("-m", "pytest", *COMMAND, "--benchmark-json", str(path))
    if "vulkan: no device" in done.stdout:
        without("no Vulkan driver: apt-get install mesa-vulkan-drivers libvulkan1")
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture
def content(result: Path) -> Any:
    return json.loads(result.read_text())


def test_every_cell_is_a_row_timed_or_with_a_reason(content: Any) -> None:
    cells = len(content["benchmarks"]) + len(content["crossover"]["absent"])
    assert cells == content["crossover"]["planned"] == 2 * 2 * 2 + 1
    assert content["crossover"]["complete"] is True


def test_the_second_device_really_trained(content: Any) -> None:
    rows = [row for row in content["benchmarks"] if row["params"]["device"] == "vulkan"]
    assert len(rows) == 4
    processes = content["crossover"]["processes"]
    places = {one["trained_on"] for one in processes if one["side"] == "vulkan"}
    assert places == {"vulkan:0"}


def test_the_accelerator_is_called_what_it_is(content: Any) -> None:
    (card,) = content["machine_info"]["crossover"]["accelerators"]
    assert card["software"] is True
    assert "llvmpipe" in card["name"]


def test_both_devices_did_the_same_work(content: Any) -> None:
    losses: dict[tuple[str, int], list[float]] = {}
    processes = content["crossover"]["processes"]
    for one in content["crossover"]["measurements"]:
        key = (processes[one["process"]]["workload"], one["batch_size"])
        losses.setdefault(key, []).append(one["first_loss"])
    for (workload, _), values in losses.items():
        assert values == pytest.approx([values[0]] * len(values), rel=1e-3), workload
    marks = [mark for row in content["benchmarks"] for mark in row["extra_info"]["suspect"]]
    assert not [mark for mark in marks if "loss" in mark]


def test_an_operation_that_the_device_lacks_is_unsupported_and_says_what_torch_said(
    content: Any,
) -> None:
    absent = content["crossover"]["absent"]
    assert {(row["workload"], row["device"], row["reason"]) for row in absent} == {
        ("lstm", "vulkan", "unsupported")
    }
    assert all("_thnn_fused_lstm_cell" in row["detail"] for row in absent)


def test_the_report_reads_the_file_and_names_the_device(result: Path, tmp_path: Path) -> None:
    done = run("scripts/report.py", str(result), "--out", str(tmp_path / "report"))
    assert done.returncode == 0, done.stderr
    assert "a software rasteriser" in " ".join(done.stdout.split())
    assert "unsupported" in done.stdout
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert {"verdicts.csv", "crossovers.csv", "break_even.csv"} <= names
    assert any(name.startswith("heat") and name.endswith(".png") for name in names)


def test_two_runs_of_the_same_work_are_compared(content: Any, tmp_path: Path) -> None:
    for row in (*content["benchmarks"], *content["crossover"]["blocks"]):
        row.get("extra_info", row)[
            "suspect"
        ] = []  # whether this host was quiet is not the question
    paths = [tmp_path / "one.json", tmp_path / "other.json"]
    for path in paths:
        path.write_text(json.dumps(content))
    done = run("scripts/compare.py", *map(str, paths))
    assert done.returncode == 0, done.stderr
    assert "1.00x" in done.stdout
    assert "Geometric means" in done.stdout
