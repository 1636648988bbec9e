"""What is minimised and what is reported, for outputs of every workload."""

import math

from torch import Tensor
from torch.nn import functional

from models.transformer_full import PADDING
from models.workload import Score


def cross_entropy(output: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats of class scores (..., C) against classes (...)."""
    return functional.cross_entropy(output.flatten(0, -2), targets.flatten())


def correct(output: Tensor, targets: Tensor) -> Tensor:
    """Return (N,): 1 where the highest score (N, C) is the class (N,), else 0; mean: accuracy."""
    return (output.argmax(dim=-1) == targets).float()


def symbol_cross_entropy(output: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats over the real symbols of the targets (N, T), padding left out."""
    scores = output.flatten(0, -2)  # N * T, symbols
    return functional.cross_entropy(scores, targets.flatten(), ignore_index=PADDING)


def symbols(targets: Tensor) -> Tensor:
    """Return (N,): of how many terms of each (N, T) `symbol_cross_entropy` is a mean."""
    return (targets != PADDING).sum(dim=1)


def exact_match(output: Tensor, targets: Tensor) -> Tensor:
    """Return (N,): 1 where all real symbols of (N, T) score highest in (N, T, symbols), else 0.

    A network writes a whole target by itself exactly when each symbol follows from the true ones.
    """
    right = (output.argmax(dim=-1) == targets) | (targets == PADDING)  # N, T
    return right.all(dim=1).float()


def bits(output: Tensor, targets: Tensor) -> Tensor:
    """Return (N * T,): what each character (N, T) costs in bits under its scores (N, T, V)."""
    nats = functional.cross_entropy(output.flatten(0, -2), targets.flatten(), reduction="none")
    return nats / math.log(2)


ACCURACY = Score("accuracy", correct, "higher", "%")
EXACT_MATCH = Score("exact_match", exact_match, "higher", "%")
BITS_PER_CHARACTER = Score("bits_per_character", bits, "lower")
