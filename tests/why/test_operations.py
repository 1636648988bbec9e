"""Operations, FLOPs, bytes and host reads of a step, against counts made by hand."""

import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from bench.loop import COURSE, LEAN, Loop
from bench.train.lean_loop import train_step
from bench.train.modes import last_step_by_list, with_loop
from bench.why.operations import Operations, count_operations, count_synchronisations
from models.losses import cross_entropy
from models.mlp import MLP
from models.optimizers import make_optimizer
from models.recurrent import RNN, last_step
from tests.why.networks import make_cnn, make_gpt, make_mlp, step_of

CPU = torch.device("cpu")


# Published for these three networks: SGD foreach, Adam foreach, Adam loop, Adam fused.
KINDS = (("sgd", "foreach"), ("adam", "foreach"), ("adam", "for-loop"), ("adam", "fused"))
PUBLISHED = {
    make_mlp: (19, 35, 54, 20),
    make_cnn: (24, 44, 77, 25),
    make_gpt: (106, 170, 357, 107),
}


@pytest.mark.parametrize("make", PUBLISHED, ids=lambda make: make.__name__)
@pytest.mark.parametrize("kind", range(4), ids=["-".join(kind) for kind in KINDS])
def test_a_steps_operations_are_as_many_as_published(
    make: Callable[[], tuple[nn.Module, Tensor, Tensor]], kind: int
) -> None:
    assert count_operations(step_of(make(), *KINDS[kind])).total == PUBLISHED[make][kind]


def test_operations_on_a_sequence_at_once_are_told_from_those_a_time_step() -> None:
    names = ["mkldnn_rnn_layer", "mkldnn_rnn_layer_backward", "addmm", "_cudnn_rnn"]
    assert Operations(Counter(names), 0, 0).sequence_kernels == 3


def test_views_are_not_counted() -> None:
    x = torch.randn(4, 3)
    counted = count_operations(lambda: (x.t(), x.view(12), x[1:], x.expand(2, 4, 3), x.detach()))
    assert counted.total == 0


def test_a_gradient_that_is_stored_is_an_operation() -> None:
    x, y = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
    names = count_operations(lambda: torch.autograd.backward((x * y).sum())).names
    assert names["detach"] == 2
    assert names["mul"] == 3


def test_bytes_are_those_of_arguments_and_results() -> None:
    x, y = torch.zeros(10, 20), torch.zeros(20, 30)
    counted = count_operations(lambda: torch.mm(x, y))
    assert counted.moved_bytes == 4 * (10 * 20 + 20 * 30 + 10 * 30)


def test_counting_changes_nothing_of_the_training() -> None:
    torch.manual_seed(0)
    made = make_mlp()
    step = step_of(made, "sgd", "foreach")
    twin = MLP(64, 128, 10)
    twin.load_state_dict(made[0].state_dict())
    count_operations(step)
    step_of((twin, *made[1:]), "sgd", "foreach")()  # two steps as well
    assert all(
        torch.equal(mine, other)
        for mine, other in zip(made[0].parameters(), twin.parameters(), strict=True)
    )


def reads_a_batch(network: nn.Module, size: int) -> int:
    series, lengths = torch.randn(size, 29, 12), torch.randint(7, 30, (size,))
    lengths[0] = 29
    targets = torch.zeros(size, dtype=torch.int64)
    trainer = make_optimizer(
        network.parameters(), name="sgd", implementation="foreach", learning_rate=0.01
    )
    return count_operations(
        lambda: train_step(network, cross_entropy, trainer, [series, lengths], targets)
    ).host_reads


@pytest.mark.parametrize("size", [8, 128])
def test_the_courses_helper_makes_the_host_read_a_number_a_sample_and_the_lean_loop_none(
    size: int,
) -> None:
    network = RNN(12, 64, 9)
    # One a sample for the list, one each for the two sizes that torch's packed layer looks up.
    assert reads_a_batch(with_loop(network, COURSE), size) == size + 2
    assert reads_a_batch(with_loop(network, Loop(gather="list")), size) == size
    assert reads_a_batch(with_loop(network, LEAN), size) == 0


def test_both_gathers_pick_the_same_states() -> None:
    states, lengths = torch.randn(5, 7, 3), torch.tensor([7, 1, 4, 2, 6])
    assert torch.equal(last_step_by_list(states, lengths), last_step(states, lengths))


def test_a_device_without_a_debug_mode_of_synchronisations_has_no_count() -> None:
    assert count_synchronisations(lambda: None, CPU) is None


PROTOTYPE = (
    "Synchronization debug mode is a prototype feature and does not yet detect all synchronizing "
    "operations (Triggered internally at /pytorch/torch/csrc/cuda/Module.cpp:1027.)"
)
BY = " (Triggered internally at /pytorch/c10/cuda/CUDAFunctions.cpp:286.)"


def test_torch_has_the_words_that_are_looked_for() -> None:
    """In its CUDA libraries, where this build has them."""
    folder = Path(torch.__file__).parent / "lib"
    libraries = [folder / "libc10_cuda.so", folder / "libtorch_python.so"]
    if not all(library.exists() for library in libraries):
        pytest.skip("this torch has no CUDA libraries")
    said, warned = (library.read_bytes() for library in libraries)
    assert b"called a synchronizing CUDA operation" in said
    assert PROTOTYPE.partition(" (Triggered")[0].encode() in warned


def test_synchronisations_are_counted_by_the_devices_debug_mode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stands in for CUDA, with the words of its library: the first use warns of itself as well."""
    modes: list[Any] = []

    def step() -> None:
        assert modes == ["warn"]
        for _ in range(3):
            warnings.warn(f"called a synchronizing CUDA operation{BY}", UserWarning, stacklevel=1)
        warnings.warn("something else", UserWarning, stacklevel=1)

    def set_mode(mode: Any) -> None:
        if not modes:
            warnings.warn(PROTOTYPE, UserWarning, stacklevel=1)
        modes.append(mode)

    module = SimpleNamespace(get_sync_debug_mode=lambda: 0, set_sync_debug_mode=set_mode)
    monkeypatch.setattr("bench.why.operations.torch.get_device_module", lambda _device: module)
    assert count_synchronisations(step, CPU) == 3
    assert modes == ["warn", 0]


def test_only_the_loops_that_ask_for_it_change_a_recurrent_network() -> None:
    network, other = RNN(12, 64, 9), MLP(3, 4, 2)
    assert with_loop(network, LEAN) is network
    assert with_loop(network, Loop(sequences="packed")) is not network
    assert with_loop(other, COURSE) is other
