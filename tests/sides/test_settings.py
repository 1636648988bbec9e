"""The sides of a run, whichever options name them, and those that remedies and ladder add."""

from pathlib import Path

import pytest

import bench.run
from bench.record.state import TimingRun
from bench.run import find_sides
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
