"""FLOPs of a step against counts made by hand, and those that nobody can count."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.why.operations import OWN_FLOPS, Flops, count_flops, multiplies
from models import WORKLOADS, load_dataset, timed_split
from models.lstm_gates import LSTMGates
from models.recurrent import LSTM
from tests.why.networks import make_mlp, step_of


def test_an_mlps_flops_are_those_of_its_matrix_products() -> None:
    samples, features, hidden, classes = 16, 64, 128, 10
    forward = samples * (features * hidden + hidden * classes)
    # Gradients of both weight matrices, and of the hidden layer; none of the images.
    backward = samples * (features * hidden + 2 * hidden * classes)
    assert count_flops(step_of(make_mlp(), "sgd", "foreach")).counted == 2 * (forward + backward)


def test_a_recurrent_layers_flops_are_counted_however_it_runs() -> None:
    series, lengths = torch.randn(4, 9, 12), torch.tensor([9, 5, 3, 7])
    layer = 2 * 4 * 9 * (4 * 64 * 12 + 4 * 64 * 64)
    output = 2 * 4 * 64 * 9
    for network in (LSTM(12, 64, 9), LSTMGates(12, 64, 9)):
        flops = count_flops(partial(network, series, lengths))
        assert flops == Flops(layer + output, ()), type(network).__name__


def test_attentions_flops_are_counted_on_the_cpu_too() -> None:
    """Two products forward; backward the scores once more and four products."""
    batch, heads, length, width = 2, 4, 32, 16
    product = 2 * batch * heads * length * length * width
    q = torch.randn(batch, heads, length, width, requires_grad=True)

    def step() -> None:
        functional.scaled_dot_product_attention(q, q, q).sum().backward()  # type: ignore[no-untyped-call]

    assert count_flops(step) == Flops((2 + 5) * product, ())


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_workloads_flops_are_counted_as_a_whole_on_the_cpu(workload: str) -> None:
    network = WORKLOADS[workload].build()
    step = partial(forward_and_backward, network, WORKLOADS[workload].loss, workload)
    assert count_flops(step).uncounted == ()


def forward_and_backward(
    network: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], workload: str
) -> None:
    split = timed_split(load_dataset(WORKLOADS[workload].dataset).train, 4)
    loss(network(*split.inputs), split.targets).backward()  # type: ignore[no-untyped-call]


def test_flops_of_an_operation_that_nobody_knows_are_said_to_be_missing() -> None:
    """Stands in for a recurrent layer of Apple's: `cdist` multiplies matrices inside."""
    x = torch.randn(20, 4)
    assert count_flops(lambda: (torch.cdist(x, x), x @ x.t())) == Flops(
        2 * 20 * 20 * 4, ("_cdist_forward",)
    )


@pytest.mark.parametrize(
    "name",
    [
        "_lstm_mps",
        "lstm_mps_backward",
        "linear",
        "linear_backward",
        "miopen_rnn",
        "mps_convolution_backward",
        "_scaled_dot_product_attention_math_for_mps",
        "_native_multi_head_attention",
        "_scaled_grouped_mm",
    ],
)
def test_products_of_other_devices_are_told_by_their_names(name: str) -> None:
    assert multiplies(name)
    assert hasattr(torch.ops.aten, name)


@pytest.mark.parametrize(
    "name", ["relu", "upsample_bilinear2d", "_thnn_fused_lstm_cell", "cummax", "lgamma", "addcmul"]
)
def test_what_goes_element_by_element_is_no_product(name: str) -> None:
    assert not multiplies(name)
    assert hasattr(torch.ops.aten, name)


def test_attention_out_of_tree_is_counted_by_its_shapes() -> None:
    names = [str(packet) for packet in OWN_FLOPS]
    assert "aten._scaled_dot_product_fused_attention_overrideable_backward" in names
    forward = OWN_FLOPS[torch.ops.aten._scaled_dot_product_fused_attention_overrideable]
    assert forward((2, 4, 8, 16), (2, 4, 8, 16), (2, 4, 8, 16), None, 0.0) == 2 * 2 * 8 * 8 * 8 * 16


def test_half_of_a_product_is_never_counted_twice() -> None:
    x = torch.zeros(3, 4)
    assert count_flops(lambda: x @ x.t()).counted == 2 * math.prod((3, 4, 3))
