"""A real result file stays readable, to the same rows for ever."""

import json
from pathlib import Path

import pytest

from scripts.read import table
from scripts.read.learning import load_files
from scripts.read.learning_file import LEARNING
from scripts.read.timing import TIMING
from tests.meaning import assert_says, assert_says_learned, contradictions, rows

SAMPLES = Path(__file__).parents[1] / "samples"
SAMPLE = SAMPLES / "v2.json"
LEARNED = SAMPLES / f"learning_v{LEARNING.version}.json"


def test_a_real_file_loads_to_what_it_says() -> None:
    document = json.loads(SAMPLE.read_bytes())
    assert document["crossover"]["schema_version"] == TIMING.version - 1
    assert list(contradictions(document)) == []
    frame = table.load([SAMPLE])
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
    assert (figures["learning_rate"] == 1.58).all()
    epochs = [run["steps"][-1] / run["steps_an_epoch"] for run in figures.to_dict("records")]
    assert epochs == pytest.approx(document["benchmarks"][0]["stats"]["data"])
