"""A result file holds each measurement once, in the fields that a run writes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.record.processes import ANSWER_FIELDS, PROCESS_FIELDS
from scripts.read.document import ResultError
from scripts.read.table import load
from tests.corpus import Corpus

PLAN = Corpus(batch_sizes=(8, 32), epochs=(1, 4), blocks=3)
THREADS = Corpus(batch_sizes=(8,), threads=(1, 2), blocks=2, devices=("cpu", "cuda"))


def written(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "box.json"
    path.write_text(json.dumps(document))
    return path


def fields(rows: list[dict[str, Any]]) -> set[str]:
    return {name for row in rows for name in row}


@pytest.mark.parametrize(("plan", "asked"), [(PLAN, set()), (THREADS, {"threads_asked"})])
def test_the_corpus_has_the_fields_of_a_run_and_no_others(plan: Corpus, asked: set[str]) -> None:
    own = plan.result()["crossover"]
    arm = {"workload", "device", "again", "block"}
    assert fields(own["measurements"]) <= {"process", *ANSWER_FIELDS}
    assert arm | asked <= fields(own["processes"]) <= {*arm, *asked, *PROCESS_FIELDS}


def test_a_measurement_stands_in_the_file_once() -> None:
    own = PLAN.result()["crossover"]
    arms = 3  # cpu, vulkan, and the cpu again
    assert len(own["processes"]) == arms * PLAN.blocks
    assert len(own["measurements"]) == arms * PLAN.blocks * len(PLAN.batch_sizes)


def test_a_measurement_of_a_cell_without_a_time_is_no_row_but_does_no_harm(tmp_path: Path) -> None:
    document = PLAN.result()
    whole = load([written(tmp_path, document)])
    extra = document["crossover"]["measurements"][0] | {"batch_size": 64, "steps": 64}
    document["crossover"]["measurements"].append(extra)
    pd.testing.assert_frame_equal(whole, load([written(tmp_path, document)]))


def edit(where: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def apply(document: dict[str, Any]) -> None:
        change(document["crossover"][where])

    return apply


REFUSALS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a process that is not there": (
        edit("measurements", lambda rows: rows[2].update(process=99)),
        r"crossover\.measurements\[2\]\.process: is 99, but there are 9 processes",
    ),
    "a negative process": (
        edit("measurements", lambda rows: rows[2].update(process=-1)),
        r"crossover\.measurements\[2\]\.process",
    ),
    "a lost measurement": (
        edit("measurements", lambda rows: rows.pop(0)),
        r"benchmarks\[0\] \(mlp-8-1-cpu\)\.stats\.rounds: is not the number of",
    ),
    "a measurement that stands there twice": (
        edit("measurements", lambda rows: rows.append(rows[0])),
        r"stats\.rounds: is not the number of",
    ),
    "a measurement of another batch size": (
        edit("measurements", lambda rows: rows[0].update(batch_size=9)),
        r"stats\.rounds: is not the number of",
    ),
    "seconds that do not add up": (
        edit("measurements", lambda rows: rows[0]["epoch_seconds"].__setitem__(0, 9.0)),
        r"benchmarks\[0\] \(mlp-8-1-cpu\)\.stats\.data\[0\]",
    ),
    "too few steps": (
        edit("measurements", lambda rows: rows[0].update(steps=1)),
        r"crossover\.measurements\[0\] \(mlp-8-cpu\)\.steps",
    ),
    "another first loss": (
        edit("measurements", lambda rows: rows[0].update(first_loss=9.0)),
        r"crossover\.measurements\[\d+\] \(mlp-8-\w+\)\.first_loss",
    ),
    "lost cells": (
        lambda document: document["crossover"].update(measured=3),
        r"crossover\.measured: is 3, but 8 cells have a time",
    ),
    "no processes": (
        lambda document: document["crossover"].pop("processes"),
        r"crossover: lacks the required field `processes`",
    ),
    "no epochs": (
        edit("measurements", lambda rows: rows[1].update(epoch_seconds=[])),
        r"crossover\.measurements\[1\] \(mlp-\d+-cpu\)\.epoch_seconds",
    ),
    "a process without a workload": (
        edit("processes", lambda rows: rows[1].pop("workload")),
        r"crossover\.processes\[1\]: lacks the required field `workload`",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_damaged_file_is_refused_with_the_place(tmp_path: Path, name: str) -> None:
    damage, words = REFUSALS[name]
    document = PLAN.result()
    damage(document)
    with pytest.raises(ResultError, match=words):
        load([written(tmp_path, document)])


@pytest.mark.parametrize("version", [1, 0, -1, "2", None, 2.0, True])
def test_a_version_that_is_not_todays_is_refused(tmp_path: Path, version: Any) -> None:
    document = PLAN.result()
    document["crossover"]["schema_version"] = version
    with pytest.raises(ResultError, match=r"crossover\.schema_version: is not a version"):
        load([written(tmp_path, document)])


def test_a_newer_version_says_to_update(tmp_path: Path) -> None:
    document = PLAN.result()
    document["crossover"]["schema_version"] = 3
    with pytest.raises(ResultError, match="is 3, newer than this reader's 2; update Crossover"):
        load([written(tmp_path, document)])
