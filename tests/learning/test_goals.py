"""Every workload reaches its goal, by its own recipe, from a fixed seed."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from models import WORKLOADS, Split, Workload, load_dataset
from models.optimizers import make_optimizer


@pytest.fixture
def one_thread() -> Iterator[None]:
    """One thread: on a busy machine two that wait for each other take many times longer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def train_epoch(
    workload: Workload, network: nn.Module, optimizer: torch.optim.Optimizer, split: Split
) -> None:
    order = torch.randperm(len(split.targets))
    for start in range(0, len(order), workload.goal.batch_size):
        places = order[start : start + workload.goal.batch_size]
        optimizer.zero_grad()
        output = network(*(tensor[places] for tensor in split.inputs))
        torch.autograd.backward(workload.loss(output, split.targets[places]))
        optimizer.step()


def mean_score(workload: Workload, network: nn.Module, split: Split) -> float:
    with torch.no_grad():
        scores: Tensor = workload.score(network(*split.inputs), split.targets)
    return scores.mean().item()


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_reaches_its_goal_within_its_epochs(name: str) -> None:
    workload = WORKLOADS[name]
    goal = workload.goal
    dataset = load_dataset(workload.dataset)
    torch.manual_seed(0)
    network = workload.build()
    optimizer = make_optimizer(
        network.parameters(),
        name=goal.optimizer,
        implementation="for-loop",
        learning_rate=goal.learning_rate,
    )
    scores = [mean_score(workload, network, dataset.held_out)]
    assert not goal.reached(scores[0])  # a goal that an untrained network reaches is none
    while len(scores) <= goal.within_epochs and not goal.reached(scores[-1]):
        train_epoch(workload, network, optimizer, dataset.train)
        scores.append(mean_score(workload, network, dataset.held_out))
    assert goal.reached(scores[-1]), f"{goal.metric} after each epoch: {scores}"
