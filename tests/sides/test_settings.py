"""The sides of a run, whichever options name them, and those that remedies and ladder add."""

import re
from pathlib import Path

import msgspec
import pytest

import bench.run
from bench.plugin import LONGEST_COMMAND
from bench.record.state import TimingRun
from bench.run import find_sides
from bench.sides.settings import MOST_CELLS, MOST_DIAGNOSED, MOST_OF, MOST_ROUNDS
from scripts.read.checks import cells, studies
from scripts.read.records.learning import LearningSettings
from tests.run.test_options import settings

SIDES = {
    "sides by their names": ({"sides": "cuda,cpu+foreach,cuda+fused+bf16"},
                             ("cuda", "cpu", "cuda+bf16+fused"), "cpu"),
    "devices are short for sides": ({"devices": "cpu,cuda:1"}, ("cpu", "cuda:1"), "cpu"),
    "threads are short for the CPU's": ({"devices": "cuda,cpu", "threads": "2,1"},
                                      ("cuda", "cpu+threads=1", "cpu+threads=2"), "cuda"),
    "a base by any of its names": ({"sides": "cpu,cuda,cuda+bf16", "base": "cuda+ieee"},
                                 ("cpu", "cuda", "cuda+bf16"), "cuda"),
    "no cpu": ({"sides": "cuda+bf16,cuda"}, ("cuda+bf16", "cuda"), "cuda+bf16"),
    "settings that the plain job has": (
        {"sides": "cpu,cpu+foreach,cuda+fused", "optimizer_implementation": "fused"},
        ("cpu", "cpu+foreach", "cuda"), "cpu"),
}  # fmt: skip


@pytest.mark.parametrize("name", SIDES)
def test_the_sides_of_a_run_and_the_one_that_they_are_compared_with(name: str) -> None:
    flags, sides, base = SIDES[name]
    read = settings(**flags)
    assert (read.sides, read.base) == (sides, base)


def test_remedies_and_ladder_add_sides_to_the_plain_ones() -> None:
    read = settings(sides="cpu,cuda,cuda+bf16", remedies="bf16,fused,tf32", ladder="yes")
    remedies = ("cuda+fused", "cpu+fused", "cpu+bf16", "cuda+tf32")
    assert read.added("mlp")[:4] == remedies
    assert read.added("mlp")[4:9] == (
        *("cpu+loop=course", "cpu+loop=decoding", "cpu+loop=workers", "cpu+loop=no-evaluation"),
        "cuda+loop=course",
    )
    assert "cuda+loop=padded" in read.added("lstm")
    assert "cuda+loop=padded" not in read.added("mlp")
    assert [read.base_of(side) for side in ("cuda+bf16", "cuda+fused")] == ["cpu", "cuda"]


FOUND: dict[str, tuple[dict[str, str], list[str], int, tuple[str, ...]]] = {
    "no accelerator": ({}, [], 2, ("cpu", "cpu+threads=1")),
    "no accelerator and one core": ({}, [], 1, ("cpu",)),
    "an accelerator": ({}, ["cuda"], 8, ("cpu", "cuda")),
    "everything": (
        {"preset": "full"},
        ["cuda:0", "cuda:1"],
        8,
        ("cpu", "cuda:0", "cuda:1", "cpu+threads=1", "cuda:0+bf16", "cuda:1+bf16"),
    ),
    "threads as asked for": ({"threads": "1,2"}, ["mps"], 8,
                             ("cpu+threads=1", "cpu+threads=2", "mps")),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_where_no_side_is_named_every_machine_has_two(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags, found, threads, sides = FOUND[name]
    probe = {"found": found, "torch_threads": threads, "accelerator_note": None}
    monkeypatch.setattr(bench.run, "run_probe", lambda _devices: probe)
    run = TimingRun(settings(**flags), Path("x.json"), resume=False, overwrite=False, command="")
    find_sides(run)
    assert run.settings.sides == sides
    assert run.settings.base == sides[0]
    assert run.settings.devices == ()


COUNTS = ",".join(map(str, range(1, 1001)))
TOO_MANY: dict[str, tuple[dict[str, str], str]] = {
    "cells": (
        {"sides": "cpu", "workloads": "mlp", "batch_sizes": COUNTS, "epochs": COUNTS},
        "--batch-sizes: 1000000 cells in all, and a result may have 200000; name fewer",
    ),
    "rounds": (
        {"sides": "cpu", "workloads": "mlp", "batch_sizes": COUNTS, "blocks": "1000"},
        "--batch-sizes: 5000000 rounds in all, and a result may have 4000000",
    ),
    "sides with remedies": (
        {"sides": ",".join(f"cuda:{n}" for n in range(60)), "remedies": "all"},
        "remedies and rungs among them, are more than the 256 that a result may have",
    ),
    "batch sizes of a diagnosis": (
        {"sides": "cpu", "batch_sizes": ",".join(map(str, range(1, 66))), "diagnose": "yes"},
        "--diagnose: of 65 batch sizes, and a diagnosis may have 64",
    ),
}


@pytest.mark.parametrize("name", TOO_MANY)
def test_what_nobody_could_read_in_the_end_is_refused(name: str) -> None:
    flags, words = TOO_MANY[name]
    with pytest.raises(pytest.UsageError, match=re.escape(words)):
        settings(**flags)


def test_the_reading_half_has_the_same_limits() -> None:
    most = {"--workloads": cells.MOST_VALUES["workload"], "--sides": cells.MOST_VALUES["side"]}
    assert most == MOST_OF
    assert (cells.MOST_CELLS, cells.MOST_ROUNDS) == (MOST_CELLS, MOST_ROUNDS)
    assert studies.MOST_VALUES == MOST_DIAGNOSED
    length = msgspec.json.schema(LearningSettings)["$defs"]["LearningSettings"]["properties"]
    assert length["command"]["maxLength"] == LONGEST_COMMAND
