"""The timed split: the real samples in order, over and over or cut."""

import pytest
import torch

from models import Split, describe_repeat, timed_split


def five() -> Split:
    x = torch.arange(10.0).reshape(5, 2)
    return Split((x, torch.arange(5) + 20), torch.arange(5) + 40)


@pytest.mark.parametrize(
    ("samples", "places"),
    [
        (1, [0]),
        (3, [0, 1, 2]),
        (5, [0, 1, 2, 3, 4]),
        (6, [0, 1, 2, 3, 4, 0]),
        (12, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]),
    ],
)
def test_samples_come_in_order_repeated_or_cut(samples: int, places: list[int]) -> None:
    split = timed_split(five(), samples)
    assert split.targets.tolist() == [place + 40 for place in places]
    assert split.inputs[1].tolist() == [place + 20 for place in places]
    assert split.inputs[0].tolist() == [[2 * place, 2 * place + 1] for place in places]


def test_the_timed_split_is_a_copy() -> None:
    real = five()
    timed_split(real, 3).targets.zero_()
    assert real.targets.tolist() == [40, 41, 42, 43, 44]


@pytest.mark.parametrize("samples", [0, -4])
def test_no_samples_are_refused_by_name(samples: int) -> None:
    with pytest.raises(ValueError, match=f"samples must be at least 1, not {samples}"):
        timed_split(five(), samples)


@pytest.mark.parametrize(
    ("real", "samples", "words"),
    [
        (60_000, 4096, "cut from 60000"),
        (4000, 4096, "repeated 1.02 times"),
        (270, 4096, "repeated 15.2 times"),
        (4096, 4096, "all 4096"),
    ],
)
def test_the_record_says_how_samples_were_repeated(real: int, samples: int, words: str) -> None:
    assert describe_repeat(real, samples) == words
