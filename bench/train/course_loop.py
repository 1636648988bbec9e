"""Epochs of training other than the lean one: the loop that students are taught, and its steps.

every epoch the whole training and held-out set predicted once more, the labels collected in Python.
It trains on the same minibatches as the lean loop, in the same order.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from bench.loop import Loop
from bench.train.lean_loop import train_epoch
from models import Split

if TYPE_CHECKING:
    from bench.train.trainer import Arm

Batch = tuple[list[Tensor], Tensor]


def train_as_asked(
    arm: "Arm",
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    permutation: Tensor,
    batch_size: int,
) -> None:
    """One epoch on the samples of `permutation` by the loop of the arm's job, its evaluation apart.

    `permutation` lies where the training data lies.
    """
    if arm.job.loop.is_lean:
        train_epoch(
            network,
            arm.workload.loss,
            optimizer,
            arm.train,
            permutation=permutation,
            batch_size=batch_size,
        )
        return
    pinned = arm.job.loop.placement == "pinned"
    order = batches(arm.train, arm.job.loop, permutation=permutation, batch_size=batch_size)
    for batch in order:
        inputs, targets = on_device(batch, arm.device, pinned=pinned)
        loss = arm.workload.loss(network(*inputs), targets)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it
        optimizer.step()


def batches(split: Split, loop: Loop, *, permutation: Tensor, batch_size: int) -> Iterator[Batch]:
    """The minibatches of one epoch as (inputs, targets), where the data lies."""
    if loop.loader == "dataloader":
        for *inputs, targets in DataLoader(
            TensorDataset(*split.inputs, split.targets),
            batch_size=batch_size,
            sampler=permutation.tolist(),
            pin_memory=loop.placement == "pinned",
        ):
            yield inputs, targets
        return
    pinned = loop.placement == "pinned"
    tensors = [permuted(tensor, permutation, pinned=pinned) for tensor in split.inputs]
    targets = permuted(split.targets, permutation, pinned=pinned)
    for start in range(0, len(targets), batch_size):
        stop = start + batch_size
        yield [tensor[start:stop] for tensor in tensors], targets[start:stop]


def permuted(tensor: Tensor, permutation: Tensor, *, pinned: bool) -> Tensor:
    """The samples in the order of the permutation, in pinned memory when asked."""
    if not pinned:
        return tensor[permutation]
    shape = (len(permutation), *tensor.shape[1:])
    buffer = torch.empty(shape, dtype=tensor.dtype, pin_memory=True)
    return torch.index_select(tensor, 0, permutation, out=buffer)


def on_device(batch: Batch, device: torch.device, *, pinned: bool) -> Batch:
    """A minibatch on the device; only copies out of pinned memory do not make the host wait."""
    inputs, targets = batch
    moved = [tensor.to(device, non_blocking=pinned) for tensor in inputs]
    return moved, targets.to(device, non_blocking=pinned)


def evaluate_everything(arm: "Arm", network: nn.Module, *, batch_size: int) -> list[float]:
    """The course's evaluation after an epoch: (training, held-out) accuracy.

    Of sequences, the share of right symbols.
    """
    return [
        accuracy(network, split, device=arm.device, batch_size=batch_size)
        for split in (arm.train, arm.evaluated)
    ]


def accuracy(network: nn.Module, split: Split, *, device: torch.device, batch_size: int) -> float:
    """The share of right predictions: a second DataLoader, labels by a Python loop, NumPy.

    The network stays in training mode (see `bench.train.epochs.evaluate`).
    """
    samples = TensorDataset(*split.inputs, split.targets)
    predicted = []
    with torch.no_grad():
        for *inputs, targets in DataLoader(samples, batch_size=batch_size):
            moved, _ = on_device((inputs, targets), device, pinned=False)
            predicted.append(network(*moved).argmax(dim=-1).cpu().numpy())
    labels = np.array([samples[place][-1].tolist() for place in range(len(samples))])
    return float((np.concatenate(predicted) == labels).mean())
