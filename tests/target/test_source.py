"""Which of several learning files serves a workload, optimiser by optimiser."""

import json
from pathlib import Path

import pandas as pd

from scripts.read.learning import epochs_to_target
from scripts.read.learning import load as load_learning
from scripts.read.table import load
from scripts.target.source import one_source
from scripts.target.standing import with_whole_epochs
from scripts.target.time import best_of, times_to_target
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus, by_formula


def served(*paths: Path) -> dict[str, set[str]]:
    """The optimisers of the workload, by the machine whose file serves them."""
    runs = load_learning(list(paths))
    rows: pd.DataFrame = one_source(with_whole_epochs(epochs_to_target(runs), runs))
    return {str(name): set(own["optimizer"]) for name, own in rows.groupby("machine")}


def test_of_two_learning_files_the_fuller_one_serves_a_workload(tmp_path: Path) -> None:
    few = LearnCorpus(machine="few", batch_sizes=(16, 64)).write(tmp_path)
    many = LearnCorpus(machine="many", batch_sizes=(16, 64, 256)).write(tmp_path)
    assert served(few, many) == {"many": {"sgd", "adam"}}


def test_a_file_that_went_on_beyond_the_target_is_better_than_a_fuller_one(tmp_path: Path) -> None:
    ended = LearnCorpus(machine="ended", batch_sizes=(16, 64, 256)).write(tmp_path)
    went_on = LearnCorpus(machine="on", batch_sizes=(64,), last_epoch=20).write(tmp_path)
    assert served(ended, went_on) == {"on": {"sgd", "adam"}}


def test_each_optimiser_may_have_a_file_of_its_own_if_the_targets_are_the_same(
    tmp_path: Path,
) -> None:
    sgd = LearnCorpus(machine="s", batch_sizes=(16, 64), optimizers=("sgd",)).write(tmp_path)
    adam = LearnCorpus(machine="a", batch_sizes=(16,), optimizers=("adam", "sgd")).write(tmp_path)
    assert served(sgd, adam) == {"s": {"sgd"}, "a": {"adam"}}
    other = LearnCorpus(machine="o", batch_sizes=(16,), optimizers=("momentum",), target=0.8).write(
        tmp_path
    )
    assert served(sgd, adam, other) == {"s": {"sgd"}, "a": {"adam"}}


def test_seeds_that_were_not_trained_that_far_do_not_displace_those_that_were(
    tmp_path: Path,
) -> None:
    """The other file's optimiser looks faster, but its runs ended at their target."""
    ended = LearnCorpus(
        machine="ended", batch_sizes=(64,), optimizers=("adam",), noise=0.0,
        steps=lambda *cell: by_formula(*cell) / 4,
    ).write(tmp_path)  # fmt: skip
    went_on = LearnCorpus(
        machine="on", batch_sizes=(64,), optimizers=("sgd",), last_epoch=20
    ).write(tmp_path)
    runs = load_learning([ended, went_on])
    epochs = one_source(with_whole_epochs(epochs_to_target(runs), runs))
    timed = [
        Corpus(machine=name, batch_sizes=(64,), epochs=(1,), run={"optimizer": name})
        for name in ("sgd", "adam")
    ]
    times = times_to_target(epochs, load([plan.write(tmp_path) for plan in timed]))
    fastest = times.sort_values("seconds").iloc[0]
    assert (fastest["optimizer"], fastest["carried"]) == ("adam", 5)
    as_one = times.assign(file="", machine="")
    assert set(best_of(as_one)["optimizer"]) == {"sgd"}


def test_a_file_of_a_part_of_the_data_serves_only_where_there_is_no_other(tmp_path: Path) -> None:
    few = LearnCorpus(machine="few", batch_sizes=(16, 64)).write(tmp_path)
    document = LearnCorpus(machine="part", batch_sizes=(16, 64, 256)).result()
    document["crossover_learning"]["run"]["train_samples"] = 4000
    part = tmp_path / "part.json"
    part.write_text(json.dumps(document))
    assert set(served(part, few)) == {"few"}
    assert set(served(part)) == {"part"}
