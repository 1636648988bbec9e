"""What a step asks of the host: what is a kernel's and what is not, and counts made by hand."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from bench.train.epochs import TooSlowError
from bench.train.lean_loop import train_step
from bench.train.trainer import new_optimizer, open_trainer
from bench.why.diagnose import single_step
from bench.why.dispatch import (
    NO_KERNEL,
    Look,
    cut,
    dispatch,
    fastest_step,
    look,
    recurrent,
    tiny_step,
)
from bench.why.operations import Step, count_operations
from models.losses import cross_entropy
from models.optimizers import make_optimizer
from models.recurrent import LSTM, RNN
from tests.train.test_group import JOB
from tests.why.networks import make_mlp, step_of


def event(name: str, microseconds: float, *children: SimpleNamespace, number: int = -1) -> Any:
    time_range = SimpleNamespace(elapsed_us=lambda: microseconds)
    return SimpleNamespace(
        name=name, time_range=time_range, cpu_children=children, sequence_nr=number
    )


def test_what_an_operation_takes_beyond_the_shortest_one_is_its_kernels() -> None:
    seen = Look()
    inner = event("aten::addmm", 40, event("aten::copy_", 9))
    seen.take([event("aten::linear", 50, event("aten::t", 3), inner)], {"aten::addmm"})
    seen.take([event("aten::relu", 4)], {"aten::relu"})
    assert seen.launches == 2
    assert seen.kernel_seconds == pytest.approx(36e-6)


def test_a_recurrent_layer_is_one_operation_and_all_of_its_backward_pass_a_kernel() -> None:
    seen = Look()
    steps = [event("aten::mm", 5, number=number) for number in range(3)]
    seen.take([event("aten::rnn_relu", 30, *steps, number=3)], {"aten::mm"})
    name = "autograd::engine::evaluate_function: MmBackward0"
    inside, outside = (
        event(name, 20, event("aten::mm", 8), event("aten::mm", 8), number=number)
        for number in (1, 7)
    )
    seen.take([inside, outside], {"aten::mm"})
    assert seen.launches == 3
    assert seen.kernel_seconds == pytest.approx((30 + 20) * 1e-6)


def named(step: Step) -> set[str]:
    return {f"aten::{name}" for name in count_operations(step).names if name not in NO_KERNEL}


def test_gradients_that_are_only_stored_launch_nothing() -> None:
    step = step_of(make_mlp(), "sgd", "foreach")
    assert {one.launches for one in look(step, named(step))} == {19 - 4}


def recurrent_step(kind: type[RNN] | type[LSTM], steps: int) -> Step:
    network = kind(3, 4, 2)
    optimizer = make_optimizer(
        network.parameters(), name="sgd", implementation="foreach", learning_rate=0.1
    )
    inputs: list[Tensor] = [torch.randn(2, steps, 3), torch.full((2,), steps)]
    targets = torch.zeros(2, dtype=torch.int64)
    return partial(train_step, network, cross_entropy, optimizer, inputs, targets)


@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_a_longer_series_launches_no_more_where_a_gpu_runs_the_layer_at_once(
    kind: type[RNN] | type[LSTM],
) -> None:
    short, long = recurrent_step(kind, 5), recurrent_step(kind, 20)
    first, second = look(short, named(short))[0], look(long, named(long))[0]
    assert len(first.layers) == len(second.layers) == 1
    assert first.launches == second.launches < 25


def test_a_tiny_network_trains_by_the_same_operations_and_keeps_what_data_and_classes_fix() -> None:
    trainer = open_trainer(replace(JOB, samples=8))
    network = trainer.workload.build()
    wanted = count_operations(single_step(trainer, network, new_optimizer(trainer, network), 2))
    step = tiny_step(trainer, network)
    assert isinstance(step, partial)
    shapes = {name: list(tensor.shape) for name, tensor in step.args[0].named_parameters()}
    assert shapes["hidden.weight"] == [2, 784]
    assert shapes["output.weight"] == [10, 2]
    assert count_operations(step).names == wanted.names


def test_recurrent_layers_are_not_cut_and_a_tied_weight_stays_one() -> None:
    one, two, layer = nn.Linear(32, 20), nn.Linear(32, 20), nn.LSTM(20, 24)
    two.weight = one.weight
    network = nn.ModuleList([one, two, layer])
    assert recurrent(network) == [layer]
    cut(network, 32)
    assert one.weight is two.weight
    assert one.weight.shape == (20, 2)


def test_the_fastest_step_is_taken_and_time_ends_it() -> None:
    times = iter([0, 0, 9, 9, 12, 12, 800_000_000])
    assert fastest_step(lambda: None, lambda: next(times)) == pytest.approx(3e-9)


def test_a_network_that_is_too_slow_for_the_time_limit_is_not_looked_at() -> None:
    trainer = open_trainer(replace(JOB, samples=8, cell_timeout_seconds=1e-6))
    with pytest.raises(TooSlowError, match="this look 30 of them"):
        dispatch(trainer, 8)


def test_a_step_is_counted_per_sample_and_its_threads_are_as_before() -> None:
    threads = torch.get_num_threads()
    trainer = open_trainer(replace(JOB, samples=8))
    found = dispatch(trainer, 8)
    assert torch.get_num_threads() == threads
    weights = 784 * 512 + 512 * 10
    assert found.flops_per_sample == 4 * 784 * 512 + 6 * 512 * 10  # inputs need no gradient
    assert found.launches == 19 - 4
    assert 0 < found.kernel_seconds <= found.step_seconds
    assert found.bytes_per_sample > 4 * 784
    assert found.fixed_bytes > 4 * weights
    assert found.uncounted_operations == []
