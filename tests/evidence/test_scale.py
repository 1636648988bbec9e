"""The corpus of the scale run loads to what is true of it, and wrong words are counted."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from scripts.judge.verdicts import verdicts
from scripts.read.table import load
from tests.evidence.scale.corpus import (
    BATCH_SIZES,
    EPOCHS,
    WORKLOADS,
    document,
    plan,
    truths,
    write,
)
from tests.evidence.scale.truth import beside_truth, by_truth


def test_a_machine_has_800_cells_that_load_to_their_true_ratios(tmp_path: Path) -> None:
    path = write(3, tmp_path)
    content = json.loads(path.read_bytes())
    own = content["crossover"]
    assert own["schema_version"] == 3
    assert own["measured"] == 2 * len(WORKLOADS) * len(BATCH_SIZES) * len(EPOCHS) == 800
    table = verdicts(load([path]), scope="total")
    known = truths(3).query("epochs > 0")
    both = table.merge(known, on=["machine", "workload", "batch_size", "epochs"])
    assert len(both) == len(table)
    error = np.log(both["ratio"] / both["true_ratio"])
    assert np.abs(error).max() < 6 * plan(3).process_noise


def test_a_machines_number_decides_everything_about_it() -> None:
    assert document(5) == document(5)
    ratios = [truths(number)["true_ratio"].tolist() for number in (5, 6)]
    assert ratios[0] != ratios[1]


def test_a_wrong_word_and_a_wrong_sign_are_counted() -> None:
    known = truths(0)
    warm = known[known["epochs"] == -1]
    slower = warm[warm["true_ratio"] > 1.2].head(5).drop(columns="true_ratio")
    words = ["slower", "faster", "too close", "undecided", "not measured"]
    table = slower.assign(verdict=words, margin=0.05, epochs=pd.array([pd.NA] * 5, dtype="Int64"))
    judged = beside_truth(table, 1)
    assert judged["found"].tolist() == [True, False, False, False, False]
    assert judged["wrong"].tolist() == [False, True, True, False, False]
    assert judged["wrong_sign"].tolist() == [False, True, False, False, False]
    *_classes, together = by_truth(judged)
    assert list(together.values()) == ["together", 5, 1, 1, 1, 1, 2, 1]


def test_slower_by_less_than_the_margin_is_a_wrong_claim_of_the_right_sign() -> None:
    known = truths(0)
    near = known[(known["true_ratio"] > 1.0) & (known["epochs"] == -1)].head(1)
    table = near.drop(columns="true_ratio").assign(
        verdict="slower", margin=99.0, epochs=pd.array([pd.NA], dtype="Int64")
    )
    (row,) = beside_truth(table, 1).to_dict("records")
    assert (row["wrong"], row["wrong_sign"], row["found"]) == (True, False, True)


def test_identical_devices_are_a_class_of_their_own() -> None:
    machines = pd.concat([truths(number) for number in range(4)], ignore_index=True)
    warm = machines[machines["epochs"] == -1]
    same = int((warm["true_ratio"] == 1.0).sum())
    assert same > 0
    table = warm.drop(columns="true_ratio").assign(verdict="too close", margin=0.05)
    first, *_rest = by_truth(beside_truth(table, 4))
    assert (first["true ratio"], first["compared"], first["wrong"]) == ("1", same, 0)
