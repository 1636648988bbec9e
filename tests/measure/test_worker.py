"""What a worker answers for each batch size, by real training in this process."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bench.job import Job
from bench.measure import worker

JOB = Job(
    workload="mlp",
    device="cpu",
    threads=0,
    batch_sizes=(64, 30, 128),
    epochs=2,
    samples=128,
    seed=0,
    optimizer="sgd",
    optimizer_implementation="foreach",
    learning_rate=0.1,
    cell_timeout_seconds=60.0,
)


def answers_of(job: Job) -> list[Any]:
    """What a worker answers, but for its start and its end; torch is this process's own."""
    answers: list[Any] = []

    def answer(kind: str, **fields: Any) -> None:
        answers.append(json.loads(json.dumps({"kind": kind} | fields, allow_nan=False)))

    worker._measure_all(job, answer, {"import_seconds": 1.5})
    return answers


@pytest.fixture(scope="module")
def answers() -> list[Any]:
    return answers_of(JOB)


def test_a_worker_answers_for_every_batch_size_in_the_given_order(answers: list[Any]) -> None:
    assert [answer["kind"] for answer in answers] == ["measured"] * 3
    assert [answer["batch_size"] for answer in answers] == [64, 30, 128]
    assert [answer["position"] for answer in answers] == [0, 1, 2]
    assert {answer["import_seconds"] for answer in answers} == {1.5}


def test_every_epoch_is_timed_and_short_ones_are_repeated(answers: list[Any]) -> None:
    for answer in answers:
        assert len(answer["epoch_seconds"]) >= 2
        assert all(seconds > 0 for seconds in answer["epoch_seconds"])
        assert sum(answer["epoch_seconds"]) >= 0.1 or len(answer["epoch_seconds"]) == 200
        assert answer["evaluated_after_epochs"] == 2


def test_a_last_smaller_minibatch_is_trained_on(answers: list[Any]) -> None:
    assert [answer["steps"] for answer in answers] == [2, 5, 1]


def test_the_cold_start_is_the_processs_first_step_at_every_batch_size(answers: list[Any]) -> None:
    first = answers[0]
    assert first["first_step_seconds"] == first["own_first_step_seconds"]
    assert {answer["first_step_seconds"] for answer in answers} == {first["first_step_seconds"]}
    assert first["context_seconds"] > 0


def test_the_record_says_on_which_device_the_parameters_were(answers: list[Any]) -> None:
    assert {answer["trained_on"] for answer in answers} == {"cpu"}


def test_the_same_seed_gives_the_same_training_again(answers: list[Any]) -> None:
    again = answers_of(replace(JOB, batch_sizes=(128, 64)))
    losses = {answer["batch_size"]: (answer["first_loss"], answer["loss"]) for answer in again}
    before = {answer["batch_size"]: (answer["first_loss"], answer["loss"]) for answer in answers}
    for batch_size, (first_loss, loss) in losses.items():
        assert first_loss == pytest.approx(before[batch_size][0], rel=1e-5)
        assert loss == pytest.approx(before[batch_size][1], rel=1e-3)


def test_another_seed_gives_another_training(answers: list[Any]) -> None:
    (other,) = answers_of(replace(JOB, seed=1, batch_sizes=(64,), epochs=1))
    assert other["first_loss"] != pytest.approx(answers[0]["first_loss"], rel=1e-5)


def test_a_cell_that_cannot_end_in_time_is_a_timeout_and_says_what_a_step_takes() -> None:
    job = replace(JOB, workload="lstm-gates", samples=4096, batch_sizes=(1,))
    (answer,) = answers_of(replace(job, cell_timeout_seconds=0.05))
    assert (answer["kind"], answer["reason"]) == ("absent", "timeout")
    assert "step" in answer["detail"]


def test_a_device_that_torch_does_not_have_is_no_device() -> None:
    (answer,) = answers_of(replace(JOB, device="mtia"))
    assert (answer["reason"], answer["batch_size"]) == ("no device", None)
    assert "mtia" in answer["detail"]


def test_a_diverged_training_is_timed_and_its_loss_is_null() -> None:
    (answer,) = answers_of(replace(JOB, learning_rate=1e30, batch_sizes=(8,)))
    assert answer["kind"] == "measured"
    assert answer["loss"] is None


def test_larger_batch_sizes_than_one_that_ran_out_of_memory_are_implied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    tried: list[int] = []

    def work(_arm: object, batch_size: int) -> dict[str, Any]:
        tried.append(batch_size)
        if batch_size >= 64:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")
        return {"steps": 128 // batch_size}

    answers: list[tuple[Any, ...]] = []

    def answer(kind: str, *, batch_size: int, **fields: Any) -> None:
        answers.append((kind, batch_size, fields.get("reason", fields.get("steps"))))

    monkeypatch.setattr("bench.train.trainer.open_trainer", lambda _job: None)
    monkeypatch.setattr("bench.train.numerics.pin_numerics", lambda **_: {})
    monkeypatch.setattr("bench.measure.tasks.work_of", lambda _job: work)
    worker._measure_all(replace(JOB, batch_sizes=(128, 32, 256, 64, 96)), answer, {})
    assert answers == [
        *[("absent", 128, "oom"), ("measured", 32, 4), ("absent", 256, "implied")],
        *[("absent", 64, "oom"), ("absent", 96, "implied")],
    ]
    assert tried == [128, 32, 64]  # at its own size: the batch is never made smaller
