"""A score of anybody's own: the file says which way is better and what it is written with."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts.figures.target.axes import score_words
from scripts.read.learning import epochs_to_target, load
from scripts.read.learning_file import KEY
from scripts.read.metric import Metric, reached
from scripts.words.target.learning import score_text
from tests.learn_corpus import LearnCorpus


def runs(folder: Path, **said: Any) -> pd.DataFrame:
    """A learning run to a squared error of 2, from one of 6, in a file that says more of it."""
    corpus = LearnCorpus(metric="bits_per_character", target=2.0, noise=0.0)
    document = corpus.result()
    for about in document[KEY]["workloads"].values():
        about.update(said)
    path = folder / "learning.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return load([path])


def test_a_score_that_falls_is_reached_from_above(tmp_path: Path) -> None:
    table = runs(tmp_path, goal_metric="mse", goal_better="lower", goal_unit="K²")
    metric = table["metric"].iloc[0]
    assert metric == Metric("mse", "lower", "K²")
    easier = epochs_to_target(table, target=4.0)["epochs"]
    assert (easier < epochs_to_target(table)["epochs"]).all()
    assert set(epochs_to_target(table, target=1.0)["reason"]) == {"trained to 2 only"}


@pytest.mark.parametrize(
    ("metric", "text", "axis"),
    [
        (Metric("accuracy"), "71 % accuracy", "held-out accuracy (%)"),
        (Metric("mse", "lower", "K²"), "0.71 K² mse", "held-out mse (K²)"),
        (Metric("f_score", unit=""), "0.71 f score", "held-out f score"),
    ],
)
def test_a_score_is_written_with_its_unit(metric: Metric, text: str, axis: str) -> None:
    assert score_text(metric, 0.71) == text
    assert score_words(metric) == axis


def test_a_file_that_says_no_direction_is_from_when_only_bits_fell(tmp_path: Path) -> None:
    assert runs(tmp_path)["metric"].iloc[0] == Metric("bits_per_character", "lower", "")


@pytest.mark.parametrize(("score", "there"), [(0.9, True), (0.89, False), (None, False)])
def test_a_share_is_reached_from_below(score: float | None, there: bool) -> None:
    assert reached(Metric("accuracy"), score, 0.9) is there
