"""A real file of each version of the result file stays readable, to the same rows for ever."""

import json
from pathlib import Path

import pytest

from scripts import table
from scripts.result_file import OLDEST_VERSION, SCHEMA_VERSION
from tests.meaning import assert_says, contradictions, rows

SAMPLES = Path(__file__).with_name("samples")
VERSIONS = range(OLDEST_VERSION, SCHEMA_VERSION + 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_real_file_of_each_version_loads_to_what_it_says(version: int) -> None:
    path = SAMPLES / f"v{version}.json"
    document = json.loads(path.read_bytes())
    assert document["crossover"]["schema_version"] == version
    assert list(contradictions(document)) == []
    frame = table.load([path])
    assert len(frame) > 0
    assert_says({str(name): values.tolist() for name, values in frame.items()}, rows(document))


def test_the_sample_of_version_1_is_two_cells_of_a_run_that_was_published() -> None:
    results = table.load_results([SAMPLES / "v1.json"])
    (about,) = results.files.to_dict("records")
    assert about["machine"] == "devbox-cpu"
    assert about["torch"].startswith("2.14.1")
    assert (about["complete"], about["measured_cells"]) == (False, 2)
    first = results.rounds[results.rounds["arm"] == "first"]
    assert first.groupby(["workload", "batch_size", "epochs", "device"]).size().to_dict() == {
        ("lstm", 32, 1, "cpu"): 5,
        ("lstm", 32, 2, "cpu"): 5,
    }
    assert first["total_seconds"].iloc[0] == pytest.approx(0.829045256)
    assert (results.rounds["arm"] == "again").sum() == 10


def test_the_sample_of_version_2_has_an_accelerator_repeats_and_a_cell_without_a_time() -> None:
    results = table.load_results([SAMPLES / "v2.json"])
    (about,) = results.files.to_dict("records")
    assert (about["machine"], about["measured_cells"], about["absent_cells"]) == ("devbox", 7, 1)
    assert results.rounds["block"].notna().sum() == 7 * 5 + 4 * 5
    absent = results.rounds[results.rounds["block"].isna()]
    assert absent[["device", "batch_size", "epochs", "reason"]].to_numpy().tolist() == [
        ["vulkan", 8, 4, "timeout"]
    ]
    assert results.rounds["total_seconds"].iloc[0] == pytest.approx(0.071147568)
