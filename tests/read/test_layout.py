"""A result file holds each measurement once, in the fields that a run writes."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.answer import ColdStart, Epochs, Process
from scripts.read.table import load
from tests.corpus import Corpus
from tests.read.files import saved

FIELDS = (*Process.__struct_fields__, *ColdStart.__struct_fields__, "trained_on")
PLAN = Corpus(batch_sizes=(8, 32), epochs=(1, 4), blocks=3)
REMEDIES = Corpus(batch_sizes=(8,), sides=("cpu+threads=1", "cuda"), remedies={"bf16": 1.0})


def fields(rows: list[dict[str, Any]]) -> set[str]:
    return {name for row in rows for name in row}


@pytest.mark.parametrize("plan", [PLAN, REMEDIES])
def test_the_corpus_has_the_fields_of_a_run_and_no_others(plan: Corpus) -> None:
    own = plan.result()["crossover"]
    place = {"workload", "side", "again", "block"}
    assert fields(own["measurements"]) <= {"process", "batch_size", *Epochs.__struct_fields__}
    assert place <= fields(own["processes"]) <= {*place, *FIELDS}


def test_a_measurement_stands_in_the_file_once() -> None:
    own = PLAN.result()["crossover"]
    arms = 3  # cpu, vulkan, and the cpu again
    assert len(own["processes"]) == arms * PLAN.blocks
    assert len(own["measurements"]) == arms * PLAN.blocks * len(PLAN.batch_sizes)


def test_a_measurement_of_a_cell_without_a_time_is_no_row_but_does_no_harm(tmp_path: Path) -> None:
    document = PLAN.result()
    whole = load([saved(tmp_path, document)])
    extra = document["crossover"]["measurements"][0] | {"batch_size": 64, "steps": 64}
    document["crossover"]["measurements"].append(extra)
    pd.testing.assert_frame_equal(whole, load([saved(tmp_path, document)]))
