"""Small networks whose operations are published, and a training step of each."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.train.lean_loop import train_step
from models.losses import cross_entropy
from models.mlp import MLP
from models.optimizers import make_optimizer


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
