"""A fleet on a real Slurm: nothing is lost, and a job array learns as one run does."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.measure.process import ROOT
from tests.cluster.slurm import Slurm, lacking, running
from tests.real_runs import REAL_LEARNING, RealRun
from tests.run.typed import STUBBED
from tests.stubs.hold import HOLD, answers

REQUIRED = os.environ.get("CROSSOVER_REQUIRE_SLURM") == "1"
MISSING = lacking() + ([] if importlib.util.find_spec("submitit") else ["submitit"])
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING) and not REQUIRED, reason=f"not installed: {MISSING}"),
]
GRID = (
    *STUBBED,
    *("--workloads", "mlp", "--batch-sizes", "8,32", "--epochs", "1", "--samples", "64"),
    *("--sides", "cpu,cpu+threads=1", "--blocks", "2", "--suspect-repeats", "0"),
)
BLOCK = 8
"""Answers of a block: of two sides, twice, at two sizes. One that is torn is measured anew."""
HELD = BLOCK + 1
"""Answers of a job before it is disturbed."""
KINDS = {"quick": "fast", "calm": "slow"}


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    """The cluster of these tests."""
    with running(tmp_path_factory.mktemp("slurm")) as one:
        yield one


def start(slurm: Slurm, *options: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "scripts/fleet.py", *options],
        cwd=ROOT,
        env=slurm.environment | {"COLUMNS": "100"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Tests that were started in the background ignore Ctrl-C, and so would it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )


def said(fleet: "subprocess.Popen[str]") -> str:
    """What a fleet says until its end, which comes with the test's at the latest."""
    try:
        return fleet.communicate(timeout=400)[0]
    finally:
        fleet.kill()
        fleet.wait()


def of_job(slurm: Slurm, job: str, fact: str) -> str:
    return slurm.ask("squeue", "--noheader", f"--jobs={job}", f"--format={fact}")


class Disturbed(NamedTuple):
    """A fleet that was left, whose one job was queued again and whose other one lost its node."""

    folder: Path
    left: str
    code: int
    output: str
    before: dict[str, list[str]]


@pytest.fixture(scope="module")
def disturbed(slurm: Slurm, tmp_path_factory: pytest.TempPathFactory) -> Disturbed:
    """Both jobs stop after some answers, and go on when both were disturbed."""
    folder = tmp_path_factory.mktemp("fleet")
    kinds = ",".join(f"{name}@{partition}" for name, partition in KINDS.items())
    named = [one for name in KINDS for one in ("--slurm", f"{name}:job-name={name}")]
    typed = ["--partitions", kinds, *named, "--slurm", "time=5", "--out", str(folder), *GRID]
    hold = {HOLD: f"{folder}/$SLURM_JOB_NAME.journal.jsonl|{HELD}"}
    journals = {name: folder / f"{name}.journal.jsonl" for name in KINDS}
    first = start(slurm, *typed, **hold)
    slurm.wait(lambda: all(answers(one) == HELD for one in journals.values()))
    first.send_signal(signal.SIGINT)
    left = said(first)
    assert first.returncode == 130, left
    ids = {name: json.loads((folder / "jobs" / f"{name}.json").read_text())["id"] for name in KINDS}
    before = {name: journal.read_text().splitlines() for name, journal in journals.items()}
    slurm.ask("scancel", "--batch", "--signal=USR2", ids["quick"])  # its time is nearly over
    lost = of_job(slurm, ids["calm"], "%N")
    slurm.lose_node(lost, ids["calm"])
    (folder / "go").touch()
    slurm.wait(lambda: {of_job(slurm, job, "%T") for job in ids.values()} == {"PENDING"})
    for job in ids.values():  # which would wait two minutes
        slurm.ask("scontrol", "update", f"JobId={job}", "StartTime=now")
    second = start(slurm, *typed)
    output = said(second)
    return Disturbed(folder, left, second.returncode, output, before)


def test_leaving_says_how_to_come_back_and_ends_no_job(disturbed: Disturbed) -> None:
    assert "the jobs go on; the same command, typed again, finds them" in disturbed.left


def test_both_jobs_end_and_the_page_has_both_machines(disturbed: Disturbed) -> None:
    assert disturbed.code == 0, disturbed.output
    page = (disturbed.folder / "report" / "report.html").read_text()
    assert all(name in page for name in KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_what_a_job_had_measured_is_not_measured_again(disturbed: Disturbed, name: str) -> None:
    assert disturbed.code == 0, disturbed.output
    result = json.loads((disturbed.folder / f"{name}.json").read_text())
    own = result["crossover"]
    assert own["complete"]
    assert len(own["measurements"]) == 2 * BLOCK
    had = [line for line in map(json.loads, disturbed.before[name]) if line["kind"] == "answer"]
    assert len(had) == HELD
    seconds = [line["answer"]["figures"]["epoch_seconds"] for line in had[:BLOCK]]
    assert all(one in [row["epoch_seconds"] for row in own["measurements"]] for one in seconds)


def test_an_array_on_two_nodes_learns_to_the_digit_what_one_run_learns(
    slurm: Slurm, real_learning: RealRun, tmp_path: Path
) -> None:
    typed = ("--partitions", "fast,slow", "--out", str(tmp_path), *REAL_LEARNING, "-k", "270")
    fleet = start(slurm, *typed)
    output = said(fleet)
    assert fleet.returncode == 0, output
    mine = learned(tmp_path / "learning-cluster.json")
    whole = learned(real_learning.path)
    for name in ("runs", "absent"):
        expected = [row for row in whole[name] if row["batch_size"] == 270]
        assert mine[name] == expected
    assert len(mine["runs"]) > 0
    assert mine["planned"] == 2


def learned(path: Path) -> Any:
    return json.loads(path.read_text())["crossover_learning"]
