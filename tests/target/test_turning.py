"""Best number of epochs: where the held-out loss turns up, and what early stopping saves."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.read.learning import load
from scripts.read.metric import Metric
from scripts.read.table import load as load_timing
from scripts.tables.learned import Learned
from scripts.target.turning import stopped_after, turning_points
from scripts.words.target.turning import saving_lines, turning_line
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus

ENDS: dict[str, Any] = {"batch_sizes": (1000,), "optimizers": ("sgd",), "last_epoch": 40}


def learned(folder: Path, **fields: Any) -> Learned:
    runs = load([LearnCorpus(**ENDS | fields).write(folder)])
    timed = Corpus(sides=("cpu", "cuda"), batch_sizes=(512, 1000, 2000), epochs=(1,))
    return Learned(runs, load_timing([timed.write(folder)]))


def test_the_turning_point_is_where_the_held_out_loss_is_lowest(tmp_path: Path) -> None:
    row = learned(tmp_path, turn=10.0, noise=0.0).turning.iloc[0]
    assert (row["lowest"], row["low"], row["high"], row["last"]) == (10, 10, 10, 40)
    assert row["turns"]
    assert row["worse"] == pytest.approx((0.5 + 0.2 * math.log(4) ** 2) / 0.5)
    assert row["stop_epochs"] == 15  # five epochs without a lower loss
    assert row["stop_score"] <= row["score_last"]


def test_a_loss_that_falls_to_the_end_does_not_turn(tmp_path: Path) -> None:
    row = learned(tmp_path, turn=100.0).turning.iloc[0]
    assert row["lowest"] == 40
    assert not row["turns"]
    words = turning_line(row.to_dict())
    assert "the held-out loss is lowest after 40 of 40 epochs " in words
    assert words.endswith("and does not turn up")


def test_the_lowest_point_of_noise_is_no_turning_point() -> None:
    """Every noisy curve has one; the others' is not below a seed's end."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(40):
        noise = np.exp(random.normal(0, 0.05, (5, 41)))
        runs = [
            {
                "file": "f", "machine": "m", "workload": "w", "batch_size": 4, "optimizer": "sgd",
                "role": "figure", "ended": "cap", "metric": Metric("accuracy"),
                "learning_rate": 0.1, "samples": 4, "cut": False, "dataset": "",
                "steps_an_epoch": 1, "steps": np.arange(41.0), "loss": loss,
                "score": 1 - loss / 10, "epoch_train_loss": loss, "epoch_train_score": 1 - loss / 9,
            }
            for loss in noise
        ]  # fmt: skip
        found.append(turning_points(pd.DataFrame(runs)).iloc[0])
    rows = pd.DataFrame(found)
    assert rows["turns"].sum() <= 1
    # A seed's own lowest point is always below its end; told by the others it is not.
    assert rows["worse"].mean() == pytest.approx(1, abs=0.03)


def test_files_whose_runs_end_at_their_target_have_no_turning_points(tmp_path: Path) -> None:
    assert learned(tmp_path, last_epoch=0).turning.empty
    assert learned(tmp_path, last_epoch=0).savings.empty


def test_early_stopping_ends_when_the_lowest_loss_is_so_many_epochs_old() -> None:
    falls = np.linspace(2, 1, 21)
    assert stopped_after(falls) == 20
    turns = np.concatenate([falls, np.linspace(1, 2, 21)])
    assert stopped_after(turns) == 25
    assert stopped_after(np.array([3.0, 2, 2, 2, 2, 2, 2, 1])) == 6  # equal is not lower


def test_it_saves_the_seconds_of_the_epochs_left_out_and_pays_for_its_looks(tmp_path: Path) -> None:
    own = learned(tmp_path, noise=0.0)
    saved = own.savings.set_index("side")
    assert set(saved.index) == {"cpu", "cuda"}
    step = 3e-4 + 2e-6 * 1000
    look = 1000 / 512 * (3e-4 + 2e-6 * 512) / 3
    row = saved.loc["cpu"]
    assert row["all_seconds"] == pytest.approx(0.01 + 40 * 4 * step, rel=0.02)
    assert row["stop_seconds"] == pytest.approx(0.01 + 15 * (4 * step + look), rel=0.02)
    assert row["saved_seconds"] == pytest.approx(row["all_seconds"] - row["stop_seconds"])
    [cpu, cuda] = saving_lines(own.savings)
    assert "on cpu of devbox, early stopping, after 5 epochs without a lower held-out " in cpu
    assert "saves" in cpu
    assert "15 of 40 epochs" in cuda


def test_a_turning_point_is_told_with_the_spread_of_the_seeds(tmp_path: Path) -> None:
    words = turning_line(learned(tmp_path, turn=10.0, noise=0.0).turning.iloc[0].to_dict())
    assert words.startswith(
        "batch 1000, SGD 0.01: after 10 epochs [10 to 10 over 5 seeds] more training makes the "
        "held-out loss worse, 1.77 [1.77 to 1.77] times by epoch 40. Held out it has "
    )
    assert "(better)" in words  # the corpus's score rises to its target, which comes later
