"""The loop that students are taught, and its steps between it and the lean one.

After every epoch it predicts the whole training and held-out set once more and collects the labels
in Python: every sample is asked for three times. It trains on the same minibatches as the lean
loop, in the same order.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from bench.loop import Loop
from bench.train.course_loader import CourseLoader
from bench.train.own_loader import Batch, OwnLoader
from models import Split


def train_course_epoch(
    network: nn.Module,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    split: Split,
    *,
    permutation: Tensor,
    batch_size: int,
    loop: Loop,
    device: torch.device,
    loader: OwnLoader | CourseLoader | None = None,
) -> None:
    """Trains one epoch as `train_epoch` does, by another loop, on data that may lie elsewhere."""
    pinned = is_pinned(loop, loader)
    for batch in batches(
        split, loop, permutation=permutation, batch_size=batch_size, loader=loader
    ):
        inputs, targets = on_device(batch, device, pinned=pinned)
        loss = loss_function(network(*inputs), targets)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it
        optimizer.step()


def is_pinned(loop: Loop, loader: OwnLoader | CourseLoader | None) -> bool:
    """Whether minibatches come in pinned memory, out of which copies do not block the host."""
    return loader.pinned if loader else loop.placement == "pinned"


def batches(
    split: Split,
    loop: Loop,
    *,
    permutation: Tensor,
    batch_size: int,
    loader: OwnLoader | CourseLoader | None = None,
) -> Iterator[Batch]:
    """Yields the minibatches of one epoch as (inputs, targets), where the data lies."""
    if loader:
        yield from loader.minibatches(permutation, batch_size=batch_size)
        return
    pinned = loop.placement == "pinned"
    tensors = [permuted(tensor, permutation, pinned=pinned) for tensor in split.inputs]
    targets = permuted(split.targets, permutation, pinned=pinned)
    for start in range(0, len(targets), batch_size):
        stop = start + batch_size
        yield [tensor[start:stop] for tensor in tensors], targets[start:stop]


def permuted(tensor: Tensor, permutation: Tensor, *, pinned: bool) -> Tensor:
    """Returns the samples in the order of the permutation, in pinned memory when asked."""
    if not pinned:
        return tensor[permutation]
    shape = (len(permutation), *tensor.shape[1:])
    buffer = torch.empty(shape, dtype=tensor.dtype, pin_memory=True)
    return torch.index_select(tensor, 0, permutation, out=buffer)


def on_device(batch: Batch, device: torch.device, *, pinned: bool) -> Batch:
    """Copies a minibatch to the device; only copies out of pinned memory do not block the host."""
    inputs, targets = batch
    moved = [tensor.to(device, non_blocking=pinned) for tensor in inputs]
    return moved, targets.to(device, non_blocking=pinned)


def predictions(output: Tensor, targets: Tensor) -> Tensor:
    """Returns the highest score's class; or the output, where it has the targets' shape."""
    return output if output.shape == targets.shape else output.argmax(dim=-1)


def accuracy(
    network: nn.Module, loader: CourseLoader, *, device: torch.device, batch_size: int
) -> float:
    """Returns the share of right predictions, of sequences that of right symbols.

    A second DataLoader, labels by a Python loop, NumPy: as it is taught. The network stays in
    training mode. An output of several tensors, by name or not, begins with the one that is meant.
    """
    outputs = []
    with torch.no_grad():
        for inputs, _ in loader.in_order(batch_size=batch_size):
            output = network(*[tensor.to(device) for tensor in inputs])
            outputs.append(tree_leaves(output)[0])
    labels = loader.labels().cpu()
    predicted = predictions(torch.cat(outputs), labels).cpu()
    return float((predicted.numpy() == labels.numpy()).mean())
