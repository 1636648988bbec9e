"""What the course's DataLoader is handed: a list of samples, or images decoded when asked for."""

import zlib
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from bench.loop import COURSE, RUNGS
from bench.train.course_loader import CourseLoader, Images
from models import Split

PIXELS = torch.tensor([0, 255, 51, 102] * 3, dtype=torch.uint8).reshape(3, 1, 2, 2)
STANDARDISED = (PIXELS.float() - 33.0) / 78.0
LABELS = torch.tensor([2, 0, 1])
DECODING = RUNGS["decoding"]


def test_samples_are_a_list_of_tuples_whose_labels_are_pythons_numbers() -> None:
    samples = CourseLoader(Split((STANDARDISED,), LABELS), COURSE).samples
    assert isinstance(samples, list)
    assert [label for _, label in samples] == [2, 0, 1]
    assert torch.equal(samples[1][0], STANDARDISED[1])
    symbols = CourseLoader(Split((STANDARDISED,), LABELS.reshape(3, 1)), COURSE).samples
    assert symbols[0][1].tolist() == [2]  # of several a sample, labels stay tensors


def test_an_image_is_decoded_to_the_digit_that_it_was_to_be() -> None:
    images = Images((STANDARDISED,), LABELS.tolist())
    assert len(images) == 3
    for place in range(3):
        image, label = images[place]
        assert torch.allclose(image, STANDARDISED[place], atol=1e-6)
        assert label == LABELS[place]
    assert b"".join(map(zlib.decompress, images.files)) == bytes(PIXELS.flatten().tolist())


@pytest.mark.parametrize(
    "inputs",
    {
        "numbers between the levels": (torch.rand(3, 1, 20, 20),),
        "one number only": (torch.ones(3, 1, 2, 2),),
        "no channels": (STANDARDISED[:, 0],),
        "a second input": (STANDARDISED, LABELS),
    }.values(),
)
def test_what_eight_bits_do_not_hold_is_no_image(inputs: tuple[Tensor, ...]) -> None:
    with pytest.raises(NotImplementedError, match="the samples are no 8-bit images"):
        CourseLoader(Split(inputs, LABELS), DECODING)


def test_an_epoch_asks_for_every_image_three_times_and_keeps_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    decode = Images.__getitem__

    def counted(images: Images, place: int) -> Any:
        asked.append(place)
        return decode(images, place)

    monkeypatch.setattr(Images, "__getitem__", counted)
    loader = CourseLoader(Split((STANDARDISED,), LABELS), DECODING)
    trained = [*loader.minibatches(torch.tensor([2, 0, 1]), batch_size=2)]
    predicted = [*loader.in_order(batch_size=2)]
    assert loader.labels().tolist() == [2, 0, 1]
    assert asked == [2, 0, 1, 0, 1, 2, 0, 1, 2]
    assert torch.allclose(torch.cat([inputs[0] for inputs, _ in trained]), STANDARDISED, atol=1e-6)
    assert torch.cat([targets for _, targets in predicted]).tolist() == [2, 0, 1]


def test_workers_have_processes_of_their_own_and_the_other_loops_none() -> None:
    split = Split((STANDARDISED,), LABELS)
    workers = {name: CourseLoader(split, RUNGS[name]).workers for name in RUNGS if name != "lean"}
    assert {name for name, count in workers.items() if count} == {"workers"}
    assert CourseLoader(split, replace(COURSE, placement="pinned")).pinned
