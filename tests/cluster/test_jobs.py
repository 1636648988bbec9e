"""What a job does, which jobs a command comes to, and what is refused before one is submitted."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.measure.process import ROOT
from scripts.cluster.gather import gathered
from scripts.cluster.job import BENCH, Job
from scripts.cluster.plan import Kind, batches_of, cells_of, kinds_of
from scripts.cluster.queue import Queue
from scripts.fleet import main
from scripts.read.document import ResultError, read
from scripts.read.learning_file import LEARNING
from tests.run.typed import STUBBED

GRID = (
    *STUBBED,
    *("--learning", "--workloads", "mlp,lstm", "--batch-sizes", "32", "--optimizers", "sgd"),
    *("--seeds", "0,1", "--tuning-seeds", "100", "--processes", "1", "--target", "0.9"),
)


@pytest.fixture(autouse=True)
def in_the_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the stubs are found."""
    monkeypatch.chdir(ROOT)


def test_a_kind_is_a_partition_or_a_name_at_one_with_options_of_its_own() -> None:
    slurm = ["account=me", "a100:gres=gpu:a100:1", "a100:comment=x=y"]
    assert kinds_of("a100@fast,cpu", slurm) == [
        Kind("a100", "fast", {"account": "me", "gres": "gpu:a100:1", "comment": "x=y"}),
        Kind("cpu", "cpu", {"account": "me"}),
    ]


@pytest.mark.parametrize(
    ("partitions", "slurm", "said"),
    [
        ("a,a", [], "--partitions: 'a' is no name of its own"),
        ("a,", [], "--partitions: '' is no name of its own"),
        ("../a", [], "--partitions: '../a' is no name of its own"),
        ("a", ["exclusive"], "--slurm: 'exclusive' is not OPTION=VALUE"),
        ("a", ["b:gres=gpu"], "--slurm: 'b:gres=gpu' is not OPTION=VALUE"),
    ],
)
def test_what_names_no_kind_is_refused(partitions: str, slurm: list[str], said: str) -> None:
    with pytest.raises(ResultError, match=rf"^{said}"):
        kinds_of(partitions, slurm)


def test_a_kind_is_a_job_that_has_its_node_to_itself(tmp_path: Path) -> None:
    kinds = kinds_of("a,b", ["b:mem=8G"])
    first, second = batches_of(kinds, [], ["--blocks", "3"], tmp_path)
    assert first.asked == {"exclusive": True, "mem": "0", "job_name": "crossover-a"}
    assert second.asked["mem"] == "8G"
    [job] = first.jobs
    assert (job.result, job.what, job.options) == (
        tmp_path / "a.json",
        str(BENCH),
        ("--blocks", "3"),
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--partitions", "a", "--blocks", "x"], "--blocks"),
        (["--partitions", "a", "--junk"], "unrecognized arguments: --junk"),
        (["--partitions", "a", "--resume"], "--resume: is given to each job"),
        (["--partitions", "a", "--benchmark-json=x.json"], "--benchmark-json: is given"),
        (["--partitions", "a,b", "--cluster", "local"], "--partitions: this machine is one kind"),
        (["--partitions", "a", "--cluster", "local", *GRID], "--cluster: local: nothing queues"),
    ],
)
def test_what_cannot_be_done_is_one_line_before_anything_is_submitted(
    typed: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    devices = [] if "--learning" in typed else [*STUBBED, "--devices", "cpu"]
    assert main([*typed, *devices, "--out", str(tmp_path)]) == 2
    refused = capsys.readouterr().err
    assert refused.startswith(said)
    assert refused.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_links_in_a_circle_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert main(["--partitions", "a", "--cluster", "local", "--out", str(tmp_path / "loop")]) == 2
    refused = capsys.readouterr().err
    assert "loop: cannot be used: " in refused
    assert refused.count("\n") == 1


def test_a_note_that_was_cut_off_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    note = tmp_path / "jobs/a.json"
    note.write_text('{"id"')
    [batch] = batches_of(kinds_of("a", []), [], [], tmp_path)
    with pytest.raises(ResultError, match=r"a\.json: is not whole; remove it"):
        Queue("local", tmp_path / "jobs").find(batch.jobs)


def test_a_job_goes_on_from_its_journal_and_a_finished_one_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    class Done:
        returncode = 2

    def run(command: list[str], **_: object) -> Done:
        asked.append(command)
        return Done()

    monkeypatch.setattr("scripts.cluster.job.subprocess.run", run)
    job = Job("a", tmp_path / "a.json", "bench", (), tmp_path)
    assert job() == 2
    job.journal.touch()
    job.result.touch()  # what an interruption left
    assert job() == 2
    job.journal.unlink()
    assert job() == 0
    assert [command[-2:] == ["--resume", "--same-machine"] for command in asked] == [False, True]


def test_a_local_job_sees_the_cards_that_submitit_hides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUBMITIT_EXECUTOR", "local")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    for cards in ("1", None):
        job = Job("a", tmp_path / "a.json", "bench", (), tmp_path, cards)
        assert job._environment().get("CUDA_VISIBLE_DEVICES") == cards


def test_parts_are_together_what_one_run_of_all_cells_learns(tmp_path: Path) -> None:
    cells = cells_of(GRID)
    assert cells == ["mlp-32-sgd", "lstm-32-sgd"]
    [batch] = batches_of(kinds_of("a,b", []), cells, GRID, tmp_path)
    assert batch.partition == "a,b"
    assert "exclusive" not in batch.asked
    serial = Job("serial", tmp_path / "learning-cluster.json", str(BENCH), GRID, ROOT)
    assert [job() for job in (serial, *batch.jobs)] == [0, 0, 0]
    whole = json.loads(serial.result.read_text())
    ours = gathered([job.result for job in batch.jobs], command=whole_command(whole))
    for document in (whole, ours):
        for name in ("started", "finished"):
            del document["crossover_learning"]["run"][name]
    assert ours["crossover_learning"] == whole["crossover_learning"]
    assert [stable(one) for one in ours["benchmarks"]] == [
        stable(one) for one in whole["benchmarks"]
    ]
    serial.result.write_text(json.dumps(gathered([job.result for job in batch.jobs], command="x")))
    read(serial.result, LEARNING)


def whole_command(document: Any) -> str:
    return str(document["crossover_learning"]["run"]["command"])


def stable(row: Any) -> Any:
    return row["params"], row["stats"]["data"], row["extra_info"]


def test_parts_of_other_options_or_software_are_not_one_run(tmp_path: Path) -> None:
    cells = cells_of(GRID)
    [batch] = batches_of(kinds_of("a", []), cells, GRID, tmp_path)
    first, second = batch.jobs
    assert first() == 0
    document = json.loads(first.result.read_text())
    document["machine_info"]["crossover"]["torch"] = "2.9.0"
    second.result.parent.mkdir(parents=True)
    second.result.write_text(json.dumps(document))
    with pytest.raises(ResultError, match=r"torch is 2\.9\.0, elsewhere"):
        gathered([first.result, second.result], command="x")
