"""The loop under the clock, and nothing else."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from models import Split


def train_epoch(
    network: nn.Module,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    split: Split,
    *,
    permutation: Tensor,
    batch_size: int,
) -> None:
    """Trains one epoch of minibatch gradient descent on resident data.

    `permutation` holds the order of the N samples (int64, shape (N,), on the data's device). The
    data is permuted once and minibatches are slices of it; a last smaller minibatch is trained on.
    """
    inputs = [tensor[permutation] for tensor in split.inputs]
    targets = split.targets[permutation]
    for start in range(0, len(targets), batch_size):
        stop = start + batch_size
        optimizer.zero_grad()
        output = network(*[tensor[start:stop] for tensor in inputs])
        loss_function(output, targets[start:stop]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def train_step(
    network: nn.Module,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    inputs: list[Tensor],
    targets: Tensor,
) -> Tensor:
    """Takes one optimiser step on one minibatch as `train_epoch` does; returns the loss before."""
    optimizer.zero_grad()
    loss = loss_function(network(*inputs), targets)
    loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it
    optimizer.step()
    return loss.detach()
