"""`pytest bench` as a user types it: real processes and files, whose workers answer by a rule."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench.measure.process import ROOT
from tests.run.typed import STUBBED, bench, read, rounds_of, started, wait_for_answers

TINY = (
    *("--workloads", "mlp", "--batch-sizes", "32,64", "--epochs", "1,2", "--samples", "64"),
    *("--suspect-repeats", "0"),
)
LONG = (*STUBBED, *TINY, "--devices", "cpu", "--blocks", "2")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run's result."""
    path = tmp_path_factory.mktemp("results") / "box.json"
    code, output = bench(*LONG, "--benchmark-json", str(path))
    assert code == 0, output
    return path


def test_no_worker_of_these_runs_trains(finished: Path) -> None:
    measurements = read(finished)["crossover"]["measurements"]
    assert {round(one["epoch_seconds"][0], 3) for one in measurements} == {0.001}


def test_an_existing_result_is_not_overwritten_unless_asked(finished: Path) -> None:
    before = finished.read_bytes()
    code, output = bench(*STUBBED, *TINY, "--benchmark-json", str(finished))
    assert code == 4
    assert "--overwrite" in output
    assert finished.read_bytes() == before


def test_a_finished_run_has_nothing_to_resume(finished: Path) -> None:
    code, output = bench(*STUBBED, *TINY, "--resume", "--benchmark-json", str(finished))
    assert code == 4
    assert "resume" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sides", "cpu,cuda+speed"), "--sides cuda+speed: no such setting"),
        (("--benchmark-json", "/proc/none/x.json"), "cannot be written"),
    ],
)
def test_a_wrong_value_is_one_line_and_exit_status_4(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    if "--benchmark-json" not in arguments:
        arguments = (*arguments, "--benchmark-json", str(tmp_path / "box.json"))
    code, output = bench(*STUBBED, *arguments)
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
    assert row["name"] == "bench_training[mlp-64-1-cpu]"
    assert row["extra_info"]["side"] == "cpu"


def test_sides_that_differ_in_a_setting_have_it_as_an_axis(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(
        *(*STUBBED, *TINY, "--sides", "cpu,cpu+threads=1", "--blocks", "1", "-k", "64-1"),
        *("--benchmark-json", str(path)),
    )
    assert code == 0, output
    content = read(path)
    rows = content["benchmarks"]
    assert [row["params"]["threads"] for row in rows] == [0, 1]
    assert [row["extra_info"]["side"] for row in rows] == ["cpu", "cpu+threads=1"]
    assert rounds_of(content, rows[1])[0]["threads"] == 1


def assert_refused(words: str, *arguments: str, path: Path) -> None:
    code, output = bench(*arguments, "--benchmark-json", str(path))
    assert code == 4
    assert words in output


@pytest.mark.parametrize("end", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_a_run_that_was_cut_short_is_finished_by_resume(tmp_path: Path, end: str) -> None:
    path, journal = tmp_path / "box.json", tmp_path / "box.journal.jsonl"
    with started(*LONG, "--benchmark-json", str(path), hold=(journal, 5)) as process:
        wait_for_answers(process, journal, 5)
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(getattr(signal, end))
        output, _ = process.communicate()
    assert process.returncode != 0
    _, alive = psutil.wait_procs(children, timeout=300)
    assert alive == []
    lines = list(map(json.loads, journal.read_text().splitlines()))
    kept = [line["answer"] for line in lines if line["kind"] == "answer"]
    assert len(kept) == 5
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
    kept_seconds = {json.dumps(answer["figures"]["epoch_seconds"]) for answer in kept}
    rows = content["crossover"]["measurements"]
    found = {json.dumps(row["epoch_seconds"]) for row in rows}
    # The first block is kept; the second, which was torn, is measured anew as a whole.
    assert len(kept_seconds & found) == 4
    assert len(rows) == 8
    assert not journal.exists()


def test_a_second_run_on_the_same_file_is_refused_while_the_first_is_there(tmp_path: Path) -> None:
    path, journal = tmp_path / "box.json", tmp_path / "box.journal.jsonl"
    with started(*LONG, "--benchmark-json", str(path), hold=(journal, 1)) as process:
        wait_for_answers(process, journal, 1)
        assert_refused("another run is writing", *LONG, path=path)
        assert_refused("another run is writing", *LONG, "--resume", path=path)
        assert process.poll() is None
    code, output = bench(*LONG, "--resume", "--benchmark-json", str(path))
    assert code == 0, output


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
    assert "2080 tests collected" in done.stdout
    assert "imported: [] exit: 0" in done.stdout


def test_help_explains_every_option_and_asks_for_no_file() -> None:
    code, output = bench("--help")
    assert code == 0
    flags = (
        "--workloads",
        "--batch-sizes",
        "--sides",
        "--preset",
        "--resume",
        "--find-crossover",
    )
    assert all(flag in output for flag in flags)
