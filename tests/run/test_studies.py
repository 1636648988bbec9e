"""`pytest bench` with studies as a user types it: real processes, real files, the real report."""

import importlib.util
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.run.typed import STUBBED, bench, read, report, rounds_of, started, wait_for_answers

SMALL = (
    *("--workloads", "rnn", "--batch-sizes", "16,32", "--epochs", "1", "--samples", "64"),
    *("--blocks", "1", "--suspect-repeats", "0", "--devices", "cpu"),
)


@pytest.mark.slow
def test_the_ladder_and_a_remedy_train_the_same_network_and_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(*SMALL, "--ladder", "--remedies", "fused", "--benchmark-json", str(path))
    assert code == 0, output
    own = read(path)["crossover"]
    sides = [process["side"] for process in own["processes"]]
    assert set(sides) == {
        *("cpu", "cpu+loop=course", "cpu+loop=no-evaluation"),
        *("cpu+loop=vectorised-gather", "cpu+loop=padded", "cpu+fused"),
    }
    losses = [row["loss"] for row in own["measurements"] if row["batch_size"] == 16]
    assert max(losses) - min(losses) < 1e-3
    assert {"ladder-box-rnn.png", "remedies.csv"} <= report(path, tmp_path / "out")


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
    content = read(path)
    assert content["crossover"]["complete"] is True
    for row in content["benchmarks"]:
        blocks, told = {"cpu": ([0, 1], "foreach"), "cpu+fused": ([1], "fused")}[
            row["extra_info"]["side"]
        ]
        assert [one["block"] for one in rounds_of(content, row)] == blocks
        assert row["params"]["optimizer_implementation"] == told
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
