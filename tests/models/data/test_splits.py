"""The datasets: sizes, balance, splits that share nothing and stay as they are."""

import hashlib

import pytest
import torch
from torch import Tensor

from models import load_dataset
from models.data import DATASETS, kjv_text
from models.data.number_words import SYMBOLS, WORDS


def sha256(tensor: Tensor) -> str:
    return hashlib.sha256(tensor.contiguous().numpy().tobytes()).hexdigest()


@pytest.mark.parametrize(
    ("name", "train", "held_out", "shapes", "target_shape"),
    [
        ("mnist-5k", 4000, 1000, [(1, 28, 28)], ()),
        ("mnist-1d", 4000, 1000, [(40,)], ()),
        ("japanese-vowels", 270, 370, [(29, 12), ()], ()),
        ("kjv-text", 29_200, 2048, [(32,)], (32,)),
        ("number-words", 8000, 1000, [(11,), (7,)], (7,)),
        ("far-symbol", 2000, 500, [(30, 8), ()], ()),
    ],
)
def test_splits_have_the_stated_sizes_and_shapes(
    name: str, train: int, held_out: int, shapes: list[tuple[int, ...]], target_shape: tuple[int]
) -> None:
    dataset = load_dataset(name)
    for split, count in ((dataset.train, train), (dataset.held_out, held_out)):
        assert [tuple(tensor.shape) for tensor in split.inputs] == [(count, *s) for s in shapes]
        assert tuple(split.targets.shape) == (count, *target_shape)
        assert split.targets.dtype == torch.int64
        assert {tensor.dtype for tensor in split.inputs} <= {torch.float32, torch.int64}


def test_every_dataset_is_in_the_table_above() -> None:
    assert list(DATASETS) == [
        *("mnist-5k", "mnist-1d", "japanese-vowels", "kjv-text", "number-words", "far-symbol"),
    ]


@pytest.mark.parametrize(
    "name", ["mnist-5k", "mnist-1d", "japanese-vowels", "number-words", "far-symbol"]
)
def test_training_and_held_out_samples_are_all_different(name: str) -> None:
    dataset = load_dataset(name)
    train = [sha256(row) for row in dataset.train.inputs[0]]
    held_out = [sha256(row) for row in dataset.held_out.inputs[0]]
    assert len({*train, *held_out}) == len(train) + len(held_out)


@pytest.mark.parametrize("name", ["mnist-5k", "mnist-1d"])
def test_standardised_with_the_training_split_only(name: str) -> None:
    dataset = load_dataset(name)
    train, held_out = dataset.train.inputs[0], dataset.held_out.inputs[0]
    assert train.mean().item() == pytest.approx(0, abs=1e-4)
    assert train.std().item() == pytest.approx(1, abs=1e-4)
    assert abs(held_out.mean().item()) > 1e-3


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("mnist-5k", "b9a25eb06257ae49"),
        ("mnist-1d", "8de99be3ff9dab15"),
        ("japanese-vowels", "cda6620c074d9307"),
        ("kjv-text", "49aa9ad146ea9031"),
        ("number-words", "5b84b750e60ea889"),
    ],
)
def test_the_held_out_samples_are_fixed_for_ever(name: str, targets: str) -> None:
    assert sha256(load_dataset(name).held_out.targets).startswith(targets)


def mnist_pixels(images: Tensor) -> Tensor:
    """Undo the standardisation: the darkest pixel is 0 and the brightest 255."""
    low, high = images.min(), images.max()
    return ((images - low) / (high - low) * 255).round().to(torch.uint8)


def test_the_held_out_digits_are_fixed_to_the_pixel() -> None:
    pixels = mnist_pixels(load_dataset("mnist-5k").held_out.inputs[0])
    assert sha256(pixels).startswith("be2835bf66b84067")


def test_mnist_5k_holds_out_a_hundred_digits_of_each_class() -> None:
    dataset = load_dataset("mnist-5k")
    assert dataset.train.targets.bincount().tolist() == [400] * 10
    assert dataset.held_out.targets.bincount().tolist() == [100] * 10


@pytest.mark.parametrize("name", ["mnist-5k", "mnist-1d", "japanese-vowels"])
def test_the_first_training_samples_are_of_all_classes(name: str) -> None:
    targets = load_dataset(name).train.targets
    assert set(targets[:64].tolist()) == set(targets.tolist())


def test_japanese_vowels_train_thirty_of_each_speaker_and_hold_out_the_official_numbers() -> None:
    dataset = load_dataset("japanese-vowels")
    assert dataset.train.targets.bincount().tolist() == [30] * 9
    held_out = dataset.held_out.targets.bincount().tolist()
    assert held_out == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = torch.cat([dataset.train.inputs[1], dataset.held_out.inputs[1]])
    assert (lengths.min().item(), lengths.max().item()) == (7, 29)


def test_the_alphabet_is_that_of_the_text() -> None:
    dataset = load_dataset("kjv-text")
    assert len(set(kjv_text.ALPHABET)) == len(kjv_text.ALPHABET) == 65
    assert set(dataset.train.inputs[0].flatten().tolist()) == set(range(65))


def read_words(words: list[str]) -> int:
    """Read number words as a person does."""
    small = {word: value for value, word in enumerate(WORDS[4:23], start=1)}
    tens = {word: 10 * value for value, word in enumerate(WORDS[23:], start=2)}
    total, part = 0, 0
    for word in words:
        if word == "hundred":
            part *= 100
        elif word == "thousand":
            total, part = 1000 * part, 0
        elif word != "and":
            part += {**small, **tens}[word]
    return total + part


def test_number_words_mean_their_digits() -> None:
    for split in (load_dataset("number-words").train, load_dataset("number-words").held_out):
        source, written = split.inputs
        for words, shown, wanted in zip(source, written, split.targets, strict=True):
            number = read_words([WORDS[place] for place in words.tolist() if place])
            symbols = [SYMBOLS[place] for place in wanted.tolist() if place]
            assert symbols == [*str(number), "<end>"]
            assert [SYMBOLS[place] for place in shown.tolist() if place] == [
                "<start>",
                *str(number),
            ]


def test_every_number_word_and_symbol_occurs_in_training() -> None:
    split = load_dataset("number-words").train
    assert set(split.inputs[0].flatten().tolist()) == set(range(len(WORDS)))
    wanted = set(split.targets.flatten().tolist())
    assert wanted == set(range(len(SYMBOLS))) - {SYMBOLS.index("<start>")}


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_says_what_it_is_and_where_it_is_from(name: str) -> None:
    dataset = load_dataset(name)
    assert dataset.name == name
    assert "\n" not in dataset.description + dataset.source
    assert len(dataset.description) > 20
    assert "(" in dataset.source


def test_an_unknown_dataset_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no dataset 'mnist': choose from mnist-5k, mnist-1d, jap"):
        load_dataset("mnist")
