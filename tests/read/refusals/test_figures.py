"""Epochs to the target that a learning file tells pytest-benchmark are those of its runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.read.document import ResultError
from scripts.read.learning import load_files
from tests.read.files import Edit, put, saved

SAMPLES = Path(__file__).parents[2] / "samples"
ROOT = SAMPLES.parents[1]
FIGURE = ("benchmarks", 0)


def sample() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SAMPLES / "learning_v2.json").read_bytes())
    return document


@pytest.mark.parametrize(
    ("edit", "field", "message"),
    [
        (
            put([2.0, 2.5, 3.5], *FIGURE, "stats", "data"),
            "benchmarks[0] (lstm-90-adam-0.03).stats.data",
            "are [2.0, 2.5, 3.5], but the figure seeds' runs say [2.0, 2.5, 3.0]",
        ),
        (
            put([2.0, 2.5], *FIGURE, "stats", "data"),
            "stats.data",
            "are [2.0, 2.5], but the figure seeds' runs say [2.0, 2.5, 3.0]",
        ),
        (
            put(0.01, *FIGURE, "extra_info", "learning_rate"),
            "stats.data",
            "but the figure seeds' runs say []",
        ),
        (
            put("mlp", *FIGURE, "params", "workload"),
            "stats.data",
            "but the figure seeds' runs say []",
        ),
        (
            lambda document: document["benchmarks"].append(document["benchmarks"][0]),
            "benchmarks[1]",
            "stands in the file twice",
        ),
    ],
)
def test_a_figure_that_its_runs_do_not_give_is_refused(
    edit: Edit, field: str, message: str, tmp_path: Path
) -> None:
    document = sample()
    edit(document)
    path = saved(tmp_path, document)
    with pytest.raises(ResultError) as error:
        load_files([path])
    assert field in error.value.field
    assert message in str(error.value)


def test_a_file_without_figures_is_read_and_so_are_those_that_are_published(tmp_path: Path) -> None:
    bare = saved(tmp_path, sample() | {"benchmarks": []})
    published = sorted((ROOT / "results").glob("learning-*.json"))
    assert len(load_files([bare, *published]).files) == 1 + len(published) > 5
