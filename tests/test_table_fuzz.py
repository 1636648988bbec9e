"""Any change to a valid file loads or is refused; CROSSOVER_FUZZ_EXAMPLES=100000 tries harder."""

import copy
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts import table
from scripts.schema import fits, load_schema
from tests.corpus import Corpus

EXAMPLES = int(os.environ.get("CROSSOVER_FUZZ_EXAMPLES", "150"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="CROSSOVER_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

VALID = Corpus(
    batch_sizes=(8, 32),
    epochs=(1, 2),
    blocks=2,
    samples=64,
    events=True,
    absent={("mlp", 8, None, "vulkan"): ("oom", "too large")},
).result()

NUMBERS = (0, -1, 1, 2, 1.5, 1e308, -0.0, 10**30, float("nan"), float("inf"))
TEXTS = ("", "cpu", "../../x", "\x1b[2J", "\ud800", "mlp\n")
NASTY: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, *NUMBERS, *TEXTS, [], {}, [1.0], [[]], {"a": None}]
)
ANY_JSON = NASTY | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def places(value: Any, *, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield where
    members: Any = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for key, member in members:
        yield from places(member, where=(*where, key))


PLACES = st.sampled_from(list(places(VALID))[1:])


def changed(document: Any, where: tuple[Any, ...], how: str, value: Any) -> Any:
    """The document with the value at one place replaced, removed, or a list's entry repeated."""
    document = copy.deepcopy(document)
    target = document
    for part in where[:-1]:
        target = target[part]
    if how == "replace":
        target[where[-1]] = value
    elif how == "remove":
        del target[where[-1]]
    elif isinstance(target, list):
        target.append(target[where[-1]])
    else:
        target[f"{where[-1]}_"] = target[where[-1]]
    return document


HOW = st.sampled_from(["replace", "replace", "remove", "repeat"])
CHANGES = st.lists(st.tuples(PLACES, HOW, ANY_JSON), min_size=1, max_size=2)


def mutated(changes: list[tuple[tuple[Any, ...], str, Any]]) -> Any:
    document: Any = VALID
    for where, how, value in changes:
        try:
            document = changed(document, where, how, value)
        except (KeyError, IndexError, TypeError):  # the first change took the second's place away
            continue
    return document


def load_or_refuse(content: bytes) -> None:
    """What is promised: a table of usable numbers, or one printable line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzzed.json"
        path.write_bytes(content)
        try:
            rows = table.load([path])
        except table.ResultError as error:
            refused = str(error)
        else:
            refused = ""
    if refused:
        assert refused.isprintable()
        return
    measured = rows[rows["block"].notna()]
    for column in ("total_seconds", "epoch_seconds", "step_seconds", "samples_a_second"):
        assert np.isfinite(measured[column]).all()
        assert (measured[column] > 0).all()
    for name in ("machine", "detail", "suspect", "device_label", "file", "machine_id"):
        assert all(text.isprintable() for text in rows[name])


@fuzzed
@given(changes=CHANGES)
def test_any_changed_value_loads_or_is_refused(
    changes: list[tuple[tuple[Any, ...], str, Any]],
) -> None:
    load_or_refuse(json.dumps(mutated(changes)).encode())


@fuzzed
@given(data=st.data())
def test_any_changed_byte_loads_or_is_refused(data: st.DataObject) -> None:
    content = bytearray(json.dumps(VALID).encode())
    start = data.draw(st.integers(0, len(content) - 1))
    length = data.draw(st.integers(0, 4) | st.just(len(content)))
    content[start : start + length] = data.draw(st.binary(max_size=4))
    load_or_refuse(bytes(content))


@fuzzed
@given(changes=CHANGES)
def test_the_fast_check_accepts_nothing_that_jsonschema_refuses(
    changes: list[tuple[tuple[Any, ...], str, Any]],
) -> None:
    document = mutated(changes)
    if "NaN" in json.dumps(document):  # the parser refuses NaN before any schema sees it
        return
    if fits([document], load_schema(1)):
        jsonschema.Draft202012Validator(load_schema(1)).validate(document)


def test_the_fast_check_accepts_the_valid_file_without_jsonschemas_help() -> None:
    assert fits([VALID], load_schema(1))


@pytest.mark.parametrize("unknown", ["multipleOf", "contains", "uniqueItems"])
def test_the_fast_check_leaves_keywords_that_it_does_not_know_to_jsonschema(unknown: str) -> None:
    assert not fits([1, 2], {"type": "integer", unknown: 1})
