"""A document is checked against its records, and what is wrong is named by its place."""

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scripts.read.breach import Breach, record_of
from scripts.read.records.learning import LearningFile
from scripts.read.records.result import ResultFile
from scripts.read.records.version_2 import OldFile
from scripts.read.version_2 import with_sides
from tests.corpus import Corpus
from tests.fuzzing import at, is_number, places, put
from tests.learn_corpus import LearnCorpus

ROOT = Path(__file__).resolve().parents[2]
MADE = json.loads(json.dumps(Corpus(batch_sizes=(8,), epochs=(1,), blocks=1).result()))
OWN = ("crossover",)
PRECISION = {"matmul": "ieee", "conv": 3}

CASES: dict[str, tuple[tuple[str | int, ...], object, list[str | int], str]] = {
    "a value among free keys": (
        (*OWN, "run", "learning_rates"),
        {"a": 0.1, "b": 0.1, "c": 0, "d": -1},
        [*OWN, "run", "learning_rates", "c"],
        "is 0: expected `float` > 0.0",
    ),
    "a field among free keys": (
        (*OWN, "workloads"),
        {"a": {"definition": "a"}, "b": {"definition": None}},
        [*OWN, "workloads", "b", "definition"],
        "is None: expected `str`, got `null`",
    ),
    "free keys in a list": (
        (*OWN, "processes", 1, "fp32_precision"),
        PRECISION,
        [*OWN, "processes", 1, "fp32_precision", "conv"],
        "is 3: expected `str`, got `int`",
    ),
    "a key that is no name": (
        (*OWN, "run", "learning_rates"),
        {"a": 0.1, "../b": 0.1},
        [*OWN, "run", "learning_rates"],
        "has the key '../b': expected a name of letters, digits",
    ),
    "null where a field may only be missing": (
        (*OWN, "run", "blocks"),
        None,
        [*OWN, "run", "blocks"],
        "is None: expected `int`, got `null`",
    ),
    "a loss of 400 digits": (
        (*OWN, "measurements", 0, "loss"),
        -(10**400),
        [*OWN, "measurements", 0, "loss"],
        "is -1000",
    ),
    "half a character where a number belongs": (
        (*OWN, "measurements", 0, "steps"),
        "\ud800",
        [*OWN, "measurements", 0, "steps"],
        "is '\\ud800': expected `int`, got `str`",
    ),
    "words that look like a place": (
        (*OWN, "absent"),
        [MADE["benchmarks"][0]["params"] | {"side": "cpu", "reason": "a - at `$.b`"}],
        [*OWN, "absent", 0, "reason"],
        "is 'a - at `$.b`', which is none of the field's values",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_named_by_its_place_and_value(name: str) -> None:
    where, value, place, words = CASES[name]
    document = copy.deepcopy(MADE)
    put(document, where, value)
    found = breach(document, ResultFile)
    assert found is not None
    assert found.where == place
    assert found.message.startswith(words)


def test_half_a_character_is_allowed_wherever_any_text_is() -> None:
    document = copy.deepcopy(MADE)
    document["crossover"]["run"]["command"] = "caf\udce9"
    document["unknown \ud800"] = "\udfff"
    assert breach(document, ResultFile) is None


def test_the_document_itself_has_to_be_an_object() -> None:
    found = breach([], ResultFile)
    assert found is not None
    assert (found.where, found.message) == ([], "expected `object`, got `array`")


def breach(document: Any, record: type[msgspec.Struct]) -> Breach | None:
    try:
        record_of(document, record)
    except Breach as found:
        return found
    return None


def numbers(document: Any) -> list[tuple[str | int, ...]]:
    return [where for where in places(document) if is_number(at(document, where))]


LEARNT = json.loads(json.dumps(LearnCorpus(batch_sizes=(16,), optimizers=("sgd",)).result()))


@pytest.mark.parametrize(
    ("made", "record"), [(MADE, ResultFile), (LEARNT, LearningFile)], ids=["result", "learning"]
)
def test_a_number_that_is_read_is_neither_true_nor_a_text(
    made: Any, record: type[msgspec.Struct]
) -> None:
    document = copy.deepcopy(made)
    read = 0
    for where in numbers(document):
        value = at(document, where)
        put(document, where, [])
        if breach(document, record) is not None:  # else nobody reads it
            read += 1
            for other in (True, str(value)):
                put(document, where, other)
                found = breach(document, record)
                assert found is not None
                assert tuple(found.where) == where
        put(document, where, value)
    assert read > 50


@pytest.mark.parametrize(
    "path", sorted((ROOT / "results").glob("*.json")), ids=lambda path: path.name
)
def test_this_projects_own_files_are_records(path: Path) -> None:
    document = json.loads(path.read_bytes())
    record: type[msgspec.Struct] = LearningFile
    if own := document.get("crossover"):
        record = ResultFile
        if own["schema_version"] == 2:
            with_sides(document)
            record = OldFile
    assert breach(document, record) is None
