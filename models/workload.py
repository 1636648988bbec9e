"""The words of models/: a split of samples, a dataset, a score and a workload."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

OWN = "own"
"""In place of a name: what the workload brings itself, an optimiser or a DataLoader."""
USUAL_RATES = {"sgd": 0.1, "momentum": 0.01, "adam": 0.001, "adamw": 0.001, OWN: 0.001}


@dataclass(frozen=True)
class Split:
    """Samples as tensors that share dimension 0; `inputs` are the network's arguments."""

    inputs: tuple[Tensor, ...]
    targets: Tensor


@dataclass(frozen=True)
class Loader:
    """Somebody's own DataLoader, and the places of the training samples in its dataset."""

    loader: Any
    places: Sequence[int]


@dataclass(frozen=True)
class Dataset:
    """A training and a held-out split that share no sample; one just made knows no `sha256`.

    `names` are the network's keyword arguments, where batches are dicts. With a `loader` only the
    first samples may have been read into `train`.
    """

    name: str
    train: Split
    held_out: Split
    description: str
    source: str
    sha256: str = ""
    names: tuple[str, ...] = ()
    loader: Loader | None = None

    @property
    def train_samples(self) -> int:
        """How many samples there are to train on."""
        return len(self.loader.places if self.loader else self.train.targets)


Measure = Callable[[Any, Tensor], Tensor]
"""(network output, targets) -> a number or numbers."""


@dataclass(frozen=True)
class Score:
    """How good a network is: `measure` gives a number per sample or token, or the mean of them.

    `name` is letters, digits, `_`, `.` and `-`. `unit` is what it is written with: `%` is a share,
    written times 100; nothing where the name says it. Without a `measure` it is the loss.
    """

    name: str
    measure: Measure | None
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


LOSS = Score("loss", None, "lower")


@dataclass(frozen=True)
class Workload:
    """A network, its data and its loss; the rest need only be said where it matters.

    `build` makes a network on the CPU with weights from torch's global generator, which the caller
    seeds. `dataset` is the name of one that ships, a pair (inputs, targets), a torch Dataset or a
    DataLoader; `collate` makes batches of a Dataset's samples. `held_out` is the like, where not
    every fifth sample is to be held out. `loss` is a scalar mean over the batch, of so many
    `terms` of each sample: as many of every one, unless said otherwise. `goal` is a held-out score
    that is worth reaching. `learning_rates` are by optimiser (`models.optimizers`);
    `optimizer(parameters, lr=...)` makes the workload's own.
    """

    build: Callable[[], nn.Module]
    dataset: Any
    loss: Measure
    score: Score = LOSS
    goal: float | None = None
    terms: Callable[[Tensor], Tensor] = one_each
    held_out: Any = None
    learning_rates: Mapping[str, float] = field(default_factory=dict)
    optimizer: Callable[..., torch.optim.Optimizer] | None = None
    collate: Callable[[list[Any]], Any] | None = None
    description: str = ""

    def scores(self, output: Any, targets: Tensor) -> Tensor:
        """Return the score as a number per sample or token (K,); a mean stands for each sample."""
        measured = (self.score.measure or self.loss)(output, targets).float()
        return measured.flatten() if measured.dim() else measured.expand(len(targets))

    @property
    def rates(self) -> dict[str, float]:
        """A sensible learning rate for each optimiser that it can be trained with."""
        own = {OWN: USUAL_RATES[OWN]} if self.optimizer else {}
        usual = {name: rate for name, rate in USUAL_RATES.items() if name != OWN}
        return usual | own | dict(self.learning_rates)
