"""Losses and scores, against slow references and known answers."""

import math
from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn

from models import WORKLOADS, Score, load_dataset, losses, timed_split
from models.transformer_full import PADDING

START, END = 1, 2


def test_cross_entropy_of_a_sequence_is_the_mean_over_its_steps() -> None:
    output, targets = torch.randn(4, 5, 6), torch.randint(0, 6, (4, 5))
    chances = output.softmax(dim=2)
    nats = [
        -math.log(chances[row, step, targets[row, step]].item())
        for row in range(4)
        for step in range(5)
    ]
    assert losses.cross_entropy(output, targets).item() == pytest.approx(sum(nats) / 20, rel=1e-5)


def test_guessing_among_sixteen_characters_costs_four_bits_each() -> None:
    cost = losses.bits(torch.zeros(2, 3, 16), torch.randint(0, 16, (2, 3)))
    assert cost.tolist() == pytest.approx([4.0] * 6)


def test_correct_is_one_where_the_highest_score_is_the_class() -> None:
    output = torch.tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.4]])
    assert losses.correct(output, torch.tensor([1, 1, 1])).tolist() == [1.0, 0.0, 1.0]


def test_padding_in_the_targets_costs_nothing() -> None:
    output = torch.randn(1, 4, 5)
    targets = torch.tensor([[3, 2, PADDING, PADDING]])
    expected = losses.cross_entropy(output[:, :2], targets[:, :2])
    torch.testing.assert_close(losses.symbol_cross_entropy(output, targets), expected)


def test_exact_match_asks_for_every_symbol_and_not_for_padding() -> None:
    targets = torch.tensor([[3, 4, END], [3, END, PADDING], [3, 4, END]])
    said = torch.tensor([[3, 4, END], [3, END, 4], [3, 4, 4]])
    output = nn.functional.one_hot(said, 5).float()
    assert losses.exact_match(output, targets).tolist() == [1.0, 1.0, 0.0]


def write_alone(network: nn.Module, source: Tensor, length: int) -> Tensor:
    """Let the network write (N, length) symbols, each after those it wrote before."""
    written = torch.full((len(source), length + 1), PADDING)
    written[:, 0] = START
    for step in range(length):
        scores = network(source, written[:, :length])
        written[:, step + 1] = scores[:, step].argmax(dim=1)
    return written[:, 1:]


def test_exact_match_is_what_the_network_writes_by_itself() -> None:
    torch.manual_seed(1)
    workload = WORKLOADS["transformer-full"]
    network = workload.build().requires_grad_(requires_grad=False)
    network.get_parameter("output.bias")[PADDING] = -1e9  # every symbol counts
    source = timed_split(load_dataset("number-words").train, 200).inputs[0]
    alone = write_alone(network, source, 7)
    targets = alone.clone()
    targets[::2, 3] = targets[::2, 3] % 12 + 1  # another symbol
    shown = torch.cat([torch.full((200, 1), START), targets[:, :-1]], dim=1)
    expected = (alone == targets).all(dim=1).float()
    assert expected.mean() == 0.5
    assert torch.equal(losses.exact_match(network(source, shown), targets), expected)


@pytest.mark.parametrize("name", WORKLOADS)
def test_scores_are_one_dimensional_and_of_the_goal(name: str) -> None:
    workload = WORKLOADS[name]
    batch = timed_split(load_dataset(workload.dataset).held_out, 8)
    scores = workload.scores(workload.build()(*batch.inputs), batch.targets)
    assert scores.dim() == 1
    assert scores.dtype == torch.float32
    if workload.score.unit == "%":
        assert len(scores) == 8
        assert set(scores.tolist()) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("better", "value", "reached"),
    [
        ("higher", 0.9, True),
        ("higher", 0.89, False),
        ("higher", math.nan, False),
        ("lower", 0.9, True),
        ("lower", 0.91, False),
        ("lower", math.nan, False),
    ],
)
def test_a_goal_is_reached_from_the_right_side(
    better: Literal["higher", "lower"], value: float, reached: bool
) -> None:
    assert Score("mse", losses.correct, better).reached(value, 0.9) is reached


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"name": "=1+1", "better": "lower"}, "write letters, digits"),
        ({"name": "mse", "better": "less"}, "better is 'higher' or 'lower', no 'less'"),
    ],
)
def test_a_score_that_no_file_could_hold_is_refused(words: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Score(measure=losses.correct, **words)
