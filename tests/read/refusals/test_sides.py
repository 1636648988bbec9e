"""What a file tells of a side beside its name is refused where it is not what the name says."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.read.table import load
from tests.causes.study_rows import with_studies
from tests.corpus import Corpus
from tests.read.files import Case, Document, Edit, assert_refused, each_of, put, refusal, saved

PLAN = Corpus(
    sides=("cpu", "cpu+threads=1", "cpu+bf16", "cpu+loop=course", "cpu+malloc=jemalloc"),
    batch_sizes=(8,),
    epochs=(1, 2),
    blocks=1,
    repeats=False,
    absent={("mlp", 8, 2, "cpu+bf16"): ("oom", "")},
)


def cells(document: Document, side: str) -> list[dict[str, Any]]:
    """The axes of a side's cells, measured or absent."""
    rows = [one["params"] for one in document["benchmarks"] if one["extra_info"]["side"] == side]
    return rows + [one for one in document["crossover"]["absent"] if one["side"] == side]


def told(side: str, **axes: object) -> Edit:
    """The edit that says other settings in all cells of a side."""
    return lambda document: [row.update(axes) for row in cells(document, side)]


EDITS: list[Case] = [
    (
        "another precision than the name's",
        told("cpu+bf16", precision="ieee"),
        "benchmarks[2] (mlp-8-1-cpu+bf16).params.precision",
        "is 'ieee', and the side is 'cpu+bf16'",
    ),
    (
        "another number of threads in an absent cell",
        put(2, "crossover", "absent", 0, "threads"),
        "crossover.absent[0] (mlp-8-2-cpu+bf16).threads",
        "is 2, and 0 in another cell of 'cpu+bf16'",
    ),
    (
        "a setting that no name tells",
        told("cpu+threads=1", precision="bf16"),
        "benchmarks[1] (mlp-8-1-cpu+threads=1).params.precision",
        "is 'bf16', which the name 'cpu+threads=1' does not tell; elsewhere it is 'ieee'",
    ),
    (
        "the name's setting in the plain side too",
        lambda document: [
            told(side, threads=1)(document) for side in PLAN.sides if side != "cpu+threads=1"
        ],
        "benchmarks[1] (mlp-8-1-cpu+threads=1).params.threads",
        "is 1, as it is of sides that do not name it; this one is 'cpu+threads=1'",
    ),
    (
        "two loops of one side",
        put("own", "benchmarks", 3, "params", "loader"),
        "benchmarks[7] (mlp-8-2-cpu+loop=course).params.loader",
        "is missing, and 'own' in another cell of 'cpu+loop=course'",
    ),
    (
        "another optimiser than the run's",
        told("cpu", optimizer_implementation="fused"),
        "benchmarks[0] (mlp-8-1-cpu).params.optimizer_implementation",
        "is 'fused', which the name 'cpu' does not tell; elsewhere it is 'for-loop'",
    ),
    (
        "two devices in the name only",
        told("cpu+bf16", devices=2),
        "params.devices",
        "is 2, and the side is 'cpu+bf16'",
    ),
    (
        "other threads in its process",
        put(2, "crossover", "processes", 1, "threads"),
        "crossover.processes[1].threads",
        "is 2, and the side is 'cpu+threads=1'",
    ),
    (
        "another format in its process",
        put({"generic": "tf32"}, "crossover", "processes", 2, "fp32_precision"),
        ".fp32_precision",
        "is {'generic': 'tf32'}, and the side is 'cpu+bf16'",
    ),
    (
        "another allocator in its process",
        put("glibc 2.36", "crossover", "processes", 4, "allocator"),
        ".allocator",
        "is 'glibc 2.36', and the side is 'cpu+malloc=jemalloc'",
    ),
    (
        "a process of a side without cells",
        put("cpu+fused", "crossover", "processes", 0, "side"),
        "crossover.processes[0].side",
        "is 'cpu+fused', of which mlp has no cell",
    ),
    (
        "the name of another cell",
        put("bench_training[mlp-8-1-cuda]", "benchmarks", 0, "name"),
        "benchmarks[0] (mlp-8-1-cpu).name",
        "is 'bench_training[mlp-8-1-cuda]', and the cell is 'mlp-8-1-cpu'",
    ),
]


@each_of(EDITS)
def test_a_side_that_is_told_in_two_ways_is_refused_by_file_cell_and_field(
    tmp_path: Path, edit: Edit, field: str, message: str
) -> None:
    assert_refused(tmp_path, edit, field, message, plan=PLAN)


def test_what_is_told_twice_alike_is_read(tmp_path: Path) -> None:
    assert load([PLAN.write(tmp_path)])["side"].nunique() == len(PLAN.sides)


def test_a_setting_that_only_some_sides_tell_is_refused(tmp_path: Path) -> None:
    document = PLAN.result()
    for row in cells(document, "cpu+bf16"):
        del row["precision"]
    assert "params.precision: is missing, and other sides tell it" in refusal(
        saved(tmp_path, document)
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("diagnosis", "is 'cpu+fused', of which mlp has no cell"),
        ("peaks", "is 'cpu+fused', of which there is no cell"),
    ],
)
def test_a_study_of_a_side_without_cells_is_refused(table: str, words: str, tmp_path: Path) -> None:
    document = with_studies(Corpus(batch_sizes=(8,), epochs=(1,), blocks=1), speedups={"bf16": 2.0})
    document["crossover"][table][0]["side"] = "cpu+fused"
    assert f"crossover.{table}[0]" in (said := refusal(saved(tmp_path, document)))
    assert words in said


@pytest.mark.parametrize("side", ["cpu+devices=x", "cpu+malloc=", "cpu+loop="])
def test_an_odd_name_of_a_side_tells_what_it_can(side: str, tmp_path: Path) -> None:
    plan = Corpus(sides=("cpu", "cpu+bf16"), batch_sizes=(8,), epochs=(1,), blocks=1)
    odd = json.loads(json.dumps(plan.result()).replace("cpu+bf16", side))
    for row in odd["benchmarks"]:
        del row["params"]["precision"]
    assert set(load([saved(tmp_path, odd)])["side"]) == {"cpu", side}


@pytest.mark.parametrize("side", ["cpu+threads=x", "cpu+threads=", "cpu*0", "cpu+bf16+threads=0"])
def test_a_number_in_the_name_of_a_side_is_one(side: str, tmp_path: Path) -> None:
    plan = Corpus(sides=("cpu", "cpu+bf16"), batch_sizes=(8,), epochs=(1,), blocks=1)
    odd = json.loads(json.dumps(plan.result()).replace("cpu+bf16", side))
    assert f"is {side!r}: expected a name of letters" in refusal(saved(tmp_path, odd))
