"""The loop that is taught against the lean one: the same training, other ways to it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from bench.job import DIAGNOSIS, TASKS, Job, to_line
from bench.loop import COURSE, DECODERS, IMAGES, LEAN, RECURRENT, RUNGS, Loop, rungs
from bench.train import course_loop
from bench.train import trainer as trainers
from bench.train.course_loader import CourseLoader, course_loaders
from bench.train.course_loop import accuracy, batches, predictions
from bench.train.epochs import measure
from bench.train.modes import place, with_loop
from bench.train.trainer import (
    Trainer,
    epoch_work,
    evaluate_everything,
    fresh_training,
    make_permutation,
    open_trainer,
)
from models import WORKLOADS, Split, load_dataset
from models.data import DATASETS

JOB = Job("rnn", "cpu", 0, (16,), 1, 60, 0, "sgd", "foreach", 0.02, 60.0)


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def opened(loop: Loop, workload: str = "rnn") -> Trainer:
    return open_trainer(replace(JOB, workload=workload, loop=loop))


def parameters_after_an_epoch(trainer: Trainer) -> dict[str, Tensor]:
    network, optimizer = fresh_training(trainer)
    epoch_work(trainer, network, optimizer, batch_size=16, number=0)()
    return {name: value.detach().clone() for name, value in network.named_parameters()}


@pytest.mark.parametrize(
    ("workload", "rung"),
    [(name, rung) for name in ("mlp", "rnn", "lstm") for rung in rungs(name, "cpu")],
)
def test_every_rung_of_the_ladder_trains_the_same_network_to_the_same_weights(
    workload: str, rung: str
) -> None:
    lean = parameters_after_an_epoch(opened(LEAN, workload))
    other = parameters_after_an_epoch(opened(RUNGS[rung], workload))
    assert lean.keys() == other.keys()
    for name, value in lean.items():
        assert torch.allclose(value, other[name], atol=1e-5), name


def test_each_rung_leaves_out_one_thing_more_than_the_one_above() -> None:
    steps = list(RUNGS.values())
    assert steps[-1] == LEAN
    fields = ("loader", "placement", "gather", "sequences", "evaluate")
    for upper, lower in pairwise(steps):
        changed = [name for name in fields if getattr(upper, name) != getattr(lower, name)]
        assert len(changed) == 1


def test_the_cpu_has_no_rungs_of_copies_and_images_none_of_sequences() -> None:
    assert rungs("mlp", "cpu") == ["decoding", "workers", "course", "no-evaluation", "lean"]
    assert rungs("lstm", "cuda:1") == [name for name in RUNGS if name not in DECODERS]
    assert "padded" not in rungs("cnn", "cuda")
    assert "pinned" not in rungs("lstm", "cpu")


def test_the_recurrent_workloads_are_those_whose_way_can_change() -> None:
    changed = [
        name
        for name, workload in WORKLOADS.items()
        if not isinstance(with_loop(workload.build(), COURSE), type(workload.build()))
    ]
    assert tuple(changed) == RECURRENT


def test_the_workloads_of_images_are_those_that_can_be_decoded_on_the_fly() -> None:
    decoded = {name for name in DATASETS if can_be_decoded(load_dataset(name).train)}
    assert tuple(name for name, own in WORKLOADS.items() if own.dataset in decoded) == IMAGES


def can_be_decoded(split: Split) -> bool:
    with suppress(NotImplementedError):
        return len(CourseLoader(split, RUNGS["decoding"]).samples) > 0
    return False


def minibatches(loop: Loop) -> list[tuple[list[Tensor], Tensor]]:
    split = Split((torch.arange(10.0).reshape(10, 1), torch.arange(10)), torch.arange(10) * 2)
    order = torch.tensor([3, 1, 4, 0, 5, 9, 2, 6, 8, 7])
    loader, _ = course_loaders(split, split, loop)
    return list(batches(split, loop, permutation=order, batch_size=4, loader=loader))


def test_the_dataloader_gives_the_minibatches_that_slicing_gives() -> None:
    sliced, loaded = minibatches(LEAN), minibatches(COURSE)
    assert [len(targets) for _, targets in loaded] == [4, 4, 2]
    for (inputs, targets), (others, labels) in zip(sliced, loaded, strict=True):
        assert torch.equal(targets, labels)
        assert all(torch.equal(one, two) for one, two in zip(inputs, others, strict=True))


def test_the_course_loop_evaluates_everything_after_an_epoch_and_the_lean_loop_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    original = course_loop.accuracy

    def seen(network: nn.Module, loader: CourseLoader, **how: Any) -> float:
        asked.append(len(loader.samples))
        return original(network, loader, **how)

    monkeypatch.setattr(trainers, "accuracy", seen)
    parameters_after_an_epoch(opened(LEAN))
    assert asked == []
    parameters_after_an_epoch(opened(COURSE))
    assert asked == [60, 370]


def test_what_is_predicted_is_a_class_or_of_a_regression_the_output_itself() -> None:
    scores = torch.tensor([[0.1, 0.9], [0.8, 0.2]])
    assert predictions(scores, torch.tensor([1, 1])).tolist() == [1, 0]
    assert torch.equal(predictions(scores, torch.zeros(2, 2)), scores)


def test_the_courses_accuracy_is_the_share_of_right_predictions() -> None:
    network = nn.Linear(2, 3, bias=False)
    network.weight.data = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    samples = torch.tensor([[2.0, 1.0], [1.0, 2.0], [-1.0, -2.0], [3.0, 1.0], [0.0, 1.0]])
    right = torch.tensor([0, 1, 2, 1, 0])  # the last two are not what the network says
    loader = CourseLoader(Split((samples,), right), COURSE)
    for own in (network, Named(network)):
        score = accuracy(own, loader, device=torch.device("cpu"), batch_size=2)
        assert score == pytest.approx(0.6)


class Named(nn.Module):
    """A network whose output is a dict."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> dict[str, Tensor]:
        return {"logits": self.network(*inputs)}


def test_the_courses_evaluation_is_of_training_and_held_out_samples() -> None:
    trainer = opened(COURSE)
    network, _ = fresh_training(trainer)
    scores = evaluate_everything(trainer, network, batch_size=16)
    with torch.no_grad():
        for score, split in zip(scores, (trainer.train, trainer.held_out), strict=True):
            right = (network(*split.inputs).argmax(dim=1) == split.targets).float().mean()
            assert score == pytest.approx(right.item())


def test_a_course_cell_is_measured_like_any_other() -> None:
    record = measure(opened(COURSE), 16)
    lean = measure(opened(LEAN), 16)
    assert record.first_loss == pytest.approx(lean.first_loss, rel=1e-4)
    assert record.steps == 4
    assert record.trained_on == "cpu"


def test_a_job_keeps_its_loop_on_its_way_to_a_worker() -> None:
    job = replace(
        JOB, loop=replace(COURSE, placement="pinned"), compiled="default", task=TASKS[DIAGNOSIS]
    )
    assert Job.from_line(to_line(job)) == job


def test_the_permutation_lies_where_the_data_lies() -> None:
    trainer = opened(COURSE)
    assert trainer.train.targets.device.type == "cpu"
    order = make_permutation(trainer.job, 0, trainer.train.targets.device)
    assert sorted(order.tolist()) == list(range(60))


def test_memory_that_cannot_be_pinned_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for a device without pinned memory; with CUDA there is some."""

    def refuse(*_: Any, **__: Any) -> Callable[[], None]:
        raise RuntimeError("Need to provide pin_memory allocator to use pin memory.")

    split = Split((torch.zeros(4, 2),), torch.zeros(4))
    monkeypatch.setattr("bench.train.modes.torch.empty", refuse)
    job = replace(JOB, loop=replace(LEAN, placement="pinned"))
    with pytest.raises(NotImplementedError, match="pinned memory: Need to provide"):
        place(split, job, torch.device("cpu"))
