"""The words of models/: a split of samples, a dataset, a goal and a workload."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from models import losses


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


@dataclass(frozen=True)
class Goal:
    """A held-out score that a workload reaches, and the recipe that a test proves it with.

    `metric` is "accuracy" or "exact_match" (shares of samples), or "bits_per_character". The whole
    held-out split is scored after every epoch; one of the first `within_epochs` reaches `value`.
    """

    metric: str
    value: float
    within_epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float

    def reached(self, score: float) -> bool:
        """Whether a held-out score is at least as good as the goal (nan never is)."""
        if self.metric == "bits_per_character":
            return score <= self.value
        return score >= self.value


Measure = Callable[[Tensor, Tensor], Tensor]
"""(network output, targets) -> a number or numbers."""


@dataclass(frozen=True)
class Workload:
    """A network, its data, its loss and its goal.

    `build` makes a network on the CPU with weights from torch's global generator, which the caller
    seeds. `loss` is a scalar mean; `score` one number per sample or token, whose mean is the goal's
    metric. `learning_rates` holds a sensible one for each of `models.optimizers.OPTIMIZERS`.
    """

    description: str
    build: Callable[[], nn.Module]
    dataset: str
    learning_rates: Mapping[str, float]
    goal: Goal
    loss: Measure = losses.cross_entropy
    score: Measure = losses.correct
