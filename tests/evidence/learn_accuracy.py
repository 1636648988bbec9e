"""`python -m tests.evidence.learn_accuracy`: do data and training come to what others published?

Trains small networks to the end, at the recipe of MNIST-1D's authors (Greydanus 2020: Adam 0.01,
minibatches of 100, 6000 steps) or one like it, and prints held-out accuracy beside the published
one. About six minutes on one core; `--out results/accuracy.csv` keeps the table. Needs scikit-learn
(`uv run --group data`).
"""

import argparse
import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn

from bench.learning.worker import EVALUATION_BATCH, minibatches
from bench.train.epochs import evaluate
from bench.train.lean_loop import train_step
from models import WORKLOADS, Split, Workload, load_dataset
from models.mlp import MLP
from models.optimizers import make_optimizer

SEEDS = (0, 1, 2)


class TwoLayerMLP(nn.Module):
    """The published MLP of MNIST-1D: 40-100-100-10, the second layer around a shortcut."""

    def __init__(self, features: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.first = nn.Linear(features, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.output = nn.Linear(hidden, classes)

    def forward(self, series: Tensor) -> Tensor:
        """Map series (N, features) to class scores (N, classes)."""
        x = torch.relu(self.first(series))
        x = x + torch.relu(self.second(x))
        scores: Tensor = self.output(x)
        return scores


class BothWaysGRU(nn.Module):
    """The published GRU of MNIST-1D: 6 units in each direction, all their states classified."""

    def __init__(self, steps: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.recurrent = nn.GRU(1, hidden, batch_first=True, bidirectional=True)
        self.output = nn.Linear(2 * hidden * steps, classes)

    def forward(self, series: Tensor) -> Tensor:
        """Map series (N, steps) to class scores (N, classes)."""
        states, _ = self.recurrent(series.unsqueeze(2))  # N, steps, 2 hidden
        scores: Tensor = self.output(states.flatten(1))
        return scores


class SmallImageCNN(nn.Module):
    """Two convolutions and a linear layer for images of 8 x 8."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.convolution1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.convolution2 = nn.Conv2d(32, 32, kernel_size=3, padding=1)
        self.output = nn.Linear(32 * 4 * 4, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 64) to class scores (N, classes)."""
        x = torch.relu(self.convolution1(images.reshape(-1, 1, 8, 8)))
        x = nn.functional.max_pool2d(torch.relu(self.convolution2(x)), 2)  # N, 32, 4, 4
        scores: Tensor = self.output(x.flatten(1))
        return scores


@dataclass(frozen=True)
class Recipe:
    """A network to be trained to the end, and the accuracy that others published (per cent)."""

    name: str
    data: str
    build: Callable[[], nn.Module]
    published: float
    steps: int = 6000
    batch_size: int = 100
    learning_rate: float = 0.01


RECIPES = (
    Recipe("logistic", "mnist-1d", partial(nn.Linear, 40, 10), 32.0),
    Recipe("mlp", "mnist-1d", partial(TwoLayerMLP, 40, 100, 10), 68.0),
    Recipe("gru", "mnist-1d", partial(BothWaysGRU, 40, 6, 10), 91.0),
    Recipe("cnn-series", "mnist-1d", WORKLOADS["cnn-series"].build, 94.0),
    Recipe("mlp", "digits-8x8", partial(MLP, 64, 128, 10), 97.6, 2000, 64, 0.002),
    Recipe("cnn", "digits-8x8", partial(SmallImageCNN, 10), 98.4, 1500, 64, 0.002),
    Recipe("lstm", "japanese-vowels", WORKLOADS["lstm"].build, 95.5, 1500, 32, 0.005),
)


@cache
def splits(name: str) -> tuple[Split, Split]:
    """The training and held-out split of a data set of the suite, or of scikit-learn's digits."""
    if name != "digits-8x8":
        data = load_dataset(name)
        return data.train, data.held_out
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        raise SystemExit("the 8 x 8 digits are scikit-learn's: uv run --group data ...") from None

    digits = load_digits()
    images = torch.from_numpy(digits.data).float() / 16
    targets = torch.from_numpy(digits.target).long()
    order = torch.randperm(len(targets), generator=torch.Generator().manual_seed(0))
    train, held_out = order[:1437], order[1437:]
    return Split((images[train],), targets[train]), Split((images[held_out],), targets[held_out])


def accuracy(recipe: Recipe, seed: int) -> float:
    """Held-out accuracy in per cent after the recipe's last step."""
    train, held_out = splits(recipe.data)
    # Every recipe minimises cross-entropy and counts the right ones, as the MLP workload does.
    workload: Workload = WORKLOADS["mlp"]
    torch.manual_seed(seed)
    network = recipe.build()
    optimizer = make_optimizer(
        network.parameters(), name="adam", implementation="foreach",
        learning_rate=recipe.learning_rate,
    )  # fmt: skip
    batches = minibatches(train, batch_size=recipe.batch_size, seed=seed)
    for _ in range(recipe.steps):
        inputs, targets = next(batches)
        train_step(network, workload.loss, optimizer, inputs, targets)
    return 100 * evaluate(workload, network, held_out, batch_size=EVALUATION_BATCH)[1]


def main(arguments: list[str] | None = None) -> int:
    """Trains every recipe and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="a CSV file for the table")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    rows = []
    for recipe in RECIPES:
        seen = [accuracy(recipe, seed) for seed in SEEDS]
        rows.append([recipe.data, recipe.name, f"{median(seen):.1f}", f"{min(seen):.1f}",
                     f"{max(seen):.1f}", f"{recipe.published:.1f}"])  # fmt: skip
        print("  ".join(rows[-1]), flush=True)
    if options.out:
        names = ["data", "network", "accuracy", "lowest", "highest", "published"]
        with options.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([names, *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
