"""The check of somebody's own workload on a device, before anything is timed: one small batch."""

import math

import torch
from torch import Tensor, nn

from bench.train.epochs import ALIKE, predicting
from models import Split, Workload, WrongError, data_of

SIZES = (4, 3)
"""Two batch sizes, so that a network or a loss made for one size is found."""


def check(workload: Workload, device: torch.device) -> bool:
    """Trains a step at two batch sizes; returns whether losses can be compared only loosely.

    Raises WrongError with what is wrong, or whatever the network or the loss raises.
    """
    train = data_of(workload).train
    torch.manual_seed(0)
    network = workload.build()
    if not isinstance(network, nn.Module):
        raise WrongError(f"builds a {type(network).__name__}, no nn.Module")
    network.to(device)
    if isinstance(workload.loss, nn.Module):
        workload.loss.to(device)
    for size in SIZES:
        batch = _first(train, size, device)
        loss = _loss(workload, network, batch)
        loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it
    _require_gradients(network)
    with torch.no_grad(), predicting(network):
        plain = _loss(workload, network, batch).item()
        scores = workload.scores(network(*batch.inputs), batch.targets)
    if not math.isfinite(scores.mean().item()):
        raise WrongError(f"the score {workload.score.name} of {size} samples is no finite number")
    return abs(plain - loss.item()) > ALIKE * max(abs(plain), abs(loss.item()))


def _first(split: Split, size: int, device: torch.device) -> Split:
    inputs = tuple(tensor[:size].to(device) for tensor in split.inputs)
    return Split(inputs, split.targets[:size].to(device))


def _loss(workload: Workload, network: nn.Module, batch: Split) -> Tensor:
    loss = workload.loss(network(*batch.inputs), batch.targets)
    size = len(batch.targets)
    if not isinstance(loss, Tensor):
        raise WrongError(f"the loss is a {type(loss).__name__}, no tensor")
    if loss.dim():
        shape = tuple(loss.shape)
        raise WrongError(f"the loss has the shape {shape}; it has to be one number, the mean")
    if not math.isfinite(loss.item()):
        raise WrongError(f"the loss of the first {size} samples is {loss.item()}")
    return loss


def _require_gradients(network: nn.Module) -> None:
    trained = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    if not trained:
        raise WrongError("the network has no parameter to train")
    lost = [name for name, one in trained if one.grad is None]
    if lost:
        raise WrongError(
            f"the loss does not depend on the parameter {lost[0]}: leave it out or freeze it "
            "(requires_grad_(False))"
        )
