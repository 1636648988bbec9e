"""Data and training come to what others published: MNIST-1D is the yardstick."""

from collections.abc import Iterator

import pytest
import torch

from bench.learn_accuracy import RECIPES, accuracy

pytestmark = pytest.mark.slow
BY_NAME = {(recipe.data, recipe.name): recipe for recipe in RECIPES}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """One thread: on a busy machine two that wait for each other take many times longer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("name", ["mlp", "cnn-series"])
def test_mnist_1d_stands_within_three_points_of_the_published_table(name: str) -> None:
    recipe = BY_NAME["mnist-1d", name]
    assert accuracy(recipe, seed=0) == pytest.approx(recipe.published, abs=3)


def test_a_linear_network_is_far_behind_on_mnist_1d_as_published() -> None:
    recipe = BY_NAME["mnist-1d", "logistic"]
    assert accuracy(recipe, seed=0) == pytest.approx(recipe.published, abs=5)
