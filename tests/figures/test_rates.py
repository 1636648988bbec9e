"""The map of learning rates: which were fast, slow, hopeless or diverged."""

from pathlib import Path

import numpy as np
import pytest

from scripts.figures.target.rates import rate_cells, short
from scripts.read import learning
from tests.figures.test_figures import words_of
from tests.figures.test_target import drawn
from tests.learn_corpus import LearnCorpus


def test_diverged_and_slow_rates_are_marked_in_words() -> None:
    words = words_of(drawn("plain", timed=False)["rates-learner-mlp"])
    assert "diverged" in words
    assert "slow" in words


def test_a_rate_cell_is_the_geometric_mean_of_the_tuning_seeds_alone(tmp_path: Path) -> None:
    runs = learning.load([LearnCorpus(optimizers=("sgd",), noise=0.3).write(tmp_path)])
    cells = rate_cells(runs).set_index(["batch_size", "learning_rate"])
    own = runs[(runs["batch_size"] == 64) & (runs["learning_rate"] == 0.01)]
    steps = [row[-1] for row in own.loc[own["role"] == "tuning", "steps"]]
    assert cells.loc[(64, 0.01), "steps"] == pytest.approx(np.exp(np.mean(np.log(steps))))
    assert cells.loc[(64, 0.01), "chosen"]
    assert cells.loc[(64, 0.01), "ratio"] == 1.0
    assert cells.loc[(64, 1.0), "word"] == "diverged"
    assert cells["chosen"].sum() == 6


def test_epochs_are_short_in_a_map() -> None:
    shown = {0.0123: "0.012", 0.853: "0.85", 9.31: "9.3", 123.4: "123"}
    assert {epochs: short(epochs) for epochs in shown} == shown
