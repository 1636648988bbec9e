"""The session's real timing run: what its file holds, and that other tools read it."""

import subprocess
import sys

import pytest

from bench.allocators import in_force
from tests.real_runs import RealRun
from tests.run.typed import read, rounds_of


def test_a_round_is_a_process(real_timing: RealRun) -> None:
    content = read(real_timing.path)
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


def test_a_finished_run_says_so_and_leaves_only_its_result(real_timing: RealRun) -> None:
    path, output = real_timing
    content = read(path)
    assert content["crossover"]["complete"] is True
    assert content["crossover"]["planned"] == content["crossover"]["measured"] == 4
    assert content["crossover"]["absent"] == []
    assert [name.name for name in path.parent.iterdir()] == ["box.json"]
    assert "4 of 4 cells measured" in output
    assert "scripts/report.py" in output


def test_progress_is_visible_in_a_log(real_timing: RealRun) -> None:
    assert "[1/" in real_timing.output
    assert "left" in real_timing.output


def test_the_record_holds_what_is_needed_to_doubt_it(real_timing: RealRun) -> None:
    content = read(real_timing.path)
    machine = content["machine_info"]["crossover"]
    assert machine["machine"] == content["machine_info"]["node"] == "box"
    assert machine["torch"]
    assert machine["cpu"]
    (allocator,) = {one["allocator"] for one in content["crossover"]["processes"]}
    assert allocator == in_force()
    run = content["crossover"]["run"]
    assert run["command"].startswith("pytest bench --workloads mlp")
    assert run["seed"] == 0
    assert content["crossover"]["workloads"]["mlp"]["timed_from"]
    assert len(content["crossover"]["blocks"]) >= 2


def test_both_ends_of_the_batch_sizes_are_repeated(real_timing: RealRun) -> None:
    own = read(real_timing.path)["crossover"]
    again = [one for one in own["measurements"] if own["processes"][one["process"]]["again"]]
    assert sorted(one["batch_size"] for one in again) == [32, 32, 64, 64]


def test_pytest_benchmark_compares_the_file(real_timing: RealRun) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest_benchmark", "compare", str(real_timing.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "bench_training[mlp-32-1-cpu]" in done.stdout + done.stderr
