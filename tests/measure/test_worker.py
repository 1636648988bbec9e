"""What a worker answers for each batch size, by real training in this process."""

from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
import pytest

from bench.answer import Answer, Epochs, Measured, Process, Unmeasured
from bench.job import Job, to_line
from bench.measure import worker
from tests.stubs.answers import measured

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
PROCESS = partial(
    Process,
    started="2026-01-01T00:00:00+00:00",
    import_seconds=1.5,
    threads=1,
    allocator="glibc 2.36",
    allocator_variables={},
)


def answers_of(job: Job) -> list[Any]:
    """What a worker answers, but for its start and its end; torch is this process's own."""
    answers: list[Any] = []

    def answer(one: Answer) -> None:
        answers.append(msgspec.json.decode(to_line(one), type=Answer))

    worker._measure_all(job, PROCESS, answer)
    return answers


@pytest.fixture(scope="module")
def answers() -> list[Any]:
    return answers_of(JOB)


@pytest.fixture(scope="module")
def figures(answers: list[Any]) -> list[Epochs]:
    return [answer.figures for answer in answers]


def test_a_worker_answers_for_every_batch_size_in_the_given_order(answers: list[Any]) -> None:
    assert [type(answer) for answer in answers] == [Measured] * 3
    assert [answer.batch_size for answer in answers] == [64, 30, 128]
    assert [answer.figures.position for answer in answers] == [0, 1, 2]
    assert {answer.process.import_seconds for answer in answers} == {1.5}


def test_every_epoch_is_timed_and_short_ones_are_repeated(figures: list[Epochs]) -> None:
    for own in figures:
        assert len(own.epoch_seconds) >= 2
        assert all(seconds > 0 for seconds in own.epoch_seconds)
        assert sum(own.epoch_seconds) >= 0.1 or len(own.epoch_seconds) == 200
        assert own.evaluated_after_epochs == 2


def test_a_last_smaller_minibatch_is_trained_on(figures: list[Epochs]) -> None:
    assert [own.steps for own in figures] == [2, 5, 1]


def test_the_cold_start_is_the_processs_first_step_at_every_batch_size(
    figures: list[Epochs],
) -> None:
    first = figures[0]
    assert first.first_step_seconds == first.own_first_step_seconds
    assert {own.first_step_seconds for own in figures} == {first.first_step_seconds}
    assert first.context_seconds > 0


def test_the_record_says_on_which_device_the_parameters_were(figures: list[Epochs]) -> None:
    assert {own.trained_on for own in figures} == {"cpu"}


def test_the_same_seed_gives_the_same_training_again(answers: list[Any]) -> None:
    def losses(told: list[Any]) -> dict[int, tuple[float, float]]:
        return {one.batch_size: (one.figures.first_loss, one.figures.loss) for one in told}

    before = losses(answers)
    for size, (first_loss, loss) in losses(answers_of(replace(JOB, batch_sizes=(128, 64)))).items():
        assert first_loss == pytest.approx(before[size][0], rel=1e-5)
        assert loss == pytest.approx(before[size][1], rel=1e-3)


def test_another_seed_gives_another_training(figures: list[Epochs]) -> None:
    (other,) = answers_of(replace(JOB, seed=1, batch_sizes=(64,), epochs=1))
    assert other.figures.first_loss != pytest.approx(figures[0].first_loss, rel=1e-5)


def test_a_cell_that_cannot_end_in_time_is_a_timeout_and_says_what_a_step_takes() -> None:
    job = replace(JOB, workload="lstm-gates", samples=4096, batch_sizes=(1,))
    (answer,) = answers_of(replace(job, cell_timeout_seconds=0.05))
    assert isinstance(answer, Unmeasured)
    assert answer.reason == "timeout"
    assert "step" in answer.detail


def test_a_device_that_torch_does_not_have_is_no_device() -> None:
    (answer,) = answers_of(replace(JOB, device="mtia"))
    assert (answer.reason, answer.batch_size) == ("no device", None)
    assert "mtia" in answer.detail


def test_a_diverged_training_is_timed_and_its_loss_is_null() -> None:
    (answer,) = answers_of(replace(JOB, learning_rate=1e30, batch_sizes=(8,)))
    assert isinstance(answer, Measured)
    assert isinstance(answer.figures, Epochs)
    assert answer.figures.loss is None


def test_larger_batch_sizes_than_one_that_ran_out_of_memory_are_implied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    tried: list[int] = []

    def work(_trainer: object, batch_size: int) -> Any:
        tried.append(batch_size)
        if batch_size >= 64:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")
        return measured(JOB, batch_size).figures

    monkeypatch.setattr("bench.train.trainer.open_trainer", lambda _job: None)
    monkeypatch.setattr("bench.measure.tasks.work_of", lambda _job: work)
    answers = answers_of(replace(JOB, batch_sizes=(128, 32, 256, 64, 96)))
    told = [(one.batch_size, getattr(one, "reason", "measured")) for one in answers]
    after = [(256, "implied"), (64, "oom"), (96, "implied")]
    assert told == [(128, "oom"), (32, "measured"), *after]
    assert tried == [128, 32, 64]  # at its own size: the batch is never made smaller


def test_what_epochs_cost_the_system_is_told_per_step(figures: list[Epochs]) -> None:
    for own in figures:
        for count in (own.minor_faults_per_step, own.user_seconds_per_step):
            assert count is not None
            assert count >= 0


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"malloc": "tcmalloc"}, "asked for tcmalloc, runs glibc 2.36"),
        ({"threads": 3}, "asked for 3 threads, runs 1"),
    ],
)
def test_another_setting_than_was_asked_for_is_an_error_of_every_cell(
    asked: dict[str, Any], words: str
) -> None:
    (answer,) = answers_of(replace(JOB, **asked))
    assert isinstance(answer, Unmeasured)
    assert (answer.batch_size, answer.reason) == (None, "failed")
    assert answer.detail == f"RuntimeError: {words}"
