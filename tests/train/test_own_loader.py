"""The user's own DataLoader: its settings, this suite's order, and the same training."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from bench.job import Job
from bench.loop import LEAN, OWN, Loop
from bench.train.epochs import measure
from bench.train.own_loader import OwnLoader, own_loader
from bench.train.trainer import epoch_work, fresh_training, open_trainer
from bench.why.diagnose import diagnose
from models import WORKLOADS, Loader, Workload, data_of
from models.workload import Dataset as Samples

JOB = Job("numbers", "cpu", 0, (8,), 1, 32, 0, "sgd", "foreach", 0.1, 60.0)


class Numbers(Dataset[tuple[Tensor, Tensor]]):
    def __len__(self) -> int:
        return 50

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        value = torch.tensor([float(place)])
        return value / 50, value


@pytest.fixture(autouse=True)
def numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workload of a DataLoader with two workers that live on."""
    loader = DataLoader(Numbers(), batch_size=3, num_workers=2, persistent_workers=True)
    workload = Workload(lambda: nn.Linear(1, 1), loader, nn.MSELoss())
    workload = replace(workload, dataset=data_of(workload))
    monkeypatch.setitem(WORKLOADS, "numbers", workload)


def data() -> Samples:
    return data_of(WORKLOADS["numbers"])


def test_batches_have_the_size_and_the_order_of_the_run_over_and_over() -> None:
    own = OwnLoader(Loader(DataLoader(Numbers(), batch_size=3), [5, 7, 9]))
    order = torch.tensor([4, 0, 2, 1, 3])
    for size, sizes in ((2, [2, 2, 1]), (5, [5])):
        found = list(own.minibatches(order, batch_size=size))
        assert [len(targets) for _, targets in found] == sizes
        assert torch.cat([targets for _, targets in found]).flatten().tolist() == [7, 5, 9, 7, 5]


def test_its_workers_and_settings_are_kept_from_epoch_to_epoch() -> None:
    loader = data().loader
    assert loader is not None
    own = OwnLoader(loader)
    list(own.minibatches(torch.arange(8), batch_size=4))
    first = own.loader
    list(own.minibatches(torch.arange(8), batch_size=4))
    assert own.loader is first
    assert (first.num_workers, first.persistent_workers, first.prefetch_factor) == (2, True, 2)


def trained(loop: Loop) -> Tensor:
    """The weight after one epoch by a loop."""
    trainer = open_trainer(replace(JOB, loop=loop))
    network, optimizer = fresh_training(trainer)
    epoch_work(trainer, network, optimizer, batch_size=8, number=0)()
    return next(network.parameters()).detach()


def test_training_by_it_is_that_of_the_lean_loop() -> None:
    assert torch.equal(trained(LEAN), trained(OWN))


def test_it_can_be_measured_and_its_loading_is_told_apart() -> None:
    job = replace(JOB, loop=OWN)
    figures = measure(open_trainer(job), 8)
    assert figures.steps == 4
    assert not figures.loosely
    parts = diagnose(open_trainer(job), 8).parts
    assert parts["load_seconds"] > max(parts["forward_seconds"], parts["backward_seconds"])


def test_a_workload_without_one_is_unsupported() -> None:
    job: Any = replace(JOB, loop=OWN)
    plain = replace(data(), loader=None)
    with pytest.raises(
        NotImplementedError, match="loader own: the workload has no Dataset or Data"
    ):
        own_loader(plain, job)
