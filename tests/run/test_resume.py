"""What `--resume` refuses, field by field, and what it finishes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import bench.machine.facts
import bench.run
from bench.console.summary import print_summary
from bench.learning import run as learn_run
from bench.learning.options import LearnSettings
from bench.measure.journal import Header, Journal, journal_path
from bench.measure.process import ROOT
from bench.record.state import TimingRun
from tests.bench_fakes import SETTINGS
from tests.run.resumed import QUIET, Machine, machine, measured

__all__ = ["machine"]  # a fixture

CHANGES: list[tuple[Callable[[Machine], object], str]] = [
    (lambda machine: machine.update(torch="2.15.0"), 'torch was "2.14.1" and is "2.15.0"'),
    (
        lambda machine: machine["accelerators"][0].update(driver="590.1"),
        'accelerators was ["a GPU, driver 580.65"] and is ["a GPU, driver 590.1"]',
    ),
    (lambda machine: machine["accelerators"].clear(), "accelerators was"),
    (lambda machine: machine.update(python="3.12.1"), 'python was "3.11.7" and is "3.12.1"'),
    (lambda machine: machine.update(torch_threads=1), "torch_threads was 2 and is 1"),
    (lambda machine: machine.update(cpu="another"), 'cpu was "a CPU" and is "another"'),
    (lambda machine: machine.update(about={"stepping": 2}), "machine_id was"),
    (lambda machine: machine["workloads"]["mlp"].update(definition="f" * 12), "definitions was"),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_a_journal_of_another_machine_or_software_is_refused_by_the_field_that_differs(
    tmp_path: Path, machine: Machine, change: Callable[[Machine], object], words: str
) -> None:
    path = tmp_path / "box.json"
    measured(path)
    before = journal_path(path).read_bytes()
    change(machine)
    with pytest.raises(pytest.UsageError) as refused:
        measured(path, resume=True)
    assert words in str(refused.value)
    assert "give the same command on the same machine" in str(refused.value)
    assert str(refused.value).endswith(", or another file")
    assert journal_path(path).read_bytes() == before


def test_a_new_container_goes_on_when_it_is_said_to_be_the_same_machine(
    tmp_path: Path, machine: Machine
) -> None:
    path = tmp_path / "box.json"
    first = measured(path)
    machine.update(about={"stepping": 2})
    with pytest.raises(pytest.UsageError, match=r"machine \(--same-machine says that it is\)"):
        measured(path, resume=True)
    again = measured(path, resume=True, same_machine=True)
    assert [*map(again.outcome, again.cells)] == [*map(first.outcome, first.cells)]
    machine.update(torch="2.15.0")
    with pytest.raises(pytest.UsageError, match="torch was"):
        measured(path, resume=True, same_machine=True)


def test_a_run_under_another_variable_is_refused_by_its_name(
    tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    path = tmp_path / "box.json"
    measured(path)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    with pytest.raises(pytest.UsageError, match='OMP_NUM_THREADS was null and is "4"'):
        measured(path, resume=True)


def test_a_run_says_before_it_measures_what_its_workers_do_not_inherit(
    tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_LAUNCH_BLOCKING", "1")
    said = Console(file=StringIO())
    run = measured(tmp_path / "box.json", console=said)
    before, after = said.file.getvalue(), Console(file=StringIO())  # type: ignore[attr-defined]
    print_summary(run, after)
    for text in (before, after.file.getvalue()):  # type: ignore[attr-defined]
        assert "environment: CUDA_LAUNCH_BLOCKING=1: every launch would wait for the device" in text
    assert run.facts is not None
    assert run.facts.machine["environment"]["CUDA_LAUNCH_BLOCKING"] == "1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch_sizes": (8,)}, "batch_sizes was [8, 64] and is [8]"),
        ({"epochs": (1, 4)}, "epochs was [1, 2] and is [1, 4]"),
        ({"devices": ("cpu",)}, 'devices was ["cpu", "cuda"] and is ["cpu"]'),
        ({"sides": ("cpu", "cpu+bf16")}, 'sides was ["cpu", "cuda"] and is ["cpu", "cpu+bf16"]'),
        ({"base": "cuda"}, 'base was "cpu" and is "cuda"'),
        ({"remedies": ("bf16",)}, 'remedies was [] and is ["bf16"]'),
        ({"blocks": 5}, "blocks was 3 and is 5"),
        ({"samples": 64}, "samples was 128 and is 64"),
        ({"optimizer_implementation": "fused"}, "optimizer_implementation was"),
        ({"learning_rate": 0.5}, "learning_rate was null and is 0.5"),
        ({"seed": 1}, "seed was 0 and is 1"),
        ({"diagnose": True}, "diagnose was false and is true"),
    ],
)
def test_a_journal_of_another_grid_is_refused_by_the_field_that_differs(
    tmp_path: Path, machine: Machine, changes: dict[str, Any], words: str
) -> None:
    path = tmp_path / "box.json"
    measured(path)
    with pytest.raises(pytest.UsageError) as refused:
        measured(path, replace(SETTINGS, **changes), resume=True)
    assert words in str(refused.value)


def test_other_cells_of_the_same_grid_are_refused(tmp_path: Path, machine: Machine) -> None:
    path = tmp_path / "box.json"
    measured(path)
    run = TimingRun(SETTINGS, path, resume=True, overwrite=False, command="pytest bench -k mlp-8")
    with pytest.raises(pytest.UsageError, match="cells was"):
        bench.run.measure(run, list(run.by_id.values())[:2], QUIET)
    run.claim.release()


def test_the_same_run_is_resumed_and_nothing_is_measured_twice(
    tmp_path: Path, machine: Machine
) -> None:
    path = tmp_path / "box.json"
    first = measured(path)
    lines = journal_path(path).read_text().count('"measured"')
    again = measured(path, resume=True)
    assert journal_path(path).read_text().count('"measured"') == lines
    assert [again.outcome(cell) for cell in again.cells] == [
        first.outcome(cell) for cell in first.cells
    ]


LEARN = LearnSettings(
    preset="default",
    workloads={"mlp": (32,)},
    optimizers={"mlp": ("sgd",)},
    optimizer_implementation="foreach",
    learning_rates=(0.1,),
    tuning_seeds=(100,),
    figure_seeds=(0,),
    targets={},
    cap_epochs=1,
    cap_steps=10,
    processes=1,
    to_end=False,
    train_samples=None,
    samples={"mlp": 4000},
    files={},
)


def test_a_learning_run_that_is_refused_has_nothing_to_write(
    tmp_path: Path, machine: Machine
) -> None:
    path = tmp_path / "box-learning.json"
    Journal.create(journal_path(path), Header("", "", overwrites=False, identity={})).close()
    run = learn_run.LearnRun(LEARN, path, resume=True, overwrite=False, command="pytest bench")
    with pytest.raises(pytest.UsageError, match="is of another run"):
        run.learn(run.all_cells(), QUIET)
    assert run.facts is None  # what the plugin writes a file for
    run.claim.release()


STOPPER = """
import os, signal, time
shown = []
def pytest_runtest_teardown(item):
    shown.append(item)
    if len(shown) == 3:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)
"""


@pytest.mark.slow
def test_a_run_that_is_stopped_while_its_cells_are_shown_says_so_and_is_resumed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "box.json"
    (tmp_path / "stopper.py").write_text(STOPPER)
    environment = dict(os.environ) | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-p", "tests.measure.failing_plugin", "bench"]
    command += ["--workloads", "mlp", "--devices", "cpu,cuda", "--batch-sizes", "8,64"]
    command += ["--epochs", "1,2", "--blocks", "2", "--benchmark-json", str(path)]

    def ended(*more: str) -> tuple[int, str]:
        done = subprocess.run(
            [*command, *more],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    code, output = ended("-p", "stopper")
    assert code == 2
    assert "finish with the same command and --resume" in output
    content = json.loads(path.read_text())
    assert content["crossover"]["complete"] is False
    assert (content["crossover"]["measured"], content["crossover"]["planned"]) == (3, 8)
    assert ended("--resume")[0] == 0
    content = json.loads(path.read_text())
    assert content["crossover"]["complete"] is True
    assert content["crossover"]["measured"] == 8
