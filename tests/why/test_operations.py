"""Operations, FLOPs, bytes and host reads of a step, against counts made by hand."""

import warnings
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.loop import COURSE, LEAN, Loop
from bench.train.lean_loop import train_step
from bench.train.sequences import last_step_by_list, with_loop
from bench.why.operations import Operations, count_operations, count_synchronisations
from models.losses import cross_entropy
from models.mlp import MLP
from models.optimizers import make_optimizer
from models.recurrent import RNN, last_step

CPU = torch.device("cpu")


class SmallCNN(nn.Module):
    """Two convolutions and a linear layer; six parameters, no pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 8, 3, padding=1)
        self.second = nn.Conv2d(8, 16, 3, padding=1)
        self.output = nn.Linear(16 * 64, 10)

    def forward(self, images: Tensor) -> Tensor:
        x = torch.relu(self.first(images))
        x = torch.relu(self.second(x))
        scores: Tensor = self.output(x.flatten(1))
        return scores


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.inputs = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        parts = self.inputs(x).split(width, dim=2)
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in parts)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        mixed: Tensor = self.output(y.transpose(1, 2).contiguous().view(batch, length, width))
        return mixed


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, 4)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        y: Tensor = x + self.narrow(functional.gelu(self.wide(self.norm2(x))))
        return y


class SmallGPT(nn.Module):
    """Two layers of width 128, the output layer tied to the embedding; 28 parameters."""

    def __init__(self, symbols: int = 65, length: int = 32, width: int = 128) -> None:
        super().__init__()
        self.symbols, self.positions = nn.Embedding(symbols, width), nn.Embedding(length, width)
        self.blocks = nn.Sequential(Block(width), Block(width))
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, symbols, bias=False)
        self.output.weight = self.symbols.weight

    def forward(self, text: Tensor) -> Tensor:
        x = self.symbols(text) + self.positions(torch.arange(text.shape[1]))
        scores: Tensor = self.output(self.norm(self.blocks(x)))
        return scores


def text_loss(output: Tensor, targets: Tensor) -> Tensor:
    return functional.cross_entropy(output.view(-1, output.shape[-1]), targets.view(-1))


def make_mlp() -> tuple[nn.Module, Tensor, Tensor]:
    return MLP(64, 128, 10), torch.randn(16, 64), torch.arange(16) % 10


def make_cnn() -> tuple[nn.Module, Tensor, Tensor]:
    return SmallCNN(), torch.randn(4, 1, 8, 8), torch.arange(4)


def make_gpt() -> tuple[nn.Module, Tensor, Tensor]:
    return SmallGPT(), torch.zeros(2, 32, dtype=torch.int64), torch.zeros(2, 32, dtype=torch.int64)


def step_of(
    made: tuple[nn.Module, Tensor, Tensor], optimizer: str, implementation: str
) -> Callable[[], object]:
    """A training step whose optimiser has its state already."""
    network, inputs, targets = made
    loss = text_loss if targets.dim() == 2 else cross_entropy
    trainer = make_optimizer(
        network.parameters(), name=optimizer, implementation=implementation, learning_rate=0.01
    )
    step = partial(train_step, network, loss, trainer, [inputs], targets)
    step()
    return step


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
