"""`pytest bench` with studies as a user types it: real processes, real files, the real report."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.measure.process import ROOT
from tests.real_runs import RealRun
from tests.run.typed import STUBBED, bench, read, rounds_of, started, wait_for_answers

SMALL = (
    *("--workloads", "rnn", "--batch-sizes", "16,32", "--epochs", "1", "--samples", "64"),
    *("--blocks", "1", "--suspect-repeats", "0", "--devices", "cpu"),
)


def test_a_run_with_studies_is_complete_and_its_verdict_cells_are_its_own(
    real_diagnosis: RealRun,
) -> None:
    own = read(real_diagnosis.path)["crossover"]
    assert own["complete"] is True
    assert (own["planned"], own["measured"]) == (4, 4)
    assert {process["side"] for process in own["processes"]} == {"cpu", "cpu+fused"}
    assert len(own["processes"]) == 2 + 3


def test_every_cell_is_diagnosed(real_diagnosis: RealRun) -> None:
    rows = read(real_diagnosis.path)["crossover"]["diagnosis"]
    assert [row["batch_size"] for row in sorted(rows, key=lambda row: row["batch_size"])] == [
        16,
        32,
    ]
    for row in rows:
        assert row["parts"]["forward_seconds"] > 0
        assert row["parts"]["backward_seconds"] > 0
        assert row["operations"] > row["sequence_length"] == 29
        assert row["flops"] > 0
        assert row["host_reads"] == 0
        assert row["device_busy_seconds"] is None


def test_the_machines_peaks_are_measured_once(real_diagnosis: RealRun) -> None:
    (peak,) = read(real_diagnosis.path)["crossover"]["peaks"]
    figures = ("matmul_flops_per_second", "copy_bytes_per_second", "operation_seconds")
    assert all(peak[figure] > 0 for figure in figures)


def test_a_remedy_is_a_side_measured_beside_the_plain_one(real_diagnosis: RealRun) -> None:
    content = read(real_diagnosis.path)
    rounds = {
        row["extra_info"]["side"]: [one["block"] for one in rounds_of(content, row)]
        for row in content["benchmarks"]
    }
    assert rounds == {"cpu": [0, 1], "cpu+fused": [1]}
    assert [row["params"]["optimizer_implementation"] for row in content["benchmarks"]] == [
        *("foreach", "fused"),
        *("foreach", "fused"),
    ]


@pytest.mark.slow
def test_the_ladder_trains_the_same_network_by_every_loop_and_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(*SMALL, "--ladder", "--benchmark-json", str(path))
    assert code == 0, output
    own = read(path)["crossover"]
    sides = [process["side"] for process in own["processes"]]
    assert set(sides) == {
        *("cpu", "cpu+loop=course", "cpu+loop=no-evaluation"),
        *("cpu+loop=vectorised-gather", "cpu+loop=padded"),
    }
    losses = [row["loss"] for row in own["measurements"] if row["batch_size"] == 16]
    assert max(losses) - min(losses) < 1e-3
    assert "ladder-box-rnn.png" in report(path, tmp_path / "out")[1]


def report(path: Path, out: Path) -> tuple[str, set[str]]:
    """What the report of a result says, and the files that it wrote."""
    command = [sys.executable, "scripts/report.py", str(path), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, {file.name for file in out.iterdir()}


def test_the_report_of_a_real_run_names_causes_and_remedies(
    real_diagnosis: RealRun, tmp_path: Path
) -> None:
    _said, names = report(real_diagnosis.path, tmp_path)
    assert {"causes.csv", "remedies.csv", "parts-box-rnn.png"} <= names


def test_a_run_cut_short_in_a_study_is_finished_by_resume(tmp_path: Path) -> None:
    path, journal = tmp_path / "box.json", tmp_path / "box.journal.jsonl"
    arguments = (*STUBBED, *SMALL, "--remedies", "fused", "--benchmark-json", str(path))
    with started(*arguments, hold=(journal, 5)) as process:  # four are of the cells themselves
        wait_for_answers(process, journal, 5)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
    assert process.returncode == 2, output
    assert read(path)["crossover"]["complete"] is False
    code, output = bench(*arguments, "--resume")
    assert code == 0, output
    own = read(path)["crossover"]
    assert own["complete"] is True
    assert {one["side"] for one in own["processes"]} == {"cpu", "cpu+fused"}
    assert {one["block"] for one in own["processes"] if one["side"] == "cpu+fused"} == {1}
    assert not journal.exists()


def test_the_course_loop_is_recorded_in_its_run(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(
        *(*STUBBED, "--workloads", "mlp", "--batch-sizes", "32", "--epochs", "1"),
        *("--samples", "64", "--blocks", "1", "--suspect-repeats", "0", "--devices", "cpu"),
        *("--loop", "course", "--benchmark-json", str(path)),
    )
    assert code == 0, output
    assert read(path)["crossover"]["run"]["loop"] == {
        "loader": "dataloader",
        "placement": "per-batch",
        "gather": "list",
        "sequences": "packed",
        "evaluate": "every-epoch",
        "deterministic": True,
    }


@pytest.mark.slow
@pytest.mark.vulkan
def test_a_second_device_is_diagnosed_too(tmp_path: Path) -> None:
    if importlib.util.find_spec("torchvulkan") is None:
        if os.environ.get("CROSSOVER_REQUIRE_VULKAN") == "1":
            pytest.fail("torchvulkan is not installed: uv sync --group vulkan")
        pytest.skip("torchvulkan is not installed: uv sync --group vulkan")
    path = tmp_path / "box.json"
    code, output = bench(
        *("--workloads", "mlp", "--batch-sizes", "32", "--epochs", "1", "--samples", "64"),
        *("--blocks", "1", "--suspect-repeats", "0", "--devices", "cpu,vulkan", "--diagnose"),
        *("--benchmark-json", str(path)),
    )
    assert code == 0, output
    own: Any = json.loads(path.read_text())["crossover"]
    if any(row["reason"] == "no device" for row in own["absent"]):
        pytest.skip("no Vulkan driver: apt-get install mesa-vulkan-drivers libvulkan1")
    rows = {row["side"]: row for row in own["diagnosis"]}
    assert rows["vulkan"]["operations"] == rows["cpu"]["operations"]
    assert rows["vulkan"]["flops"] == rows["cpu"]["flops"]
    assert rows["vulkan"]["host_enqueue_seconds"] <= rows["vulkan"]["alone_seconds"]
    assert {peak["side"] for peak in own["peaks"]} == {"cpu", "vulkan"}
