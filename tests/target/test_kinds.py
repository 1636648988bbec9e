"""CNN, RNN or transformer: networks of one data set stand side by side, at one batch size."""

from pathlib import Path
from typing import Any

import pandas as pd

from scripts.read.table import load
from scripts.sections.target.kinds import kinds_table, with_crossovers
from scripts.tables.analysis import Analysis
from scripts.tables.learned import Learned
from scripts.words.target.kinds import kinds_line
from tests.corpus import Corpus, falling
from tests.learn_corpus import LearnCorpus

NETWORKS = ("cnn-vowels", "lstm")
LEARNED: dict[str, Any] = {
    "workloads": NETWORKS, "batch_sizes": (16, 64, 256), "optimizers": ("sgd",), "last_epoch": 40,
    "dataset": "japanese-vowels", "noise": 0.01,
}  # fmt: skip


def learned(tmp_path: Path, timed: Path | None = None, **changed: Any) -> Learned:
    path = LearnCorpus(**LEARNED | changed).write(tmp_path)
    return Learned.read([path], load([timed]) if timed else pd.DataFrame())


def test_networks_are_compared_at_the_shared_batch_size_nearest_to_the_usual_one(
    tmp_path: Path,
) -> None:
    rows = learned(tmp_path).kinds
    assert list(rows["workload"]) == list(NETWORKS)
    assert set(rows["batch_size"]) == {16}
    assert rows["file"].isna().all()


def test_networks_that_were_trained_together_are_compared(tmp_path: Path) -> None:
    both = LearnCorpus(**LEARNED).write(tmp_path, "both")
    alone = LearnCorpus(**LEARNED | {"workloads": ("lstm",)}).write(tmp_path, "alone")
    rows = Learned.read([alone, both], pd.DataFrame()).kinds
    assert sorted(rows["workload"]) == sorted(NETWORKS)
    assert {Path(file).stem for file in rows["learning_file"]} == {"both-learning"}


def test_a_data_set_of_one_network_or_of_a_part_of_the_data_compares_nothing(
    tmp_path: Path,
) -> None:
    assert learned(tmp_path, workloads=("lstm",)).kinds.empty
    assert learned(tmp_path, dataset="").kinds.empty
    assert learned(tmp_path, last_epoch=0).kinds.empty


def test_each_side_has_its_seconds_and_its_crossover(tmp_path: Path) -> None:
    timed = Corpus(workloads=NETWORKS, batch_sizes=(16, 64, 256), epochs=(1,), ratio=falling)
    path = timed.write(tmp_path, "timed")
    analysis = Analysis([path])
    rows = with_crossovers(learned(tmp_path, path).kinds, analysis.crossovers)
    assert list(rows["side"]) == ["cpu", "vulkan"] * 2
    # 4000 samples in minibatches of 16: 250 steps of 3e-4 + 16 * 2e-6 seconds each
    cpu = rows.loc[rows["side"] == "cpu", "epoch_seconds"]
    assert all(abs(seconds - 0.083) < 0.004 for seconds in cpu)
    assert set(rows.loc[rows["side"] == "cpu", "crossover_batch_size"]) == {""}
    assert all(rows.loc[rows["side"] == "vulkan", "crossover_batch_size"])
    assert len(kinds_table("japanese-vowels", rows).rows) == 4


def test_the_sentence_names_the_best_first(tmp_path: Path) -> None:
    rows = learned(tmp_path).kinds
    rows["score_best"] = [0.9, 0.97]
    assert kinds_line(rows) == (
        "At batch size 16, where its held-out loss is lowest, lstm has 97 % accuracy and "
        "cnn-vowels has 90 % accuracy."
    )
