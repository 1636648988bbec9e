"""The sides of a run, whichever options name them, and those that remedies and ladder add."""

import pytest

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
    assert read.added("mlp")[4:7] == (
        "cpu+loop=course",
        "cpu+loop=no-evaluation",
        "cuda+loop=course",
    )
    assert "cuda+loop=padded" in read.added("lstm")
    assert "cuda+loop=padded" not in read.added("mlp")
    assert [read.base_of(side) for side in ("cuda+bf16", "cuda+fused")] == ["cpu", "cuda"]
