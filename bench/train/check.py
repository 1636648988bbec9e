"""The check of somebody's own workload on a device, before anything is timed: one small batch."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from bench.train.epochs import ALIKE, predicting
from models import Split, Workload, WrongError, data_of
from models.samples import require_on_host

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
    require_on_host("network", network.parameters())
    _require_fp32(network)
    network.to(device)
    if isinstance(workload.loss, nn.Module):
        workload.loss.to(device)
    for size in SIZES:
        batch = _first(train, size, device)
        with _telling(batch):
            loss = _loss(workload, network, batch)
            loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it
    _require_gradients(network)
    with torch.no_grad(), predicting(network):
        plain = _loss(workload, network, batch).item()
        scores = workload.scores(network(*batch.inputs), batch.targets)
    if not math.isfinite(scores.mean().item()):
        raise WrongError(f"the score {workload.score.name} of {size} samples is no finite number")
    return abs(plain - loss.item()) > ALIKE * max(abs(plain), abs(loss.item()))


def _require_fp32(network: nn.Module) -> None:
    """Refuses a network of other numbers: its seconds would stand in the file as those of fp32."""
    for name, parameter in network.named_parameters():
        if parameter.is_floating_point() and parameter.dtype != torch.float32:
            dtype = str(parameter.dtype).removeprefix("torch.")
            words = f"its parameter {name} is {dtype}, and a side's seconds are those of float32"
            raise WrongError(f"{words}; write network.float(), and name a side as cpu+bf16")


@contextmanager
def _telling(batch: Split) -> Iterator[None]:
    """Adds to an error what the batch was: of shapes and types that do not fit, torch names few.

    A loss over targets of another shape, (N,) against (N, 1), is an error: torch only warns.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Using a target size")
            yield
    except WrongError:
        raise
    except Exception as error:
        inputs = ", ".join(map(_described, batch.inputs))
        error.add_note(f"inputs are {inputs}, targets {_described(batch.targets)}")
        if torch.float64 in [tensor.dtype for tensor in (*batch.inputs, batch.targets)]:
            error.add_note("a network is float32 unless told otherwise: .float() makes data so")
        raise


def _described(tensor: Tensor) -> str:
    """A tensor's type and shape: `float32 (4, 3)`."""
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def _first(split: Split, size: int, device: torch.device) -> Split:
    inputs = tuple(tensor[:size].to(device) for tensor in split.inputs)
    return Split(inputs, split.targets[:size].to(device))


def _loss(workload: Workload, network: nn.Module, batch: Split) -> Tensor:
    loss = workload.loss(network(*batch.inputs), batch.targets)
    size = len(batch.targets)
    if not isinstance(loss, Tensor):
        raise WrongError(f"the loss is a {type(loss).__name__}; it has to be a tensor, no .item()")
    if loss.dim():
        shape = tuple(loss.shape)
        raise WrongError(f"the loss has the shape {shape}; it has to be one number, the mean")
    if not math.isfinite(loss.item()):
        words = f"the loss of the first {size} samples is {loss.item()}"
        raise WrongError(f"{words}; {_whence(batch)}")
    return loss


def _whence(batch: Split) -> str:
    """Where to look for the cause of a loss that is no number."""
    finite = [bool(tensor.isfinite().all()) for tensor in (*batch.inputs, batch.targets)]
    if all(finite):
        return "inputs and targets are numbers: look at the network and the loss"
    return f"the {'targets' if all(finite[:-1]) else 'inputs'} hold nan or inf"


def _require_gradients(network: nn.Module) -> None:
    trained = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    if not trained:
        raise WrongError("the network has no parameter that requires a gradient")
    lost = [name for name, one in trained if one.grad is None]
    if lost:
        raise WrongError(
            f"the loss does not depend on the parameter {lost[0]}: leave it out or freeze it "
            "(requires_grad_(False))"
        )
