"""`pytest bench` as a user types it: real processes and files; one run of them trains for real."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.measure.process import ROOT
from tests.run.typed import STUBBED, bench, read, started, wait_for_answers

pytestmark = pytest.mark.slow

TINY = (
    "--workloads",
    "mlp",
    "--batch-sizes",
    "32,64",
    "--epochs",
    "1,2",
    "--samples",
    "64",
    "--suspect-repeats",
    "0",
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A finished run on the CPU and on a CUDA device that a machine may or may not have."""
    path = tmp_path_factory.mktemp("results") / "box.json"
    code, output = bench(*TINY, "--blocks", "2", "--devices", "cpu", "--benchmark-json", str(path))
    assert code == 0, output
    return path, output


def rounds_of(content: Any, row: Any) -> list[Any]:
    """A cell's measurements, each with the figures of its process."""
    own = content["crossover"]
    joined = [own["processes"][one["process"]] | one for one in own["measurements"]]
    axes = ("workload", "batch_size", "device")
    return [
        one
        for one in joined
        if not one["again"]
        and all(one[axis] == row["params"][axis] for axis in axes)
        and one.get("threads_asked") == row["params"].get("threads")
    ]


def test_a_round_is_a_process(finished: tuple[Path, str]) -> None:
    content = read(finished[0])
    assert len(content["benchmarks"]) == 4
    for row in content["benchmarks"]:
        rounds = rounds_of(content, row)
        assert row["stats"]["rounds"] == len(rounds) == 2
        assert [one["block"] for one in rounds] == [0, 1]
        for seconds, one in zip(row["stats"]["data"], rounds, strict=True):
            surplus = max(0.0, one["first_step_seconds"] - one["warm_step_seconds"])
            epochs = sum(one["epoch_seconds"][: row["params"]["epochs"]])
            expected = one["context_seconds"] + one["transfer_seconds"] + surplus + epochs
            assert seconds == pytest.approx(expected, rel=1e-12)


def test_a_finished_run_says_so_and_leaves_only_its_result(finished: tuple[Path, str]) -> None:
    path, output = finished
    content = read(path)
    assert content["crossover"]["complete"] is True
    assert content["crossover"]["planned"] == content["crossover"]["measured"] == 4
    assert content["crossover"]["absent"] == []
    assert [name.name for name in path.parent.iterdir()] == ["box.json"]
    assert "4 of 4 cells measured" in output
    assert "scripts/report.py" in output


def test_progress_is_visible_in_a_log(finished: tuple[Path, str]) -> None:
    assert "[1/" in finished[1]
    assert "left" in finished[1]


def test_the_record_holds_what_is_needed_to_doubt_it(finished: tuple[Path, str]) -> None:
    content = read(finished[0])
    machine = content["machine_info"]["crossover"]
    assert machine["machine"] == content["machine_info"]["node"] == "box"
    assert machine["torch"]
    assert machine["cpu"]
    run = content["crossover"]["run"]
    assert run["command"].startswith("pytest bench --workloads mlp")
    assert run["seed"] == 0
    assert content["crossover"]["workloads"]["mlp"]["timed_from"]
    assert len(content["crossover"]["blocks"]) >= 2


def test_both_ends_of_the_batch_sizes_are_repeated(finished: tuple[Path, str]) -> None:
    own = read(finished[0])["crossover"]
    again = [one for one in own["measurements"] if own["processes"][one["process"]]["again"]]
    assert sorted(one["batch_size"] for one in again) == [32, 32, 64, 64]


def test_pytest_benchmark_compares_the_file(finished: tuple[Path, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest_benchmark", "compare", str(finished[0])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "bench_training[mlp-32-1-cpu]" in done.stdout + done.stderr


def test_an_existing_result_is_not_overwritten_unless_asked(finished: tuple[Path, str]) -> None:
    before = finished[0].read_bytes()
    code, output = bench(*TINY, "--benchmark-json", str(finished[0]))
    assert code == 4
    assert "--overwrite" in output
    assert finished[0].read_bytes() == before


def test_a_finished_run_has_nothing_to_resume(finished: tuple[Path, str]) -> None:
    code, output = bench(*TINY, "--resume", "--benchmark-json", str(finished[0]))
    assert code == 4
    assert "resume" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--batch-sizes", "0"), "--batch-sizes 0"),
        (("--devices", "cpu:1"), "--devices cpu:1"),
        (("--workloads", "foo"), "--workloads foo"),
        (("--benchmark-json", "."), "is a directory"),
        (("--benchmark-json", "/proc/none/x.json"), "cannot be written"),
        (("-n", "2"), "leave -n out"),
    ],
)
def test_a_wrong_value_is_one_line_and_exit_status_4(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    if "--benchmark-json" not in arguments:
        arguments = (*arguments, "--benchmark-json", str(tmp_path / "box.json"))
    code, output = bench(*arguments)
    assert code == 4
    assert [line for line in output.splitlines() if words in line] == [output.strip()]
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_is_not_there_is_rows_with_a_reason_and_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(*STUBBED, *TINY, "--devices", "mtia", "--benchmark-json", str(path))
    assert code == 0, output
    content = read(path)
    assert content["benchmarks"] == []
    assert [row["reason"] for row in content["crossover"]["absent"]] == ["no device"] * 4
    assert content["crossover"]["complete"] is True
    assert "4 not measured: mlp on mtia: no device" in output


def test_pytests_own_selection_selects_cells(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(
        *(*STUBBED, *TINY, "--devices", "cpu", "--blocks", "1", "-k", "mlp-64-1"),
        *("--benchmark-json", str(path)),
    )
    assert code == 0, output
    (row,) = read(path)["benchmarks"]
    assert row["params"] == {"workload": "mlp", "batch_size": 64, "epochs": 1, "device": "cpu"}


def test_threads_asked_for_are_an_axis(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(
        *(*STUBBED, *TINY, "--devices", "cpu", "--blocks", "1", "--threads", "1,2", "-k", "64-1"),
        *("--benchmark-json", str(path)),
    )
    assert code == 0, output
    content = read(path)
    rows = content["benchmarks"]
    assert [row["params"]["threads"] for row in rows] == [1, 2]
    assert [rounds_of(content, row)[0]["threads"] for row in rows] == [1, 2]


LONG = (*STUBBED, *TINY, "--devices", "cpu", "--blocks", "2")


def assert_refused(words: str, *arguments: str, path: Path) -> None:
    code, output = bench(*arguments, "--benchmark-json", str(path))
    assert code == 4
    assert words in output


@pytest.mark.parametrize("end", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_a_run_that_was_cut_short_is_finished_by_resume(tmp_path: Path, end: str) -> None:
    path, journal = tmp_path / "box.json", tmp_path / "box.journal.jsonl"
    with started(*LONG, "--benchmark-json", str(path), hold=(journal, 3)) as process:
        wait_for_answers(process, journal, 3)
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(getattr(signal, end))
        output, _ = process.communicate()
    assert process.returncode != 0
    _, alive = psutil.wait_procs(children, timeout=300)
    assert alive == []
    kept = [line for line in journal.read_text().splitlines() if '"measured"' in line]
    assert len(kept) >= 3
    if end == "SIGKILL":
        assert not path.exists()
        assert_refused("--resume", *LONG, path=path)
        assert_refused("blocks was 2 and is 3", *LONG, "--blocks", "3", "--resume", path=path)
    else:
        assert "--resume" in output
        assert process.returncode == 2
        assert read(path)["crossover"]["complete"] is False

    code, output = bench(*LONG, "--resume", "--benchmark-json", str(path))
    assert code == 0, output
    content = read(path)
    assert content["crossover"]["complete"] is True
    assert len(content["benchmarks"]) == 4
    kept_seconds = {json.dumps(json.loads(line)["epoch_seconds"]) for line in kept}
    rows = content["crossover"]["measurements"]
    found = {json.dumps(row["epoch_seconds"]) for row in rows}
    assert kept_seconds <= found
    assert not journal.exists()


COLLECT = """
import sys, pytest
code = pytest.main(["bench", "--collect-only", "-q", "--preset", "full", "--devices", "cpu,cuda"])
heavy = [name for name in ("torch", "pandas", "numpy", "scipy", "models") if name in sys.modules]
print("imported:", heavy, "exit:", int(code))
"""


def test_collecting_the_full_grid_imports_nothing_that_training_needs_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COLLECT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "1170 tests collected" in done.stdout
    assert "imported: [] exit: 0" in done.stdout


def test_help_explains_every_option_and_asks_for_no_file() -> None:
    code, output = bench("--help")
    assert code == 0
    flags = (
        "--workloads",
        "--batch-sizes",
        "--devices",
        "--preset",
        "--resume",
        "--find-crossover",
    )
    assert all(flag in output for flag in flags)
