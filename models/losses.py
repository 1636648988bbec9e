"""What is minimised and what is reported, for outputs of every workload."""

import math

from torch import Tensor
from torch.nn import functional


def cross_entropy(output: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats of class scores (..., C) against classes (...)."""
    return functional.cross_entropy(output.flatten(0, -2), targets.flatten())


def correct(output: Tensor, targets: Tensor) -> Tensor:
    """Return (N,): 1 where the highest score (N, C) is the class (N,), else 0; mean: accuracy."""
    return (output.argmax(dim=-1) == targets).float()


def bits(output: Tensor, targets: Tensor) -> Tensor:
    """Return (N * T,): what each character (N, T) costs in bits under its scores (N, T, V)."""
    nats = functional.cross_entropy(output.flatten(0, -2), targets.flatten(), reduction="none")
    return nats / math.log(2)
