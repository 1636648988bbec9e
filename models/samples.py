"""What a workload calls its data, as splits: tensors, dicts of them, a Dataset or a DataLoader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset
from torch.utils.data import Dataset as TorchDataset

from models.data import load_dataset, sha256_of
from models.workload import Dataset, Loader, Split, Workload

LABELS = "labels"
"""The entry of a dict batch that holds the targets; the others are the network's arguments."""
HELD_OUT_EVERY = 5
_MEND = "torch.as_tensor makes one"


class WrongError(Exception):
    """What is wrong with a workload, worded for whoever wrote it."""


@dataclass(frozen=True)
class Samples:
    """Samples as a split, and the network's keyword arguments where they are a dict."""

    split: Split
    names: tuple[str, ...] = ()


def data_of(workload: Workload, most: int | None = None) -> Dataset:
    """Return a workload's data; of a Dataset or DataLoader at most so many samples are read.

    Raises:
        WrongError: it is no data; the message says what it should be.
    """
    given = workload.dataset
    if isinstance(given, str):
        return load_dataset(given)
    if isinstance(given, Dataset):
        return given
    loader = _loader(given, workload)
    if loader is None:
        train, held_out = _divided(samples_of(given), workload)
        places = None
    else:
        indices = list(getattr(loader.sampler, "indices", range(len(loader.dataset))))
        chosen, others = _chosen(len(indices), own=workload.held_out is not None)
        places = [indices[place] for place in chosen]
        train = _read(loader, places, most)
        held_out = _read(loader, [indices[place] for place in others], most) if others else None
    held_out = held_out or _held_out(workload, most)
    if (train.names, len(train.split.inputs)) != (held_out.names, len(held_out.split.inputs)):
        raise WrongError("the held-out samples have other inputs than the training samples")
    tensors = [*train.split.inputs, train.split.targets]
    require_on_host("data", tensors)
    return Dataset(
        name="", train=train.split, held_out=held_out.split, description="", source="",
        sha256=sha256_of(tensor.cpu() for tensor in tensors), names=train.names,
        loader=None if places is None else Loader(loader, places),
    )  # fmt: skip


def require_on_host(what: str, tensors: Iterable[Tensor]) -> None:
    """Raise WrongError where somebody's file has put a tensor on a device: moving it is timed."""
    for tensor in tensors:
        if tensor.device.type != "cpu":
            raise WrongError(
                f"the {what} is on {tensor.device}; leave it on the CPU: the run moves it to each "
                "device, and times that"
            )


def _loader(given: Any, workload: Workload) -> Any | None:
    """Return a DataLoader of what is one or a Dataset; None where samples are tensors."""
    if isinstance(given, TorchDataset):
        given = DataLoader(given, batch_size=1, collate_fn=workload.collate)
    if not isinstance(given, DataLoader):
        return None
    if isinstance(given.dataset, IterableDataset) or not hasattr(given.dataset, "__len__"):
        raise WrongError("the dataset has no length and no places; a map-style Dataset has both")
    if given.batch_size is None and given.batch_sampler is None:
        raise WrongError("the DataLoader makes no batches (batch_size=None)")
    return given


def _read(loader: Any, places: Iterable[int], most: int | None) -> Samples:
    """Return the samples at these places of a loader's dataset, the first ones only."""
    batch = loader.collate_fn([loader.dataset[place] for place in islice(places, most)])
    return batch_of(batch)


def _chosen(count: int, *, own: bool) -> tuple[list[int], list[int]]:
    """Return the places of training and held-out samples; none of the latter where they are given.

    Every fifth is held out, so that samples in the order of their classes leave none out.
    """
    if own:
        return list(range(count)), []
    if count < HELD_OUT_EVERY:
        raise WrongError(f"{count} samples are too few: every fifth is held out; say held_out")
    last = HELD_OUT_EVERY - 1
    places = range(count)
    train = [place for place in places if place % HELD_OUT_EVERY != last]
    return train, [place for place in places if place % HELD_OUT_EVERY == last]


def _divided(samples: Samples, workload: Workload) -> tuple[Samples, Samples | None]:
    """Return training and held-out samples; None where the workload gives the latter."""
    split = samples.split
    chosen, others = _chosen(len(split.targets), own=workload.held_out is not None)

    def part(places: list[int]) -> Samples:
        inputs = tuple(tensor[places] for tensor in split.inputs)
        return Samples(Split(inputs, split.targets[places]), samples.names)

    return part(chosen), part(others) if others else None


def _held_out(workload: Workload, most: int | None) -> Samples:
    given = workload.held_out
    loader = _loader(given, workload)
    return samples_of(given) if loader is None else _read(loader, range(len(loader.dataset)), most)


def samples_of(given: Any) -> Samples:
    """Return a pair (inputs, targets) as samples, whose tensors are equally long."""
    if not (isinstance(given, tuple | list) and len(given) == 2):
        raise WrongError(
            f"the data is {_kind(given)}: give a pair (inputs, targets), a Dataset or a DataLoader"
        )
    return batch_of(given)


def batch_of(batch: Any) -> Samples:
    """Return a batch as samples: a dict with `labels`, or (inputs, ... targets).

    Inputs may be one tensor, several, or a dict of them.
    """
    if isinstance(batch, Mapping):
        if LABELS not in batch:
            raise WrongError(
                f"a dict of {', '.join(map(str, batch))} has no entry {LABELS!r}, which the "
                "targets are; a collate function can rename one"
            )
        given: Any = {name: value for name, value in batch.items() if name != LABELS}
        targets = batch[LABELS]
    else:
        if not isinstance(batch, tuple | list) or len(batch) < 2:
            raise WrongError(f"a batch is {_kind(batch)}; it has to be (inputs, targets) or a dict")
        *parts, targets = batch
        given = parts[0] if len(parts) == 1 else parts
    if not isinstance(given, Tensor | Mapping | tuple | list):
        raise WrongError(f"the inputs are {_kind(given)}, no tensor, tuple or dict; {_MEND}")
    if not isinstance(targets, Tensor):
        raise WrongError(f"the targets are {_kind(targets)}, no tensor; {_MEND}")
    by_name = dict(given) if isinstance(given, Mapping) else {}
    names = tuple(by_name)
    inputs = tuple(by_name.values() or ([given] if isinstance(given, Tensor) else given))
    for what, tensor in zip(names or map(str, range(len(inputs))), inputs, strict=True):
        if not isinstance(tensor, Tensor):
            raise WrongError(f"input {what} is {_kind(tensor)}, no tensor; {_MEND}")
        if len(tensor) != len(targets):
            raise WrongError(f"input {what} has {len(tensor)} samples, targets {len(targets)}")
    return Samples(Split(inputs, targets), names)


def _kind(value: Any) -> str:
    return f"of type {type(value).__name__}"


class ByName(torch.nn.Module):
    """A network that takes its inputs by name, as dict batches have them."""

    def __init__(self, network: torch.nn.Module, names: tuple[str, ...]) -> None:
        super().__init__()
        self.network, self.names = network, names

    def forward(self, *inputs: Tensor) -> Any:
        """Return what the network makes of the inputs."""
        return self.network(**dict(zip(self.names, inputs, strict=True)))
