"""Training to a target: real steps on small made-up data, checked against torch by hand."""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from bench.learning import worker
from bench.learning.grid import settled_after
from bench.learning.runs import LearnJob
from bench.learning.worker import make_trainee, minibatches, race, rounded
from bench.train.epochs import evaluate
from models import WORKLOADS, Dataset, Score, Split
from models.optimizers import make_optimizer

CENTRES = torch.tensor([[2.0, 0.0], [-2.0, 0.0]])


def split(samples: int, seed: int) -> Split:
    """Two classes of points around two centres, apart enough for a linear network."""
    generator = torch.Generator().manual_seed(seed)
    targets = torch.arange(samples) % 2
    return Split((CENTRES[targets] + torch.randn(samples, 2, generator=generator),), targets)


DATA = Dataset("points", split(60, 0), split(200, 1), "two classes", "made up")


@pytest.fixture(autouse=True)
def points(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The mlp, on points, as one linear layer; one thread."""
    workload = replace(WORKLOADS["mlp"], build=lambda: nn.Linear(2, 2))
    monkeypatch.setitem(WORKLOADS, "mlp", workload)
    monkeypatch.setattr(worker, "data_of", lambda _workload: DATA)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def values(curve: list[float | None]) -> list[float]:
    """A curve without the looks that have no number."""
    return [value for value in curve if value is not None]


def job(*rates: float, **fields: Any) -> LearnJob:
    about: dict[str, Any] = {
        "workload": "mlp",
        "batch_size": 8,
        "optimizer": "sgd",
        "optimizer_implementation": "foreach",
        "learning_rates": rates,
        "seed": 3,
        "target": 0.9,
        "cap_steps": 500,
        "patience": 2.0,
    }
    return LearnJob(**about | fields)


def test_a_tuning_run_ends_when_every_look_of_an_epoch_has_found_the_target() -> None:
    [run] = race(job(0.1))
    assert run.ended == "target"
    epoch = [score for step, score in zip(run.steps, values(run.score), strict=True)
             if step >= run.steps[-1] - 8]  # fmt: skip
    assert min(epoch) >= 0.9
    looks = list(zip(run.steps, values(run.score), strict=True))
    for step, _ in looks[:-1]:
        seen = [score for other, score in looks if step - 8 <= other <= step]
        assert step < 8 or min(seen) < 0.9
    assert run.target_steps == next(step for step, score in looks if score >= 0.9)
    assert run.steps[0] == 0
    assert run.train_loss[0] is None
    lengths = {len(getattr(run, name)) for name in ("steps", "train_loss", "loss", "score")}
    assert lengths == {len(run.steps)}


def test_a_figure_seed_trains_on_until_it_is_seen_how_many_epochs_hold() -> None:
    [run] = race(job(0.1, until="settled"))
    assert run.ended == "target"
    assert run.target_steps is not None
    first = run.steps.index(run.target_steps)
    assert all(score < 0.9 for score in values(run.score)[:first])
    assert run.steps[-1] == settled_after(run.target_steps, 8) > run.target_steps
    [longer] = race(job(0.1, until="settled", least_steps=80))
    assert longer.steps[-1] == 80
    assert longer.score[: len(run.score)] == run.score
    assert run.epoch_train_loss == []


def test_a_run_to_the_end_notes_the_whole_training_split_after_every_epoch() -> None:
    [run] = race(job(0.1, until="end", cap_steps=40))
    assert (run.ended, run.steps[-1]) == ("target", 40)
    assert {0, 8, 16, 24, 32, 40} <= set(run.steps)
    assert len(run.epoch_train_loss) == len(run.epoch_train_score) == 6
    workload = replace(WORKLOADS["mlp"], build=lambda: nn.Linear(2, 2))
    trainee = make_trainee(job(0.1), workload, DATA, 0.1)
    seen = [evaluate(workload, trainee.network, DATA.train, batch_size=60)]
    for _ in range(5):
        trainee.train(8)
        seen.append(evaluate(workload, trainee.network, DATA.train, batch_size=60))
    assert run.epoch_train_loss == pytest.approx([loss for loss, _ in seen], rel=1e-3)
    assert run.epoch_train_score == pytest.approx([score for _, score in seen], rel=1e-3)


def test_an_unreached_target_does_not_end_a_run_to_the_end() -> None:
    [run] = race(job(0.1, until="end", target=1.1, cap_steps=40))
    assert (run.ended, run.steps[-1], run.target_steps) == ("cap", 40, None)


def test_a_part_of_the_samples_is_all_that_is_trained_on() -> None:
    [run] = race(job(0.1, until="end", cap_steps=4, train_samples=16))
    assert run.steps == [0, 1, 2, 3, 4]
    assert len(run.epoch_train_loss) == 3  # two minibatches of 8 are an epoch
    whole = replace(DATA, train=Split((DATA.train.inputs[0][:16],), DATA.train.targets[:16]))
    workload = replace(WORKLOADS["mlp"], build=lambda: nn.Linear(2, 2))
    trainee = make_trainee(job(0.1), workload, whole, 0.1)
    trainee.train(2)
    assert run.epoch_train_loss[1] == pytest.approx(
        evaluate(workload, trainee.network, whole.train, batch_size=60)[0], rel=1e-3
    )


def test_a_run_alone_is_the_run_in_a_race() -> None:
    alone = [race(job(rate, cap_steps=20))[0] for rate in (0.001, 0.01)]
    together = race(job(0.001, 0.01, cap_steps=20))
    assert together == alone


def test_losses_are_those_of_training_by_hand() -> None:
    [run] = race(job(0.01, target=1.1, cap_steps=9))
    torch.manual_seed(3)
    network = nn.Linear(2, 2)
    optimizer = make_optimizer(
        network.parameters(), name="sgd", implementation="for-loop", learning_rate=0.01
    )
    losses: list[float] = []
    generator = torch.Generator().manual_seed(3)
    order = torch.cat([torch.randperm(60, generator=generator) for _ in range(2)])
    # 60 samples in minibatches of 8: seven whole ones and one of four.
    for places in [*torch.split(order[:60], 8), *torch.split(order[60:], 8)][:9]:
        optimizer.zero_grad()
        loss: Tensor = nn.functional.cross_entropy(
            network(DATA.train.inputs[0][places]), DATA.train.targets[places]
        )
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert run.steps == list(range(10))
    assert run.train_loss[1:] == pytest.approx(losses, rel=1e-3)
    held_out = nn.functional.cross_entropy(network(DATA.held_out.inputs[0]), DATA.held_out.targets)
    assert run.loss[-1] == pytest.approx(held_out.item(), rel=1e-3)


def test_the_train_loss_is_the_mean_since_the_last_look() -> None:
    [every] = race(job(0.01, target=1.1, cap_steps=40))
    looks = every.steps
    gap = next(place for place in range(1, len(looks)) if looks[place] - looks[place - 1] == 2)
    assert looks[gap] == 18
    losses = values(every.train_loss)  # the first look has none
    assert 0 < losses[gap - 1] < losses[0]


def test_the_losers_of_a_race_have_twice_the_winners_steps() -> None:
    slow, fast = race(job(1e-6, 0.1))
    assert (fast.ended, slow.ended) == ("target", "hopeless")
    assert slow.steps[-1] == math.ceil(2.0 * fast.steps[-1])
    assert "2 times sooner" in slow.detail


def test_an_earlier_races_limit_holds_for_a_rate_that_comes_later() -> None:
    [late] = race(job(1e-6, limit_steps=7))
    assert (late.ended, late.steps[-1]) == ("hopeless", 7)


def test_a_run_that_does_not_get_there_ends_at_the_cap() -> None:
    [run] = race(job(1e-6, cap_steps=15))
    assert (run.ended, run.steps[-1]) == ("cap", 15)


def test_a_run_whose_loss_is_no_number_has_diverged() -> None:
    [run] = race(job(1e38, target=1.1, cap_steps=15))
    assert run.ended == "diverged"
    assert "the loss is no number after" in run.detail
    assert all(value is None or math.isfinite(value) for value in run.loss + run.score)


@pytest.mark.parametrize(("last", "ended"), [(2.2, "cap"), (2.5, "diverged")])
def test_a_run_that_ends_unreached_and_worse_than_untrained_has_diverged(
    last: float, ended: str
) -> None:
    trainee = make_trainee(job(0.1), WORKLOADS["mlp"], DATA, 0.1)
    trainee.run.train_loss, trainee.run.loss = [None, last], [2.3, 1.0]
    trainee.end("cap", "not reached")
    assert trainee.run.ended == ended
    assert ("above the untrained" in trainee.run.detail) == (ended == "diverged")


def test_minibatches_hold_every_sample_once_an_epoch_in_another_order_each_time() -> None:
    numbered = Split((torch.arange(10),), torch.arange(10))
    batches = [targets.tolist() for _, targets in
               islice(minibatches(numbered, batch_size=4, seed=0), 6)]  # fmt: skip
    assert [len(batch) for batch in batches] == [4, 4, 2, 4, 4, 2]
    first, second = ([place for batch in part for place in batch]
                     for part in (batches[:3], batches[3:]))  # fmt: skip
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_evaluation_is_over_the_whole_split_whatever_its_parts() -> None:
    torch.manual_seed(0)
    network = nn.Linear(2, 2)
    parts = [
        evaluate(WORKLOADS["mlp"], network, DATA.held_out, batch_size=size) for size in (512, 17)
    ]
    assert parts[0] == pytest.approx(parts[1], rel=1e-6)


def test_a_target_of_bits_is_reached_from_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """The score is made the loss, which is to fall."""
    own = replace(WORKLOADS["mlp"], build=lambda: nn.Linear(2, 2))
    score = Score("nats", partial(nn.functional.cross_entropy, reduction="none"), "lower")
    monkeypatch.setitem(WORKLOADS, "mlp", replace(own, score=score))
    [run] = race(job(0.1, target=0.3))
    assert run.ended == "target"
    assert run.target_steps is not None
    place = run.steps.index(run.target_steps)
    before, there = values(run.score)[place - 1 : place + 1]
    assert there <= 0.3 < before


def test_numbers_are_recorded_in_four_digits_and_what_is_not_finite_as_nothing() -> None:
    assert rounded(0.123456) == 0.1235
    assert rounded(math.nan) is None
    assert rounded(math.inf) is None
    assert rounded(None) is None
