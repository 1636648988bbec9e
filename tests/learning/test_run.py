"""`pytest bench --learning` as a user types it; one run trains for real, the others by a rule."""

import signal
import subprocess
import sys
from pathlib import Path

from scripts.read import learning
from scripts.read.learning import epochs_to_target
from scripts.read.learning_file import KEY
from tests.real_runs import LEARNING, RealRun
from tests.run.typed import STUBBED, answers_to, bench, read, started, wait_for_answers


def test_a_finished_run_leaves_a_whole_file_that_the_reading_half_takes(
    real_learning: RealRun,
) -> None:
    path, output = real_learning
    assert read(path)[KEY]["complete"] is True
    assert [other.name for other in path.parent.iterdir()] == [path.name]
    epochs = epochs_to_target(learning.load([path]))
    assert list(zip(epochs["workload"], epochs["batch_size"], strict=True)) == [
        ("lstm", 32), ("lstm", 270), ("mlp", 32), ("mlp", 270),
    ]  # fmt: skip
    assert epochs["epochs"].notna().all()
    assert "epochs to accuracy 0.5" in output
    assert f"written: {path}" in output


def test_every_run_of_the_grid_is_a_row_diverged_ones_too(real_learning: RealRun) -> None:
    rows = read(real_learning.path)[KEY]["runs"]
    assert len(rows) == 4 * (3 * 1 + 3)
    wild = [row for row in rows if row["learning_rate"] == 10_000]
    assert len(wild) == 4
    assert {row["ended"] for row in wild} <= {"diverged", "hopeless"}
    assert all(row["detail"] for row in wild)
    for row in rows:
        assert row["ended"] != "target" or len(row["steps"]) > min(10, row["steps"][-1])


def test_the_rows_of_pytest_benchmark_are_the_epochs_of_the_figure_seeds(
    real_learning: RealRun,
) -> None:
    document = read(real_learning.path)
    epochs = epochs_to_target(learning.load([real_learning.path]))
    for row, cell in zip(document["benchmarks"], epochs.to_dict("records"), strict=True):
        assert row["name"] == f"bench_learning[{cell['workload']}-{cell['batch_size']}-adam]"
        assert sorted(row["stats"]["data"]) == sorted(cell["steps"] / cell["steps_an_epoch"])
        assert row["extra_info"]["learning_rate"] == cell["learning_rate"]


def test_pytest_benchmarks_own_compare_reads_the_file(real_learning: RealRun) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest_benchmark", "compare", str(real_learning.path)],
        cwd=real_learning.path.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "bench_learning[mlp-32-adam]" in done.stdout


def test_an_existing_result_is_not_overwritten_unasked(real_learning: RealRun) -> None:
    before = real_learning.path.read_bytes()
    code, output = bench(*STUBBED, *LEARNING, "--benchmark-json", str(real_learning.path))
    assert code == 4
    assert "exists; name another file or replace it with --overwrite" in output
    assert real_learning.path.read_bytes() == before


def test_a_run_that_was_killed_is_resumed_and_ends_with_the_same_runs(tmp_path: Path) -> None:
    path, journal = tmp_path / "box-learning.json", tmp_path / "box-learning.journal.jsonl"
    whole = tmp_path / "whole-learning.json"
    code, output = bench(*STUBBED, *LEARNING, "--benchmark-json", str(whole))
    assert code == 0, output
    arguments = (*STUBBED, *LEARNING, "--benchmark-json", str(path))
    with started(*arguments, hold=(journal, 3)) as process:
        wait_for_answers(process, journal, 3)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert not path.exists()
    assert journal.read_bytes().count(b'"kind": "race"') >= 3
    code, output = bench(*arguments, "--resume")
    assert code == 0, output
    runs = read(path)[KEY]["runs"]
    assert runs == read(whole)[KEY]["runs"]
    assert len(runs) == 4 * (3 * 1 + 3)
    assert not journal.exists()


def test_a_run_to_the_end_trains_every_figure_seed_to_the_last_epoch(tmp_path: Path) -> None:
    path = tmp_path / "end-learning.json"
    more = ("--to-end", "--train-samples", "200", "--cap-epochs", "40", "--target", "0.9")
    code, output = bench(*STUBBED, *LEARNING, *more, "--benchmark-json", str(path))
    assert code == 0, output
    own = read(path)[KEY]
    assert (own["run"]["to_end"], own["run"]["train_samples"]) == (True, 200)
    assert {about["train_samples"] for about in own["workloads"].values()} == {200}
    assert {run["batch_size"] for run in own["runs"]} == {32, 200}
    figures = [run for run in own["runs"] if run["seed"] < 100]
    last = {32: 143 * 7, 200: 1000}  # whole epochs, 40 and a thousand steps at least
    assert {run["steps"][-1] - last[run["batch_size"]] for run in figures} == {0}
    assert learning.load([path])["cut"].all()


def test_ctrl_c_leaves_what_was_trained_and_says_how_to_go_on(tmp_path: Path) -> None:
    path, journal = tmp_path / "box-learning.json", tmp_path / "box-learning.journal.jsonl"
    arguments = (*STUBBED, *LEARNING, "--benchmark-json", str(path))
    with started(*arguments, hold=(journal, 1)) as process:
        wait_for_answers(process, journal, 1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
    assert process.returncode == 2, output
    assert "finish with the same command and --resume" in output
    own = read(path)[KEY]
    assert own["complete"] is False
    assert {row["reason"] for row in own["absent"]} == {"interrupted"}
    assert journal.exists()
    before = path.read_bytes()
    code, output = bench(*arguments, "--seeds", "0,1", "--resume")
    assert code == 4
    assert "is of another run: figure_seeds was [0, 1, 2] and is [0, 1]" in output
    assert path.read_bytes() == before


def test_collecting_shows_the_cells_of_learning_or_of_timing_never_both() -> None:
    code, output = bench(*STUBBED, "--learning", "--collect-only", "-q")
    assert code == 0
    assert "bench_learning[mlp-4000-sgd]" in output
    assert "bench_training" not in output
    code, output = bench(*STUBBED, "--collect-only", "-q", "--devices", "cpu")
    assert code == 0
    assert "bench_training[mlp-8-1-cpu]" in output
    assert "bench_learning" not in output


def test_where_the_table_has_no_room_each_row_is_a_sentence(tmp_path: Path) -> None:
    typed = ["--learning", "--workloads", "mlp", "--batch-sizes", "32", "--optimizers", "adam"]
    [said] = answers_to([[*typed, "--benchmark-json", str(tmp_path / "l.json")]], COLUMNS="40")
    assert said.code == 0
    words = " ".join(said.output.split())
    assert "batch size 32; optimiser adam; learning rate" in words
    assert "median [lowest to highest]" in words
