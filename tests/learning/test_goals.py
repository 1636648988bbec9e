"""Every workload reaches its goal, by its own recipe, from a fixed seed."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn

from models import WORKLOADS, Split, Workload, load_dataset
from models.optimizers import make_optimizer


class Recipe(NamedTuple):
    """How a workload reaches its goal: one of the first `within_epochs` ends at it."""

    within_epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float


RECIPES = {
    "mlp": Recipe(3, 32, "sgd", 0.1),
    "cnn": Recipe(5, 32, "sgd", 0.1),
    "cnn-series": Recipe(12, 64, "adam", 0.01),
    "rnn": Recipe(12, 32, "adam", 0.003),
    "lstm": Recipe(15, 32, "adam", 0.01),
    "lstm-gates": Recipe(15, 32, "adam", 0.01),
    "rnn-steps": Recipe(12, 32, "adam", 0.003),
    "cnn-vowels": Recipe(8, 32, "adam", 0.005),
    "transformer-vowels": Recipe(8, 32, "adamw", 0.003),
    "lstm-far": Recipe(6, 32, "adam", 0.003),
    "transformer-far": Recipe(3, 32, "adamw", 0.003),
    "transformer": Recipe(2, 32, "adamw", 0.005),
    "transformer-encoder": Recipe(10, 32, "adamw", 0.003),
    "transformer-full": Recipe(10, 64, "adamw", 0.003),
}


@pytest.fixture
def one_thread() -> Iterator[None]:
    """One thread: on a busy machine two that wait for each other take many times longer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def train_epoch(
    workload: Workload,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    split: Split,
    size: int,
) -> None:
    order = torch.randperm(len(split.targets))
    for start in range(0, len(order), size):
        places = order[start : start + size]
        optimizer.zero_grad()
        output = network(*(tensor[places] for tensor in split.inputs))
        torch.autograd.backward(workload.loss(output, split.targets[places]))
        optimizer.step()


def mean_score(workload: Workload, network: nn.Module, split: Split) -> float:
    with torch.no_grad():
        scores: Tensor = workload.scores(network(*split.inputs), split.targets)
    return scores.mean().item()


def test_every_workload_has_a_recipe_but_those_that_show_what_cannot_be_learned() -> None:
    """Filters that are too short and an RNN that forgets reach nothing on far symbols."""
    assert list(RECIPES) == [name for name in WORKLOADS if name not in {"cnn-far", "rnn-far"}]
    assert all(workload.goal is not None for workload in WORKLOADS.values())


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", ["cnn-far", "rnn-far"])
def test_what_stands_far_back_is_not_seen_by_short_filters_nor_by_a_vanilla_rnn(name: str) -> None:
    workload = WORKLOADS[name]
    dataset = load_dataset(workload.dataset)
    torch.manual_seed(0)
    network = workload.build()
    optimizer = make_optimizer(
        network.parameters(),
        name="adam",
        implementation="for-loop",
        learning_rate=workload.rates["adam"],
    )
    for _ in range(6):
        train_epoch(workload, network, optimizer, dataset.train, 32)
    assert mean_score(workload, network, dataset.held_out) < 0.25  # one of eight is chance


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", RECIPES)
def test_a_workload_reaches_its_goal_within_its_epochs(name: str) -> None:
    workload, recipe = WORKLOADS[name], RECIPES[name]
    score, goal = workload.score, workload.goal
    assert goal is not None
    dataset = load_dataset(workload.dataset)
    torch.manual_seed(0)
    network = workload.build()
    optimizer = make_optimizer(
        network.parameters(),
        name=recipe.optimizer,
        implementation="for-loop",
        learning_rate=recipe.learning_rate,
    )
    scores = [mean_score(workload, network, dataset.held_out)]
    assert not score.reached(scores[0], goal)  # a goal that an untrained network reaches is none
    while len(scores) <= recipe.within_epochs and not score.reached(scores[-1], goal):
        train_epoch(workload, network, optimizer, dataset.train, recipe.batch_size)
        scores.append(mean_score(workload, network, dataset.held_out))
    assert score.reached(scores[-1], goal), f"{score.name} after each epoch: {scores}"
