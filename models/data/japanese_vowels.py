"""JapaneseVowels: twelve-channel series of unequal lengths, from nine speakers."""

from importlib.resources import files

import torch
from torch import Tensor

from models.workload import Dataset, Split

LONGEST = 29


def prepare() -> Dataset:
    """Read the packaged series in their official split: 270 to train and 370 held out.

    Inputs are float32 series (N, 29, 12), padded with zeros behind their end, and int64 lengths
    (N,); targets the speakers, 0 to 8. Each channel is standardised over the real training steps.
    """
    train, train_speakers = _read("TRAIN")
    held_out, held_out_speakers = _read("TEST")
    steps = torch.cat(train)
    mean, deviation = steps.mean(dim=0), steps.std(dim=0)
    mixed = torch.arange(len(train)).reshape(9, -1).T.flatten()  # speaker 1, 2, ... 9, 1, 2, ...
    return Dataset(
        name="japanese-vowels",
        train=_pad([(train[i] - mean) / deviation for i in mixed.tolist()], train_speakers[mixed]),
        held_out=_pad([(series - mean) / deviation for series in held_out], held_out_speakers),
        description="640 utterances of two vowels by nine speakers, 12 channels, 7 to 29 steps",
        source="sktime, JapaneseVowels (BSD-3-Clause); Kudo, Toyama and Shimbo (1999)",
    )


def _read(part: str) -> tuple[list[Tensor], Tensor]:
    """Return the series (each T, 12) and the speakers (N,) of one file of the package."""
    from sktime.datasets import load_from_tsfile  # noqa: PLC0415  training never needs it

    folder = files("sktime").joinpath("datasets", "data", "JapaneseVowels")
    frames, speakers = load_from_tsfile(
        str(folder.joinpath(f"JapaneseVowels_{part}.ts")), return_data_type="df-list"
    )
    series = [torch.tensor(frame.to_numpy(), dtype=torch.float32) for frame in frames]
    return series, torch.tensor([int(speaker) - 1 for speaker in speakers])


def _pad(series: list[Tensor], speakers: Tensor) -> Split:
    padded = torch.zeros(len(series), LONGEST, series[0].shape[1])
    for row, steps in zip(padded, series, strict=True):
        row[: len(steps)] = steps
    return Split((padded, torch.tensor([len(steps) for steps in series])), speakers)
