"""The words of models/: a split of samples, a dataset, a goal and a workload."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class Split:
    """Samples of one kind, as tensors that share dimension 0.

    `inputs` are the arguments of the network (`network(*inputs)`): one tensor, or a padded batch
    and its lengths, or a source and a target sequence. `targets` are int64.
    """

    inputs: tuple[Tensor, ...]
    targets: Tensor


@dataclass(frozen=True)
class Dataset:
    """A training and a held-out split that share no sample, and where they come from."""

    name: str
    train: Split
    held_out: Split
    description: str
    source: str


@dataclass(frozen=True)
class Goal:
    """A held-out score that a workload reaches, and the recipe that a test proves it with.

    `metric` is "accuracy" or "exact_match" (fractions of samples, higher is better), or
    "bits_per_character" (lower is better). The whole held-out split is scored after every epoch;
    the first score as good as `value` comes within so many epochs. Every epoch shuffles the whole
    training split.
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


@dataclass(frozen=True)
class Workload:
    """A network, its data, its loss and its goal.

    `build` makes a new network on the CPU with weights from torch's global generator, so the
    caller seeds it. `loss` maps (network output, targets) to a scalar mean; `score` maps the same
    pair to a 1-D tensor, one score a sample or token, whose mean is the goal's metric.
    `learning_rates` holds a sensible default for every name in `models.optimizers.OPTIMIZERS`.
    """

    name: str
    description: str
    build: Callable[[], nn.Module]
    dataset: str
    loss: Callable[[Tensor, Tensor], Tensor]
    score: Callable[[Tensor, Tensor], Tensor]
    learning_rates: Mapping[str, float]
    goal: Goal
