"""The result file as it is written: JSON of any shape, whole or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.record.result_file import KEY, json_text, run_started, write_json

VALUES: list[Any] = [
    {},
    [],
    {"a": []},
    {"a": {"b": [{"c": [1, 2.5, None]}, {"c": "x\\n\\u2028"}]}, "d": [[], {}, True]},
    [[[[[1]]]]],
]


@pytest.mark.parametrize("depth", [0, 1, 3, 9])
@pytest.mark.parametrize("value", VALUES)
def test_what_is_written_is_read_again(value: Any, depth: int) -> None:
    assert json.loads("".join(json_text(value, depth))) == value


def test_a_row_below_the_depth_is_one_line() -> None:
    text = "".join(json_text({"a": {"rows": [{"n": [1, 2]}, {"n": []}]}}, 3))
    assert text.splitlines() == [
        "{",
        ' "a": {',
        '  "rows": [',
        '   {"n":[1,2]},',
        '   {"n":[]}',
        "  ]",
        " }",
        "}",
    ]


def test_a_number_that_json_does_not_know_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    write_json(path, {"old": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"new": [float("nan")]})
    assert json.loads(path.read_text()) == {"old": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["box.json"]


def test_when_a_results_run_began_is_read_and_what_is_not_ours_is_none(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    write_json(path, {"crossover": {"run": {"started": "2026-11-02"}}})
    assert run_started(path, KEY) == "2026-11-02"
    for foreign in ("{}", "[]", "nonsense", '{"crossover": 1}'):
        path.write_text(foreign)
        assert run_started(path, KEY) is None
    assert run_started(tmp_path / "gone.json", KEY) is None
