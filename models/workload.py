"""The words of models/: a split of samples, a dataset, a score and a workload."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor, nn


@dataclass(frozen=True)
class Split:
    """Samples as tensors that share dimension 0; `inputs` are the network's arguments."""

    inputs: tuple[Tensor, ...]
    targets: Tensor


@dataclass(frozen=True)
class Dataset:
    """A training and a held-out split that share no sample; one just made knows no `sha256`."""

    name: str
    train: Split
    held_out: Split
    description: str
    source: str
    sha256: str = ""


Measure = Callable[[Any, Tensor], Tensor]
"""(network output, targets) -> a number or numbers."""


@dataclass(frozen=True)
class Score:
    """How good a network is: `measure` gives a number per sample or token, or their mean.

    `name` is letters, digits, `_`, `.` and `-`. `unit` is what it is written with: `%` is a share,
    written times 100; nothing where the name says it.
    """

    name: str
    measure: Measure
    better: Literal["higher", "lower"]
    unit: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,59}", self.name, re.ASCII):
            raise ValueError(f"score name {self.name!r}: write letters, digits, _, . and - only")
        if self.better not in ("higher", "lower"):
            raise ValueError(
                f"score {self.name}: better is 'higher' or 'lower', no {self.better!r}"
            )

    def reached(self, value: float, goal: float) -> bool:
        """Whether a held-out score is at least as good as the goal (nan never is)."""
        return value <= goal if self.better == "lower" else value >= goal


def one_each(targets: Tensor) -> Tensor:
    """Return (N,): 1 for each sample."""
    return targets.new_ones(len(targets))


@dataclass(frozen=True)
class Workload:
    """A network, its data, its loss and its goal.

    `build` makes a network on the CPU with weights from torch's global generator, which the caller
    seeds. `loss` is a scalar mean, of so many `terms` of each sample: as many of every one, unless
    said otherwise. `goal` is a held-out score that is worth reaching. `learning_rates` holds a
    sensible one for each of `models.optimizers.OPTIMIZERS`.
    """

    description: str
    build: Callable[[], nn.Module]
    dataset: str
    learning_rates: Mapping[str, float]
    loss: Measure
    score: Score
    goal: float
    terms: Callable[[Tensor], Tensor] = one_each
