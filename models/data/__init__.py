"""The datasets by name. They ship in this folder, prepared; training reads them with torch only.

`prepare` functions make them from the packages that they are from (dependency group `data`), which
take seconds to import, so they are imported inside these functions only.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from models.data import japanese_vowels, kjv_text, mnist_1d, mnist_5k, number_words, shipped
from models.workload import Dataset, Split

DATASETS: dict[str, Callable[[], Dataset]] = {
    "mnist-5k": mnist_5k.prepare,
    "mnist-1d": mnist_1d.prepare,
    "japanese-vowels": japanese_vowels.prepare,
    "kjv-text": kjv_text.prepare,
    "number-words": number_words.prepare,
}


def load_dataset(name: str) -> Dataset:
    """Return a dataset as it ships.

    Raises:
        ValueError: there is no dataset of this name, or its file is missing or damaged.
    """
    content = load_content(name)
    return Dataset(
        name=name,
        train=Split(tuple(content["train_inputs"]), content["train_targets"]),
        held_out=Split(tuple(content["held_out_inputs"]), content["held_out_targets"]),
        description=content["description"],
        source=content["source"],
    )


def load_content(name: str) -> dict[str, Any]:
    """Return what a dataset's file holds: its tensors and texts, and their "sha256".

    Raises:
        ValueError: there is no dataset of this name, or its file is missing or damaged.
    """
    if name not in DATASETS:
        raise ValueError(f"no dataset {name!r}: choose from {', '.join(DATASETS)}")
    tensors, texts = shipped.read(name)
    content: dict[str, Any] = {**texts, "train_inputs": [], "held_out_inputs": []}
    for place, tensor in tensors.items():
        part, _, number = place.rpartition(".")
        if number.isdecimal():
            content[part].append(tensor)
        else:
            content[place] = tensor
    return content


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
        "sha256": split_sha256(dataset.train, dataset.held_out),
    }
    return shipped.pack(tensors, texts)


def split_sha256(*splits: Split) -> str:
    """Return the sha256 of splits' tensors: their types, shapes and numbers, in order."""
    digest = hashlib.sha256()
    for split in splits:
        for tensor in (*split.inputs, split.targets):
            digest.update(f"{tensor.dtype} {tuple(tensor.shape)};".encode())
            digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
