"""Whole epochs that hold: where seeds stand when an epoch ends, and what becomes of who follows."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.read.learning import epochs_to_target, load
from scripts.read.learning_file import KEY
from scripts.target.standing import drawn_epochs, whole_epochs, with_whole_epochs
from tests.learn_corpus import LearnCorpus

ONE: dict[str, Any] = {"batch_sizes": (1000,), "optimizers": ("sgd",)}  # four steps an epoch


def cell(path: Path, target: float | None = None) -> pd.Series:
    runs = load([path])
    return with_whole_epochs(epochs_to_target(runs, target=target), runs).iloc[0]


def written(folder: Path, scores: list[list[float]], *, ended: str = "target") -> Path:
    """A file whose figure seeds have these scores after each epoch, 0 included."""
    document = LearnCorpus(**ONE, figure_seeds=range(len(scores))).result()
    runs = document[KEY]["runs"]
    for run in runs:
        if run["seed"] < 100:
            own = scores[run["seed"]]
            rest = {name: [1.0] * len(own) for name in ("train_loss", "loss")}
            run |= {"steps": [4 * end for end in range(len(own))], "score": own, **rest}
            run["ended"] = ended if max(own) >= 0.9 else "cap"
    path = folder / "learned.json"
    path.write_text(json.dumps(document))
    return path


def test_the_first_look_that_finds_the_target_is_not_where_it_holds(tmp_path: Path) -> None:
    lucky = [[0.1, 0.91, 0.85, 0.92, 0.92]] * 3 + [[0.1, 0.5, 0.91, 0.92, 0.92]] * 2
    row = cell(written(tmp_path, lucky))
    assert row["epochs"] == 1  # the median seed is first seen there after one epoch
    assert (row["train_epochs"], row["standing"], row["seeds"]) == (4, 5, 5)
    assert row["carried"] == 0


def test_an_end_at_which_the_seeds_stand_counts_where_they_stood_in_the_time_before() -> None:
    def epochs(*shares: float) -> float:
        return float(whole_epochs(np.array([shares]))[0])

    assert epochs(0, 0.5, 1, 0.8, 0.9, 1) == 5
    assert epochs(0, 0.95, 0.5) == 1  # the first epoch has none before it
    assert epochs(0, 0.9, 1) == 2
    assert math.isinf(epochs(0, 0.9, 0.9))  # 9 of 10 at each, but not 19 of 20 at both
    assert math.isinf(epochs(0, 0.9, 0.8))
    late = [0.0] * 40 + [1.0] * 10
    assert epochs(*late) == 46  # an eighth of 46, rounded up, are the six before


def test_nine_of_ten_seeds_are_enough_and_eight_are_not(tmp_path: Path) -> None:
    early = [[0.1, 0.9, 0.9, 0.9]]
    late = [[0.1, 0.5, 0.9, 0.9]]
    never = [[0.1, 0.5, 0.5, 0.5]]
    assert cell(written(tmp_path, 10 * early))["train_epochs"] == 1
    assert cell(written(tmp_path, 9 * early + late))["train_epochs"] == 2
    row = cell(written(tmp_path, 18 * early + late + never))
    assert (row["train_epochs"], row["standing"]) == (3, 19)
    row = cell(written(tmp_path, 8 * early + 2 * never))
    assert math.isnan(row["train_epochs"])
    assert row["unsettled"] == (
        "no number of epochs holds: 8 of 10 seeds stand there when one ends"
    )
    row = cell(written(tmp_path, 10 * [[0.1, 0.5, 0.9, 0.5]]))
    assert row["unsettled"].endswith(": 10 of 10 seeds stand there when one ends, "
                                     "but not epoch after epoch")  # fmt: skip


def test_a_seed_that_was_not_trained_that_far_counts_as_it_ended_and_is_counted(
    tmp_path: Path,
) -> None:
    """As all do in files of version 1, where a run ends at its target."""
    row = cell(written(tmp_path, 4 * [[0.1, 0.9]] + [[0.1, 0.5, 0.6, 0.9]]))
    assert (row["train_epochs"], row["standing"], row["carried"]) == (4, 5, 5)


def test_another_target_has_its_own_whole_epochs(tmp_path: Path) -> None:
    path = LearnCorpus(**ONE, last_epoch=40, noise=0.0).write(tmp_path)
    whole, half = cell(path), cell(path, 0.5)
    assert whole["train_epochs"] == math.ceil(50 * (1 + 100 / 1000) / 4) + 2
    assert half["train_epochs"] == math.ceil(50 * (1 + 100 / 1000) / 4 / 2) + 1


def test_a_harder_target_is_found_on_curves_that_go_to_the_end(tmp_path: Path) -> None:
    high = [[0.1, 0.9, 0.93, 0.96, 0.96]] * 5
    path = written(tmp_path, high)
    assert cell(path, 0.95)["unsettled"] == "trained to 0.9 only"
    document = json.loads(path.read_text())
    document[KEY]["run"]["to_end"] = True
    path.write_text(json.dumps(document))
    assert cell(path, 0.95)["train_epochs"] == 4


def test_a_cell_without_a_figure_says_why_in_its_own_words(tmp_path: Path) -> None:
    path = LearnCorpus(**ONE, lost={("mlp", 1000, "sgd"): (0, 1, 2)}).write(tmp_path)
    assert cell(path)["unsettled"] == "not reached by 3 of 5 seeds"


def test_drawn_seeds_stand_where_they_stand_together() -> None:
    stands = np.array([[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]], dtype=bool)
    weights = np.array([[3, 0, 0], [0, 3, 0], [1, 1, 1], [0, 0, 3]])
    assert drawn_epochs(stands, weights).tolist() == [1, 3, math.inf, math.inf]


def noisy_scores(random: np.random.Generator, seeds: int) -> list[list[float]]:
    """Curves as real ones are: to a plateau above the target, each end with its own luck."""
    ends = np.arange(31)
    plateau = 0.93 + random.normal(0, 0.004, (seeds, 1))
    rise = plateau - 0.8 * np.exp(-ends / random.normal(3.0, 0.3, (seeds, 1)))
    scores: Any = rise + random.normal(0, 0.006, rise.shape)
    return [[round(float(value), 4) for value in own] for own in scores]


@pytest.mark.parametrize("seed", range(5))
def test_advice_that_is_followed_holds_for_seeds_that_nobody_has_seen(
    seed: int, tmp_path: Path
) -> None:
    random = np.random.default_rng(seed)
    row = cell(written(tmp_path, noisy_scores(random, 10)))
    fresh = np.array(noisy_scores(random, 2000))
    first_touch = math.ceil(row["epochs"])
    assert (fresh[:, int(row["train_epochs"])] >= 0.9).mean() >= 0.9
    assert (fresh[:, first_touch] >= 0.9).mean() < 0.75  # what the first look would have promised
