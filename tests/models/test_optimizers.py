"""Optimisers do their rule, in the implementation asked for."""

import pytest
import torch
from torch import nn, optim

from models import WORKLOADS
from models.optimizers import IMPLEMENTATIONS, OPTIMIZERS, make_optimizer


def one_step(name: str, implementation: str, steps: int = 1) -> list[float]:
    parameter = nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = make_optimizer(
        [parameter], name=name, implementation=implementation, learning_rate=0.1
    )
    for _ in range(steps):
        parameter.grad = torch.tensor([0.5, 4.0])
        optimizer.step()
    return parameter.tolist()


@pytest.mark.parametrize(
    ("implementation", "foreach", "fused"),
    [("for-loop", False, False), ("foreach", True, False), ("fused", False, True)],
)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_implementation_is_pinned(
    name: str, implementation: str, foreach: bool, fused: bool
) -> None:
    optimizer = make_optimizer(
        nn.Linear(2, 2).parameters(), name=name, implementation=implementation, learning_rate=0.1
    )
    assert [(group["foreach"], group["fused"]) for group in optimizer.param_groups] == [
        (foreach, fused)
    ]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sgd", [1 - 2 * 0.1 * 0.5, -2 - 2 * 0.1 * 4]),
        ("momentum", [1 - 0.1 * 0.5 * (1 + 1.9), -2 - 0.1 * 4 * (1 + 1.9)]),
        ("adam", [1 - 2 * 0.1, -2 - 2 * 0.1]),  # a constant gradient: steps of the learning rate
        ("adamw", [(1 * 0.999 - 0.1) * 0.999 - 0.1, (-2 * 0.999 - 0.1) * 0.999 - 0.1]),
    ],
)
def test_two_steps_follow_the_rule(name: str, implementation: str, expected: list[float]) -> None:
    assert one_step(name, implementation, steps=2) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("sgd", optim.SGD), ("momentum", optim.SGD), ("adam", optim.Adam), ("adamw", optim.AdamW)],
)
def test_a_name_makes_the_optimizer_of_that_name(name: str, kind: type[optim.Optimizer]) -> None:
    parameters = nn.Linear(2, 2).parameters()
    made = make_optimizer(parameters, name=name, implementation="for-loop", learning_rate=0.3)
    assert type(made) is kind
    assert made.param_groups[0]["lr"] == 0.3


def test_an_unknown_optimizer_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no optimizer 'sdg': choose from sgd, momentum, adam, ad"):
        make_optimizer([], name="sdg", implementation="for-loop", learning_rate=0.1)


def test_an_unknown_implementation_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'loop': choose from for-loop, foreach, fused"):
        make_optimizer([], name="sgd", implementation="loop", learning_rate=0.1)


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_has_a_learning_rate_for_every_optimizer_and_none_else(name: str) -> None:
    assert tuple(WORKLOADS[name].learning_rates) == OPTIMIZERS
    assert all(0 < rate <= 1 for rate in WORKLOADS[name].learning_rates.values())
