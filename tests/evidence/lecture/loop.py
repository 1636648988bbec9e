"""A plain training loop for what lecture.py draws beyond result files: Adam, one thread."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from models import Split

Forward = Callable[..., Tensor]
Score = Callable[[Tensor, Tensor], Tensor]


def trained(
    network: nn.Module,
    split: Split,
    *,
    loss: Score,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    seed: int,
    forward: Forward | None = None,
) -> Iterator[int]:
    """Trains a network and yields the number of each epoch that has ended, 0 before the first.

    `forward` takes the network's place where another way through it is trained.
    """
    optimizer = torch.optim.Adam(network.parameters(), learning_rate)
    generator = torch.Generator().manual_seed(seed)
    yield 0
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(split.targets), generator=generator)
        for places in torch.split(order, batch_size):
            outputs = (forward or network)(*[tensor[places] for tensor in split.inputs])
            optimizer.zero_grad()
            torch.autograd.backward(loss(outputs, split.targets[places]))
            optimizer.step()
        yield epoch


def score(forward: Forward, split: Split, of: Score) -> float:
    """Returns the mean score over a held-out split, in minibatches."""
    with torch.no_grad():
        parts = [
            of(forward(*[tensor[places] for tensor in split.inputs]), split.targets[places])
            for places in torch.split(torch.arange(len(split.targets)), 512)
        ]
    return float(torch.cat(parts).mean())
