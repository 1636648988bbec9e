"""A run on a machine that is made up, in this process: measured, cut short, resumed."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import bench.machine.facts
import bench.run
from bench.learning import run as learn_run
from bench.measure.ahead import Ahead
from bench.measure.host import busy
from bench.record.state import TimingRun
from bench.sides.settings import Settings
from tests.bench_fakes import SETTINGS, FakeWorkers

GPU = {"device": "cuda", "name": "a GPU", "driver": "580.65"}
PROBE: dict[str, Any] = {
    "torch": "2.14.1",
    "torch_cuda": "13.0",
    "torch_threads": 2,
    "python": "3.11.7",
    "accelerators": [GPU],
    "absent": {},
    "workloads": {
        "mlp": {
            "definition": "0123456789ab",
            "dataset_sha256": "00",
            "goal_metric": "accuracy",
            "goal_value": 0.9,
            "learning_rates": {"sgd": 0.1},
        }
    },
}
QUIET = Console(quiet=True)
Machine = dict[str, Any]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, quiet_host: None) -> Machine:
    """What the probe says of this machine; workers answer at once."""
    says: Machine = deepcopy(PROBE)
    monkeypatch.setattr(busy.Load, "words", lambda _self: "")  # nor is it waited for
    monkeypatch.setattr(bench.run, "run_probe", lambda *_, **__: deepcopy(says))
    monkeypatch.setattr(learn_run, "run_probe", lambda *_, **__: deepcopy(says))
    answer_by(FakeWorkers(), monkeypatch)
    monkeypatch.setattr(bench.run, "wait_for_quiet", lambda *_, **__: None)  # other tests run
    monkeypatch.setattr(bench.machine.facts, "cpu_brand", lambda _: says.get("cpu", "a CPU"))
    monkeypatch.setattr(bench.machine.facts, "ask_cpu", lambda: says.get("about", {}))
    return says


def answer_by(workers: FakeWorkers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has runs measure by fake workers."""
    monkeypatch.setattr(Ahead, "run", lambda _, job: workers(job))


def measured(
    path: Path,
    settings: Settings = SETTINGS,
    *,
    resume: bool = False,
    same_machine: bool = False,
    console: Console = QUIET,
) -> TimingRun:
    """A run in this process, released as pytest's end does."""
    run = TimingRun(settings, path, resume, False, "pytest bench", same_machine)
    try:
        bench.run.measure(run, list(run.by_id.values()), console)
    finally:
        run.claim.release()
    return run
