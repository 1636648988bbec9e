"""A real result file stays readable, to the same rows for ever."""

import json
from pathlib import Path

import pytest

from scripts.read import table
from scripts.read.learning import epochs_to_target, load_files, steps_to
from scripts.read.learning_file import LEARNING
from scripts.read.timing import TIMING
from scripts.target.standing import with_whole_epochs
from scripts.target.turning import turning_points
from tests.learn_meaning import assert_says_learned
from tests.meaning import assert_says, contradictions, rows

SAMPLES = Path(__file__).parents[1] / "samples"
SAMPLE = SAMPLES / "v2.json"
NEW = SAMPLES / "v3.json"
LEARNED = SAMPLES / f"learning_v{LEARNING.version}.json"


@pytest.mark.parametrize(("path", "version"), [(SAMPLE, TIMING.version - 1), (NEW, TIMING.version)])
def test_a_real_file_loads_to_what_it_says(path: Path, version: int) -> None:
    document = json.loads(path.read_bytes())
    assert document["crossover"]["schema_version"] == version
    assert list(contradictions(document)) == []
    frame = table.load([path])
    assert len(frame) > 0
    assert_says({str(name): values.tolist() for name, values in frame.items()}, rows(document))


def test_the_sample_has_an_accelerator_repeats_and_a_cell_without_a_time() -> None:
    results = table.load_results([SAMPLE])
    (about,) = results.files.to_dict("records")
    assert (about["machine"], about["measured_cells"], about["absent_cells"]) == ("devbox", 7, 1)
    assert results.rounds["block"].notna().sum() == 7 * 5 + 4 * 5
    absent = results.rounds[results.rounds["block"].isna()]
    assert absent[["side", "batch_size", "epochs", "reason"]].to_numpy().tolist() == [
        ["vulkan", 8, 4, "timeout"]
    ]
    assert results.rounds["total_seconds"].iloc[0] == pytest.approx(0.071147568)


def test_a_real_learning_file_loads_to_what_it_says() -> None:
    document = json.loads(LEARNED.read_bytes())
    assert document["crossover_learning"]["schema_version"] == LEARNING.version
    files = load_files([LEARNED])
    assert_says_learned(files, document)
    figures = files.runs.query("role == 'figure'")
    assert (figures["learning_rate"] == 0.03).all()
    runs = figures.to_dict("records")
    epochs = [steps_to(run, run["target"]) / run["steps_an_epoch"] for run in runs]
    assert sorted(epochs) == pytest.approx(sorted(document["benchmarks"][0]["stats"]["data"]))
    assert {len(run["epoch_train_score"]) for run in runs} == {13}
    assert turning_points(files.runs)["last"].tolist() == [12]


def test_a_file_of_version_1_stays_readable_and_counts_where_its_runs_ended() -> None:
    files = load_files([SAMPLES / "learning_v1.json"])
    assert_says_learned(files, json.loads((SAMPLES / "learning_v1.json").read_bytes()))
    epochs = with_whole_epochs(epochs_to_target(files.runs), files.runs)
    known = epochs[epochs["train_epochs"].notna()]
    assert len(known) > 0
    assert (known["carried"] > 0).all()


def test_the_newest_sample_has_sides_remedies_a_diagnosis_and_what_this_machine_lacks() -> None:
    results = table.load_results([NEW])
    rounds = results.rounds[results.rounds["block"].notna()]
    assert set(rounds["side"]) == {"cpu", "cpu+threads=1", "cpu+bf16"}
    assert set(rounds["family"]) == {"sides", "cpu"}
    absent = results.rounds[results.rounds["block"].isna()]
    assert set(zip(absent["side"], absent["reason"], strict=True)) == {
        ("cpu+malloc=jemalloc", "unsupported")
    }
    assert (len(results.diagnosis), len(results.dispatch)) == (4, 1)
