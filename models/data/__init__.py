"""The datasets by name. They ship in this folder, made by their `prepare` from other packages."""

import hashlib
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from models.data import (
    far_symbol,
    japanese_vowels,
    kjv_text,
    mnist_1d,
    mnist_5k,
    number_words,
    shipped,
)
from models.workload import Dataset, Split

DATASETS: dict[str, Callable[[], Dataset]] = {
    "mnist-5k": mnist_5k.prepare,
    "mnist-1d": mnist_1d.prepare,
    "japanese-vowels": japanese_vowels.prepare,
    "kjv-text": kjv_text.prepare,
    "number-words": number_words.prepare,
    "far-symbol": far_symbol.prepare,
}


def load_dataset(name: str) -> Dataset:
    """Return a dataset as it ships.

    Raises:
        ValueError: there is no dataset of this name, or its file is missing or damaged.
    """
    if name not in DATASETS:
        raise ValueError(f"no dataset {name!r}: choose from {', '.join(DATASETS)}")
    tensors, texts = shipped.read(name)

    def split(part: str) -> Split:
        inputs = [own for place, own in tensors.items() if place.startswith(f"{part}_inputs.")]
        return Split(tuple(inputs), tensors[f"{part}_targets"])

    return Dataset(
        name=name,
        train=split("train"),
        held_out=split("held_out"),
        description=texts["description"],
        source=texts["source"],
        sha256=texts["sha256"],
    )


def timed_split(split: Split, samples: int) -> Split:
    """Return `samples` samples, the split's own in order, over and over or cut short.

    So an epoch that is timed means the same number of samples for every workload.

    Raises:
        ValueError: `samples` is less than 1.
    """
    if samples < 1:
        raise ValueError(f"samples must be at least 1, not {samples}")
    places = torch.arange(samples) % len(split.targets)
    inputs = tuple(tensor[places] for tensor in split.inputs)
    return Split(inputs, split.targets[places])


def describe_repeat(real: int, samples: int) -> str:
    """Say how `samples` timed samples come from `real` ones: "repeated 1.02 times"."""
    if samples < real:
        return f"cut from {real}"
    if samples == real:
        return f"all {real}"
    return f"repeated {samples / real:.3g} times"


def packed(dataset: Dataset) -> bytes:
    """Return the content of a dataset's file, not yet compressed."""
    tensors = {}
    for part, split in (("train", dataset.train), ("held_out", dataset.held_out)):
        for number, tensor in enumerate(split.inputs):
            tensors[f"{part}_inputs.{number}"] = tensor
        tensors[f"{part}_targets"] = split.targets
    texts = {
        "description": dataset.description,
        "source": dataset.source,
        "sha256": sha256_of(tensors.values()),
    }
    return shipped.pack(tensors, texts)


def sha256_of(tensors: Iterable[Tensor]) -> str:
    """Return the sha256 of tensors: their types, shapes and numbers, in order."""
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(f"{tensor.dtype} {tuple(tensor.shape)};".encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
