"""The campaign's files are result files that its reader understands."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.job import Job
from bench.measure.process import WORKER
from scripts.read.table import load
from tests.bench_fakes import FakeWorkers, Said, Say, measured
from tests.evidence import campaign
from tests.evidence.detection import judged

pytestmark = pytest.mark.usefixtures("quiet_host")

PROBE: dict[str, Any] = {
    "torch": "2.14.1",
    "torch_cuda": None,
    "torch_threads": 2,
    "python": "3.11.7",
    "accelerators": [],
}
ABOUT: dict[str, Any] = {"definition": "0123456789ab", "learning_rates": {"sgd": 0.1}}


Command = Sequence[str]


class Started:
    """Stands for worker processes; epochs are as much slower as the worker's command says."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def __call__(self, job: Job, command: Command = WORKER) -> Iterator[Said]:
        self.jobs.append(job)
        share = 0.0 if command == WORKER else int(command[-1]) / 100

        def rule(job: Job, size: int) -> Say:
            epochs = [0.1 * (1 + share)] * 3
            return measured(job, size, epoch_seconds=epochs, steps=-(-job.samples // size))

        return FakeWorkers(rule)(job)


@pytest.mark.parametrize("threads", [0, 1])
def test_an_injected_slow_down_is_a_device_of_its_own_in_a_file_that_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    probe = PROBE | {"workloads": {"mlp": dict(ABOUT)}}
    monkeypatch.setattr(campaign, "run_probe", lambda *_, **__: probe)
    workers = Started()
    monkeypatch.setattr(campaign, "run_worker", workers)
    options = ["--out", str(tmp_path), "--runs", "1", "--step", "200", "--slowdowns", "0,20"]
    monkeypatch.setattr(sys, "argv", ["campaign", *options, "--threads", str(threads)])
    campaign.main()
    assert [path.name for path in tmp_path.iterdir()] == ["mlp-0.json"]
    assert {(job.device, job.threads) for job in workers.jobs} == {("cpu", threads)}
    cells = judged(load([tmp_path / "mlp-0.json"]))
    ratios = cells.groupby("slowdown")["ratio"].mean()
    assert ratios.to_dict() == pytest.approx({0: 1.0, 20: 1.2})
    assert cells["noise_floor"].isna().all()  # arms of equal seconds are no noise floor of 0
