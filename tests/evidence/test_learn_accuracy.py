"""Data and training come to what others published: MNIST-1D is the yardstick."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.evidence.learn_accuracy import RECIPES, accuracy

TABLE = Path(__file__).resolve().parents[2] / "results" / "accuracy.csv"
BY_NAME = {(recipe.data, recipe.name): recipe for recipe in RECIPES}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """One thread: on a busy machine two that wait for each other take many times longer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_kept_table_stands_within_three_points_of_the_published_one_in_its_order() -> None:
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["data"], row["network"]) for row in rows] == list(BY_NAME)
    for row in rows:
        assert float(row["published"]) == BY_NAME[row["data"], row["network"]].published
        assert float(row["accuracy"]) == pytest.approx(float(row["published"]), abs=3), row
    series = [row for row in rows if row["data"] == "mnist-1d"]
    orders = [
        sorted(series, key=lambda row: float(row[name])) for name in ("accuracy", "published")
    ]
    assert orders[0] == orders[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mlp", "cnn-series"])
def test_mnist_1d_stands_within_three_points_of_the_published_table(name: str) -> None:
    recipe = BY_NAME["mnist-1d", name]
    assert accuracy(recipe, seed=0) == pytest.approx(recipe.published, abs=3)


@pytest.mark.slow
def test_a_linear_network_is_far_behind_on_mnist_1d_as_published() -> None:
    recipe = BY_NAME["mnist-1d", "logistic"]
    assert accuracy(recipe, seed=0) == pytest.approx(recipe.published, abs=5)
