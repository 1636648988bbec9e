"""The datasets by name, prepared once from packages that ship them and cached.

Training loads the cache with torch alone. The packages (numpy, sktime, ...) take seconds to
import, so they are imported inside `prepare` functions only.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.data import cache, japanese_vowels, kjv_text, mnist_1d, mnist_5k, number_words
from models.workload import Dataset, Split

DATASETS: dict[str, Callable[[], Dataset]] = {
    "mnist-5k": mnist_5k.prepare,
    "mnist-1d": mnist_1d.prepare,
    "japanese-vowels": japanese_vowels.prepare,
    "kjv-text": kjv_text.prepare,
    "number-words": number_words.prepare,
}


def load_dataset(name: str) -> Dataset:
    """Return a dataset from its cache file, preparing that when it is missing or damaged.

    Raises:
        ValueError: there is no dataset of this name.
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
    """Return what the cache file holds: a dataset's tensors and texts, and their "sha256"."""
    try:
        return cache.read(cache_path(name))
    except cache.CacheError:
        return cache.read(prepare_dataset(name))


def prepare_dataset(name: str) -> Path:
    """Make a dataset's cache file from its package, in place of any older one; return its path.

    Raises:
        ValueError: there is no dataset of this name.
    """
    path = cache_path(name)
    dataset = DATASETS[name]()
    content = {  # cloned: of a view, the whole tensor behind it would be saved
        "train_inputs": [tensor.clone() for tensor in dataset.train.inputs],
        "train_targets": dataset.train.targets.clone(),
        "held_out_inputs": [tensor.clone() for tensor in dataset.held_out.inputs],
        "held_out_targets": dataset.held_out.targets.clone(),
        "description": dataset.description,
        "source": dataset.source,
    }
    cache.write(path, {**content, "sha256": split_sha256(dataset.train, dataset.held_out)})
    return path


def split_sha256(*splits: Split) -> str:
    """Return the sha256 of splits' tensors: their types, shapes and numbers, in order."""
    digest = hashlib.sha256()
    for split in splits:
        for tensor in (*split.inputs, split.targets):
            digest.update(f"{tensor.dtype} {tuple(tensor.shape)};".encode())
            digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def cache_path(name: str) -> Path:
    """Return where a dataset is cached: a new place whenever the code that prepares it changes."""
    if name not in DATASETS:
        raise ValueError(f"no dataset {name!r}: choose from {', '.join(DATASETS)}")
    files = (DATASETS[name].__code__.co_filename, __file__, cache.__file__)
    code = b"".join(Path(file).read_bytes() for file in files)
    return cache.folder() / f"{name}-{hashlib.sha256(code).hexdigest()[:12]}.pt"
