"""The experiments on the advice: what they train, what they count, and what they came to."""

import csv
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from scripts.read.metric import Metric
from tests.evidence.advice import regret
from tests.evidence.advice.follow import COLUMNS, alone, outcome, tasks, write
from tests.evidence.advice.plain import OPTIMIZERS, Task, Trained, train
from tests.evidence.advice.regret import BETWEEN, seconds_of, settings

ROW: dict[Any, Any] = {
    "workload": "lstm", "target": 0.9, "machine": "m", "machine_id": "m",
    "side": "cpu+threads=1", "batch_size": 32, "optimizer": "adam", "learning_rate": 0.01,
    "train_epochs": 2.0, "seconds": 1.0, "lo": 0.9, "hi": 1.1, "metric": Metric("accuracy"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """One thread: on a busy machine two that wait for each other take many times longer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_advice_is_trained_exactly_as_told_with_seeds_that_no_file_has() -> None:
    [first, second] = tasks(ROW, 2)
    assert first == Task("lstm", 32, "adam", 0.01, epochs=2, seed=1000, threads=1)
    assert second.seed == 1001


def test_what_became_of_it_is_counted_at_the_last_epochs_end() -> None:
    runs = [
        Trained([0.95, 0.92], [0.5, 0.45]),  # there, and within the interval
        Trained([0.95, 0.89], [0.5, 0.55]),  # it was there before the end only
        Trained([0.5, 0.9], [0.7, 0.5]),  # there, but later than the interval
    ]
    told = outcome(ROW, runs)
    assert list(told) == [name for name in COLUMNS if name in told]
    assert (told["seeds"], told["standing"], told["inside"]) == (3, 2, 2)
    assert (told["least_seconds"], told["most_seconds"]) == (0.95, 1.2)


def test_a_table_keeps_the_rows_of_other_workloads(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    for workload, standing in (("mlp", 20), ("lstm", 17), ("mlp", 19)):
        row = {"workload": workload, "target": 0.9, "standing": standing}
        write(path, ["workload", "target", "standing"], [row])
    with path.open(newline="", encoding="utf-8") as file:
        rows = [(row["workload"], row["standing"]) for row in csv.DictReader(file)]
    assert rows == [("lstm", "17"), ("mlp", "19")]


def test_the_plain_loop_learns_and_looks_after_every_epoch() -> None:
    trained = train(Task("lstm", 32, "adam", 0.01, epochs=3, seed=0, threads=1))
    assert len(trained.scores) == len(trained.seconds) == 3
    assert trained.scores[-1] > 0.6
    assert all(seconds > 0 for seconds in trained.seconds)


@pytest.mark.slow
def test_a_plain_process_answers_as_the_function_does() -> None:
    task = Task("lstm", 90, "sgd", 0.5, epochs=1, seed=0, threads=1)
    assert alone(task).scores == train(task).scores


def test_rivals_are_the_settings_that_come_near_at_rates_between_those_that_were_tried() -> None:
    rows = [ROW, ROW | {"batch_size": 8, "seconds": 2.4}, ROW | {"batch_size": 4, "seconds": 2.6}]
    other = ROW | {"side": "cuda", "seconds": 0.1}
    rivals = list(settings(pd.DataFrame([*rows, other]), ROW))
    assert {task.batch_size for task in rivals} == {32, 8}
    assert len(rivals) == 2 * len(BETWEEN)
    assert {task.epochs for task in rivals} == {6}


def test_a_setting_that_never_holds_has_no_seconds() -> None:
    assert math.isinf(seconds_of([Trained([0.5, 0.6], [1.0, 1.0])], ROW))


def test_seconds_of_a_rival_are_those_of_the_epochs_that_hold() -> None:
    runs = [Trained([0.5, 0.95, 0.95, 0.95], [1.0] * 4), Trained([0.5, 0.92, 0.93], [3.0] * 3)]
    assert seconds_of(runs, ROW) == 3 * 2.0  # the first look of two that find it is too early


def test_a_run_begins_no_epoch_after_its_time() -> None:
    task = Task("lstm", 90, "sgd", 0.5, epochs=9, seed=0, threads=1, most_seconds=0.0)
    assert len(train(task).scores) == 1


def test_regret_is_the_advice_against_its_best_rival(monkeypatch: pytest.MonkeyPatch) -> None:
    def trained(task: Task) -> Trained:
        """Twice as fast at batch size 64, and never there at other rates than 0.01."""
        epoch = {32: 1.0, 64: 0.5}[task.batch_size]
        score = 0.95 if task.learning_rate == 0.01 else 0.5
        return Trained([score] * task.epochs, [epoch] * task.epochs)

    monkeypatch.setattr(regret, "train", trained)
    times = pd.DataFrame([ROW, ROW | {"batch_size": 64}])
    told = regret.regret_of(ROW, times, seconds=60.0)
    assert (told["advised"], told["best"]) == ("batch 32, adam 0.01", "batch 64, adam 0.01")
    assert (told["advised_seconds"], told["best_seconds"], told["regret"]) == (2.0, 0.5, 4.0)
    assert told["tried"] == told["settings"] == 10
    assert list(told) == regret.COLUMNS


def test_the_plain_optimisers_are_those_that_are_learned_with() -> None:
    assert set(OPTIMIZERS) == {"sgd", "momentum", "adam", "adamw"}
