"""The split that is timed: the real training samples, repeated or cut to the number asked for."""

import torch

from models.workload import Split


def timed_split(split: Split, samples: int) -> Split:
    """Return exactly `samples` samples: the split's own, in order, over and over or cut short.

    An epoch then means the same number of samples for every workload, and batch sizes up to
    `samples` can be timed.

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
