"""Several processes that train together: their shares of a minibatch make its gradient, exactly."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, distributed, nn

from bench.answer import Epochs, Measured, Started
from bench.job import Job
from bench.measure.death import Death
from bench.measure.process import run_worker
from bench.train.clock import DeviceClock, Timing
from bench.train.group import (
    GroupClock,
    join,
    mean_of_all,
    share_of,
    together,
    train_shared_epoch,
    weighted,
)
from bench.train.lean_loop import train_epoch
from models import Split, losses
from models.transformer_full import PADDING

JOB = Job("mlp", "cpu", 0, (7, 32), 2, 130, 0, "sgd", "foreach", 0.1, 60.0)


@given(
    samples=st.integers(1, 40),
    batch_size=st.integers(1, 20),
    devices=st.integers(2, 4),
    seed=st.integers(0, 99),
)
def test_every_sample_is_one_processs_and_weights_are_shares(
    samples: int, batch_size: int, devices: int, seed: int
) -> None:
    terms = torch.randint(1, 9, (samples,), generator=torch.Generator().manual_seed(seed))
    shares = [share_of(terms, batch_size, rank=rank, devices=devices) for rank in range(devices)]
    assert {len(share.slices) for share in shares} == {-(-samples // batch_size)}
    trained = [
        (int(place), weight)
        for share in shares
        for start, stop, weight in share.slices
        for place in share.places[start:stop]
    ]
    assert sorted(place for place, weight in trained if weight) == list(range(samples))
    for number in range(len(shares[0].slices)):
        weights = [share.slices[number][2] for share in shares]
        assert sum(weights) == pytest.approx(devices)


def gradients(network: nn.Module) -> list[Tensor]:
    return [parameter.grad for parameter in network.parameters() if parameter.grad is not None]


@pytest.mark.parametrize("samples", [1, 2, 5, 9, 12])
@pytest.mark.parametrize("devices", [2, 3])
def test_the_mean_of_the_processes_gradients_is_the_minibatchs(samples: int, devices: int) -> None:
    torch.manual_seed(0)
    network = nn.Linear(3, 6)
    inputs, targets = torch.randn(samples, 4, 3), torch.randint(1, 6, (samples, 4))
    for row in range(samples):  # as many symbols are real as the row's number says
        targets[row, 1 + row % 4 :] = PADDING
    losses.symbol_cross_entropy(network(inputs), targets).backward()  # type: ignore[no-untyped-call]
    whole = [gradient.clone() for gradient in gradients(network)]
    total = [torch.zeros_like(gradient) for gradient in whole]
    for rank in range(devices):
        share = share_of(losses.symbols(targets), samples, rank=rank, devices=devices)
        ((start, stop, weight),) = share.slices
        own = share.places[start:stop]
        network.zero_grad()
        loss = weighted(losses.symbol_cross_entropy, weight)
        loss(network(inputs[own]), targets[own]).backward()  # type: ignore[no-untyped-call]
        for mine, gradient in zip(total, gradients(network), strict=True):
            mine.add_(gradient / devices)
    for mine, other in zip(total, whole, strict=True):
        torch.testing.assert_close(mine, other)


def test_equal_parts_leave_the_loss_as_it_is() -> None:
    share = share_of(torch.ones(64, dtype=torch.int64), 32, rank=1, devices=2)
    assert share.slices == [(0, 16, 1.0), (16, 32, 1.0)]
    assert share.places.tolist() == [*range(16, 32), *range(48, 64)]
    assert weighted(losses.cross_entropy, 1.0) is losses.cross_entropy


@pytest.fixture
def _group_of_one(tmp_path: Path) -> Iterator[None]:
    join(replace(JOB, meeting=str(tmp_path / "meeting")), torch.device("cpu"))
    yield
    distributed.destroy_process_group()


@pytest.mark.usefixtures("_group_of_one")
def test_a_group_trains_as_the_lean_loop_does() -> None:
    torch.manual_seed(0)
    plain = nn.Linear(3, 4)
    shared = together(copy.deepcopy(plain))
    split = Split((torch.randn(20, 3),), torch.randint(0, 4, (20,)))
    order, loss = torch.randperm(20), losses.cross_entropy
    optimizers = [torch.optim.SGD(one.parameters(), lr=0.1) for one in (plain, shared)]
    train_epoch(plain, loss, optimizers[0], split, permutation=order, batch_size=8)
    share = share_of(torch.ones(20, dtype=torch.int64), 8, rank=0, devices=1)
    train_shared_epoch(
        shared, loss, optimizers[1], split, permutation=order, batch_size=8, share=share
    )
    for mine, other in zip(shared.parameters(), plain.parameters(), strict=True):
        assert torch.equal(mine, other)


@pytest.mark.usefixtures("_group_of_one")
def test_processes_agree_on_times_after_the_clock_has_stopped() -> None:
    readings, slept = iter([0, 5 * 10**8]), iter([0, 2 * 10**9])
    clock = GroupClock(lambda: None, now=lambda: next(readings), slept=lambda: next(slept))
    assert clock.time(lambda: None) == Timing(0.5, None, 2.0)
    assert isinstance(clock, DeviceClock)
    assert mean_of_all(torch.tensor(2.5)).item() == 2.5


@pytest.mark.slow
@pytest.mark.parametrize("workload", ["mlp", "transformer-full"])
def test_two_processes_train_as_one_does(workload: str) -> None:
    """Real ones, by gloo: batch size 7 in parts of 3 and 4, and a last minibatch of 4 samples."""
    answers = [
        list(run_worker(replace(JOB, workload=workload, devices=devices)))[1:] for devices in (1, 2)
    ]
    for plain, shared in zip(*answers, strict=True):
        assert isinstance(plain, Measured)
        assert isinstance(shared, Measured)
        one, two = plain.figures, shared.figures
        assert isinstance(one, Epochs)
        assert isinstance(two, Epochs)
        assert two.first_loss == pytest.approx(one.first_loss, rel=1e-4)
        assert two.loss == pytest.approx(one.loss, rel=1e-3)
        assert two.context_seconds > one.context_seconds
        assert shared.process.threads == max(1, plain.process.threads // 2)


@pytest.mark.slow
def test_a_device_that_the_first_process_has_not_is_the_answer_of_all() -> None:
    answers = list(run_worker(replace(JOB, device="cuda", devices=2)))
    assert not [one for one in answers if isinstance(one, Death)]
    # The other process may know it before the first one has imported torch and said so.
    said = [one for one in answers if not isinstance(one, Started)]
    assert [getattr(one, "reason", None) for one in said] == ["no device"]
