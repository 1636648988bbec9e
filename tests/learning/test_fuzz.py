"""Any change to a valid learning file loads to what it says or is refused with a message.

CROSSOVER_FUZZ_EXAMPLES=100000 tries so many files a test.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.read.document import ResultError
from scripts.read.learning import CURVE, load, load_files
from scripts.read.learning_file import KEY, LEARNING
from scripts.read.text import safe_text
from tests.fuzzing import (
    BYTES,
    FILES,
    Changes,
    Cut,
    changed,
    changes_of,
    cuts_of,
    examples_of,
    fuzzed,
    more_changes,
    more_cuts,
    places,
    written,
)
from tests.learn_corpus import LearnCorpus

EXAMPLES = examples_of(200)
SAMPLE = Path(__file__).parents[1] / "samples" / f"learning_v{LEARNING.version}.json"
PLAN = LearnCorpus(
    batch_sizes=(16,),
    optimizers=("sgd",),
    rates=(0.01, 0.1),
    tuning_seeds=(100,),
    figure_seeds=(0,),
)
TEXT = json.dumps(PLAN.result()).encode()
VALID = json.loads(TEXT)
PLACES = list(places(VALID))[1:]
SEEDS = st.integers(0, 2**32)
ADVICE = (
    "learn again", "--resume", "leave it out", "leave this file out", "update Crossover",
    "save it as UTF-8", "copy the file again",
)  # fmt: skip


def assert_says(path: Path, document: dict[str, Any]) -> None:
    """The rows are those of the document, read plainly, and say nothing that it does not."""
    files, own = load_files([path]), document[KEY]
    assert len(files.runs) == len(own["runs"])
    for row, run in zip(files.runs.to_dict("records"), own["runs"], strict=True):
        about = own["workloads"][run["workload"]]
        assert row["steps"].tolist() == list(map(float, run["steps"]))
        for name in CURVE:
            said = [None if value is None else float(value) for value in run[name]]
            assert [None if math.isnan(value) else value for value in row[name].tolist()] == said
        for name in ("workload", "batch_size", "optimizer", "learning_rate", "seed", "ended"):
            assert row[name] == run[name]
        assert row["role"] == ("figure" if run["seed"] in own["run"]["figure_seeds"] else "tuning")
        assert row["target"] == own["run"]["targets"][run["workload"]]
        assert (row["samples"], row["metric"]) == (about["train_samples"], about["goal_metric"])
        assert row["detail"] == safe_text(run["detail"])
        good = row["ended"] == "target"
        score = run["score"][-1] if run["score"] else None
        low = about["goal_metric"] == "bits_per_character"
        reached = score is not None and (score <= row["target"] if low else score >= row["target"])
        assert good == reached
    for absent, said in zip(files.absent.to_dict("records"), own["absent"], strict=True):
        assert all(
            absent[name] == safe_text(said[name]) for name in ("workload", "reason", "detail")
        )


def load_or_refuse(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    try:
        load([path])
    except ResultError as error:
        message = str(error)
        assert message.isprintable()
        assert message.startswith(str(path))
        assert any(words in message for words in ADVICE), message
        return
    assert_says(path, json.loads(content.decode("utf-8-sig")))


@fuzzed(EXAMPLES)
@given(first=changes_of(VALID), seed=SEEDS)
def test_any_changed_value_loads_as_changed_or_is_refused(
    first: Changes, seed: int, tmp_path: Path
) -> None:
    for own in [first, *more_changes(PLACES, seed, FILES - 1)]:
        load_or_refuse(written(changed(TEXT, own)), tmp_path / "fuzzed.json")


@fuzzed(EXAMPLES)
@given(first=cuts_of(TEXT), seed=SEEDS)
def test_any_changed_bytes_load_as_changed_or_are_refused(
    first: tuple[str, Cut], seed: int, tmp_path: Path
) -> None:
    for how, cut in [first, *more_cuts(len(TEXT), seed, FILES - 1)]:
        load_or_refuse(BYTES[how](TEXT, cut), tmp_path / "fuzzed.json")


def test_a_real_file_of_version_1_loads_to_what_it_says() -> None:
    document = json.loads(SAMPLE.read_bytes())
    assert document[KEY]["schema_version"] == 1
    assert_says(SAMPLE, document)
    figures = load([SAMPLE]).query("role == 'figure'")
    assert (figures["learning_rate"] == 1.58).all()
    epochs = [run["steps"][-1] / run["steps_an_epoch"] for run in figures.to_dict("records")]
    assert epochs == pytest.approx(document["benchmarks"][0]["stats"]["data"])


@pytest.mark.parametrize("nothing", [b"", b"{}", b'{"crossover_learning": 1}', b"[]"])
def test_what_is_no_learning_file_is_refused(nothing: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(nothing)
    with pytest.raises(ResultError):
        load([path])
