import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.read import document as result_file
from scripts.read import table
from tests.corpus import Corpus

Document = dict[str, Any]
Edit = Callable[[Document], object]


def refusal(path: Path) -> table.ResultError:
    with pytest.raises(table.ResultError) as caught:
        table.load([path])
    assert str(caught.value).isprintable()
    assert str(path) in str(caught.value)
    return caught.value


def put(value: object, *where: str | int) -> Edit:
    def edit(document: Document) -> None:
        target: Any = document
        for part in where[:-1]:
            target = target[part]
        target[where[-1]] = value

    return edit


def longer_events(document: Document) -> None:
    row = document["crossover"]["measurements"][0]
    row["event_seconds"] = [1.01 * seconds for seconds in row["epoch_seconds"]]


PROCESS = ("crossover", "processes", 0)
MEASUREMENT = ("crossover", "measurements", 0)
ARM = "crossover.measurements[0] (mlp-8-cpu)"
CELL = "benchmarks[0] (mlp-8-1-cpu)"
EDITS: list[tuple[str, Edit, str, str]] = [
    (
        "negative time",
        put(-1.0, *PROCESS, "context_seconds"),
        "crossover.processes[0].context_seconds",
        "is -1.0: expected `float` >= 0.0",
    ),
    (
        "zero epoch",
        put([0.0] * 4, *MEASUREMENT, "epoch_seconds"),
        f"{ARM}.epoch_seconds[0]",
        "is 0.0: expected `float` >= 1e-12",
    ),
    (
        "infinity by overflow",
        put(10**400, *PROCESS, "context_seconds"),
        "crossover.processes[0].context_seconds",
        "expected a smaller number",
    ),
    (
        "text for a number",
        put("fast", *MEASUREMENT, "loss"),
        f"{ARM}.loss",
        "is 'fast': expected `float | null`, got `str`",
    ),
    (
        "true for a number",
        put(True, *PROCESS, "import_seconds"),
        "crossover.processes[0].import_seconds",
        "is True: expected `float`, got `bool`",
    ),
    (
        "unknown axis",
        put(1, "benchmarks", 0, "params", "width"),
        f"{CELL}.params",
        "has the unknown field `width`",
    ),
    (
        "unknown reason",
        put("bored", "crossover", "absent", 0, "reason"),
        "crossover.absent[0] (mlp-8-1-vulkan).reason",
        "is 'bored', which is none of the field's values",
    ),
    (
        "unknown workload",
        put("foo", "benchmarks", 0, "params", "workload"),
        "benchmarks[0] (foo-8-1-cpu)",
        "no entry of crossover.workloads",
    ),
    (
        "path for a workload",
        put("../../x", "benchmarks", 0, "params", "workload"),
        "params.workload",
        "matching regex",
    ),
    (
        "line break in a device",
        put("cpu\n", "benchmarks", 0, "params", "device"),
        "params.device",
        "matching regex",
    ),
    (
        "no seconds",
        put([], "benchmarks", 0, "stats", "data"),
        CELL,
        "expected `array` of length >= 1",
    ),
    (
        "fewer seconds than rounds",
        lambda document: document["benchmarks"][0]["stats"]["data"].pop(),
        f"{CELL}.stats.rounds",
        "is not the number",
    ),
    (
        "another first loss on one device",
        put(2.4, *MEASUREMENT, "first_loss"),
        "first_loss",
        "not one work",
    ),
    (
        "another total",
        put(1.0, "benchmarks", 0, "stats", "data", 2),
        f"{CELL}.stats.data[2]",
        "cold start and epochs add up to",
    ),
    (
        "another number of steps",
        put(511, *MEASUREMENT, "steps"),
        f"{ARM}.steps",
        "4096 samples / batch size",
    ),
    (
        "events longer than the wall clock",
        longer_events,
        f"{ARM}.epoch_seconds",
        "the clock stopped before the device",
    ),
    (
        "fewer events than epochs",
        put([1e-9], *MEASUREMENT, "event_seconds"),
        f"{ARM}.event_seconds",
        "another length",
    ),
    (
        "fewer epochs than the cell is about",
        put([1.0], *MEASUREMENT, "epoch_seconds"),
        f"{ARM}.epoch_seconds",
        "fewer epochs",
    ),
    (
        "a cell twice",
        lambda document: document["benchmarks"].append(document["benchmarks"][0]),
        "(mlp-8-1-cpu)",
        "stands in the file twice",
    ),
    (
        "a cell both absent and measured",
        lambda document: document["crossover"]["absent"].append(
            document["benchmarks"][0]["params"] | {"reason": "failed"}
        ),
        "crossover.absent[1] (mlp-8-1-cpu)",
        "has a measured entry",
    ),
    (
        "a block twice",
        put(1, *PROCESS, "block"),
        "(mlp-8-cpu).block",
        "stands in this cell twice",
    ),
    (
        "no learning rate",
        put({}, "crossover", "run", "learning_rates"),
        "crossover.run.learning_rates",
        "no learning rate of mlp",
    ),
    (
        "older schema",
        put(1, "crossover", "schema_version"),
        "crossover.schema_version",
        "is not a version that this reader knows (2); measure again or leave this file out",
    ),
    (
        "newer schema",
        put(3, "crossover", "schema_version"),
        "crossover.schema_version",
        "newer than this reader",
    ),
    (
        "no schema version",
        put(None, "crossover", "schema_version"),
        "crossover.schema_version",
        "is not a version that this reader knows",
    ),
    ("crossover is a list", put([], "crossover"), "crossover", "is no object"),
]


@pytest.mark.parametrize(
    ("edit", "field", "message"),
    [case[1:] for case in EDITS],
    ids=[case[0].replace(" ", "-") for case in EDITS],
)
def test_a_wrong_value_is_refused_by_file_cell_and_field(
    tmp_path: Path, edit: Edit, field: str, message: str
) -> None:
    document = Corpus(absent={("mlp", 8, 1, "vulkan"): ("oom", "")}, epochs=(1, 2, 4)).result()
    edit(document)
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    error = refusal(path)
    assert field in error.field
    assert message in error.message


def test_a_missing_field_is_refused_by_name(tmp_path: Path) -> None:
    document = Corpus().result()
    del document["crossover"]["processes"][0]["transfer_seconds"]
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert "lacks the required field `transfer_seconds`" in refusal(path).message


TEXTS: list[tuple[str, bytes, str]] = [
    ("empty", b"", "is not whole JSON"),
    ("truncated", json.dumps(Corpus().result()).encode()[:-100], "is not whole JSON"),
    ("not JSON", b"PK\x03\x04", "is not whole JSON"),
    ("not UTF-8", '{"a": "é"}'.encode("latin-1"), "is not UTF-8"),
    ("UTF-16", json.dumps({}).encode("utf-16"), "is not UTF-8"),
    ("NaN", b'{"crossover": NaN}', "NaN is no JSON number"),
    ("Infinity", b'{"crossover": [-Infinity]}', "-Infinity is no JSON number"),
    ("a key twice", b'{"crossover": 1, "crossover": 2}', "'crossover' stands twice"),
    ("deep nesting", b"[" * 200_000, "nested too deeply"),
    ("deep nesting in place", b'{"crossover": ' + b'{"a":' * 400_000, "nested too deeply"),
    ("a number of 5000 digits", b'{"crossover": ' + b"9" * 5000 + b"}", "thousands of digits"),
    ("a list", b"[]", "no object at the top"),
    ("foreign benchmarks", b'{"benchmarks": [], "version": "5.3.1"}', "another project"),
    ("foreign JSON", b'{"name": "package"}', "this is JSON, not written by"),
]


@pytest.mark.parametrize(
    ("content", "message"),
    [case[1:] for case in TEXTS],
    ids=[case[0].replace(" ", "-") for case in TEXTS],
)
def test_a_file_that_is_no_result_file_is_refused_in_one_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    assert message in str(refusal(path))


def test_a_folder_a_missing_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path).message
    assert "No such file" in refusal(tmp_path / "absent.json").message
    os.mkfifo(tmp_path / "pipe.json")
    assert "not a regular file" in refusal(tmp_path / "pipe.json").message


def test_a_huge_file_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Corpus().write(tmp_path)
    monkeypatch.setattr(result_file, "LARGEST_BYTES", 1000)
    assert "is larger than" in refusal(path).message


def test_a_file_written_with_a_byte_order_mark_loads(tmp_path: Path) -> None:
    path = Corpus().write(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(table.load([path])) > 0
