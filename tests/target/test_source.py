"""Which of several learning files serves a workload."""

import json
from pathlib import Path

from scripts.read.learning import epochs_to_target
from scripts.read.learning import load as load_learning
from scripts.target.time import one_source
from tests.learn_corpus import LearnCorpus


def test_of_two_learning_files_the_fuller_one_serves_a_workload(tmp_path: Path) -> None:
    few = LearnCorpus(machine="few", batch_sizes=(16, 64)).write(tmp_path)
    many = LearnCorpus(machine="many", batch_sizes=(16, 64, 256)).write(tmp_path)
    assert set(one_source(epochs_to_target(load_learning([few, many])))["machine"]) == {"many"}


def test_a_file_of_a_part_of_the_data_serves_only_where_there_is_no_other(tmp_path: Path) -> None:
    few = LearnCorpus(machine="few", batch_sizes=(16, 64)).write(tmp_path)
    document = LearnCorpus(machine="part", batch_sizes=(16, 64, 256)).result()
    document["crossover_learning"]["run"]["train_samples"] = 4000
    part = tmp_path / "part.json"
    part.write_text(json.dumps(document))
    assert set(one_source(epochs_to_target(load_learning([part, few])))["machine"]) == {"few"}
    assert set(one_source(epochs_to_target(load_learning([part])))["machine"]) == {"part"}
