"""Epochs to the target: over figure seeds, at the rate that other seeds chose, or not reached."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.read.learning import chosen_rate, epochs_to_target, load, score_after, steps_to
from scripts.read.learning_file import KEY
from scripts.read.metric import Metric
from tests.learn_corpus import LearnCorpus, by_formula


def table(folder: Path, goal: float | None = None, **fields: Any) -> pd.DataFrame:
    return epochs_to_target(load([LearnCorpus(**fields).write(folder)]), target=goal)


def cell(epochs: pd.DataFrame, batch_size: int, optimizer: str = "sgd") -> pd.Series:
    own = epochs[(epochs["batch_size"] == batch_size) & (epochs["optimizer"] == optimizer)]
    return own.iloc[0]


def test_epochs_are_steps_over_the_steps_of_an_epoch_at_the_median_seed(tmp_path: Path) -> None:
    row = cell(table(tmp_path, noise=0.0), 64)
    assert row["epochs"] == pytest.approx(round(by_formula("", 64, "")) / 63)
    assert row["low"] == row["high"] == row["epochs"]
    assert (row["seeds"], row["reached"], row["reason"]) == (5, 5, "")


def test_the_spread_is_that_of_the_figure_seeds(tmp_path: Path) -> None:
    row = cell(table(tmp_path, noise=0.2), 64)
    assert row["low"] < row["epochs"] < row["high"]
    assert row["epochs"] == pytest.approx(np.median(row["steps"]) / 63)


def test_the_chosen_rate_never_depends_on_the_figure_seeds(tmp_path: Path) -> None:
    document = LearnCorpus(batch_sizes=(64,), optimizers=("sgd",)).result()
    before = _written(document, tmp_path)
    assert chosen_rate(before) == 0.01
    for run in document[KEY]["runs"]:
        if run["seed"] < 100:  # figure seeds that would speak for another rate, loudly
            run["learning_rate"] = 0.1
            run["steps"] = list(range(len(run["steps"])))
    after = _written(document, tmp_path)
    assert chosen_rate(after) == 0.01
    row = epochs_to_target(after).iloc[0]
    assert math.isnan(row["epochs"])  # and those at another rate make no figure
    assert row["reason"] == "cut short: 0 of 5 seeds are trained"


def _written(document: dict[str, Any], folder: Path) -> pd.DataFrame:
    path = folder / "changed.json"
    path.write_text(json.dumps(document))
    return load([path])


@pytest.mark.parametrize(
    ("lost", "reached", "words"),
    [((0,), True, ""), ((0, 1), True, ""), ((0, 1, 2), False, "not reached by 3 of 5 seeds")],
)
def test_a_median_among_unreached_seeds_counts_them_as_never(
    lost: tuple[int, ...], reached: bool, words: str, tmp_path: Path
) -> None:
    where = {("mlp", 64, "sgd"): lost}
    row = cell(table(tmp_path, lost=where, noise=0.1), 64)
    assert row["reached"] == 5 - len(lost)
    assert math.isnan(row["epochs"]) == (not reached)
    assert math.isnan(row["high"])
    assert row["reason"] == words


def test_a_cell_that_no_tuning_seed_reached_is_not_reached(tmp_path: Path) -> None:
    document = LearnCorpus(batch_sizes=(64,), optimizers=("sgd",)).result()
    for run in document[KEY]["runs"]:
        run |= {"ended": "hopeless", "score": [0.1] * len(run["score"])}
    row = epochs_to_target(_written(document, tmp_path)).iloc[0]
    assert row["reason"] == "not reached at any learning rate"
    assert math.isnan(row["epochs"])
    assert math.isnan(row["learning_rate"])


@pytest.mark.parametrize(
    ("best", "edge"), [(0.001, "lower"), (0.01, ""), (0.1, ""), (0.3, "upper")]
)
def test_a_best_rate_at_the_edge_of_the_grid_is_flagged(
    best: float, edge: str, tmp_path: Path
) -> None:
    rates = (0.001, 0.01, 0.1, 0.3)
    document = LearnCorpus(
        batch_sizes=(64,), optimizers=("sgd",), rates=(*rates, 1.0), best_rate=best
    ).result()
    runs = document[KEY]["runs"]
    document[KEY]["runs"] = [run for run in runs if run["learning_rate"] != 1.0]
    assert epochs_to_target(_written(document, tmp_path))["edge"].tolist() == [edge]


def test_an_easier_target_is_found_on_the_curves(tmp_path: Path) -> None:
    whole, half = (cell(table(tmp_path, goal, noise=0.0), 64) for goal in (None, 0.5))
    # The score rises evenly from 0.1 to 0.9: half of the steps, to the next look.
    assert half["epochs"] == pytest.approx(0.5 * whole["epochs"], rel=0.1)
    assert half["target"] == 0.5


def test_a_harder_target_is_not_known_rather_than_not_reached(tmp_path: Path) -> None:
    row = cell(table(tmp_path, 0.95), 64)
    assert row["reason"] == "trained to 0.9 only"
    assert math.isnan(row["epochs"])


def test_fewer_bits_are_the_harder_target(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"metric": "bits_per_character", "target": 2.4, "noise": 0.0}
    assert cell(table(tmp_path, 2.2, **fields), 64)["reason"] == "trained to 2.4 only"
    easier = cell(table(tmp_path, 4.2, **fields), 64)
    assert easier["epochs"] == pytest.approx(
        0.5 * cell(table(tmp_path, **fields), 64)["epochs"], 0.1
    )


def test_steps_to_a_target_are_those_of_the_first_look_that_finds_it() -> None:
    run = {
        "metric": Metric("accuracy"),
        "steps": np.array([0.0, 5.0, 10.0, 20.0]),
        "score": np.array([0.1, 0.6, 0.5, np.nan]),
    }
    assert steps_to(run, 0.5) == 5
    assert steps_to(run, 0.6) == 5
    assert math.isinf(steps_to(run, 0.7))


def test_a_score_between_two_looks_lies_on_the_line_between_them() -> None:
    run = {"steps": np.array([0.0, 10.0]), "score": np.array([0.1, 0.5])}
    assert score_after(run, 5) == pytest.approx(0.3)
    assert math.isnan(score_after(run, 11))


def test_a_resumable_file_gives_what_it_has_and_says_that_it_was_cut(tmp_path: Path) -> None:
    document = LearnCorpus(batch_sizes=(4, 64), optimizers=("sgd",)).result()
    runs = document[KEY]["runs"]
    document[KEY] |= {"complete": False, "runs": runs[:-2]}
    rows = epochs_to_target(_written(document, tmp_path)).set_index("batch_size")
    assert rows.loc[4, "reason"] == ""
    assert rows.loc[64, "reason"] == "cut short: 3 of 5 seeds are trained"
