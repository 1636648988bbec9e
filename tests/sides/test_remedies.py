"""Remedies and rungs as sides: which of them there are, and in which order."""

from dataclasses import replace

import pytest

from bench.job import Job
from bench.loop import RUNGS
from bench.sides.names import canonical
from bench.sides.remedies import REMEDIES, with_remedies, with_remedy, with_rungs
from tests.sides.test_names import PLAIN, TAUGHT


@pytest.mark.parametrize(
    ("remedy", "device", "plain", "side"),
    [
        ("fused", "cuda", PLAIN, "cuda+fused"),
        ("foreach", "cuda", PLAIN, "cuda+for-loop"),
        ("fused", "cpu", replace(PLAIN, optimizer_implementation="fused"), "cpu+for-loop"),
        ("flush-denormals", "cpu", PLAIN, "cpu+keep-denormals"),
        ("placement=resident", "cuda", PLAIN, "cuda+placement=per-batch"),
        (
            "placement=resident",
            "cuda",
            TAUGHT,
            "cuda+loader=slices+placement=resident",
        ),
        ("threads=1", "cpu", PLAIN, "cpu+threads=1"),
        ("graphs", "cuda", PLAIN, "cuda+graphs"),
        ("ieee", "cpu", PLAIN, None),
    ],
)
def test_a_remedy_that_the_plain_side_has_is_left_out_the_others_are_added(
    remedy: str, device: str, plain: Job, side: str | None
) -> None:
    assert with_remedy(device, remedy, plain) == side


def test_all_remedies_are_sides_where_they_mean_anything_the_worthiest_first() -> None:
    own = list(with_remedies(["cpu", "cuda"], reversed(REMEDIES), PLAIN))
    assert own[:5] == ["cuda+fused", "cpu+fused", "cuda+graphs", "cuda+compile", "cpu+compile"]
    assert len(own) == len(set(own))
    assert "cpu+malloc=jemalloc" in own
    assert not [side for side in own if side.startswith("cuda+malloc")]
    assert canonical(own, PLAIN) == tuple(own)


def test_rungs_are_sides_first_the_ends_of_the_ladder() -> None:
    assert list(with_rungs(["cpu"], "mlp", PLAIN)) == [
        *("cpu+loop=course", "cpu+loop=decoding", "cpu+loop=workers", "cpu+loop=no-evaluation")
    ]
    cuda = list(with_rungs(["cuda"], "lstm", PLAIN))
    assert cuda == [f"cuda+loop={name}" for name in [*RUNGS][2:] if name != "lean"]
    assert next(with_rungs(["cpu"], "mlp", TAUGHT)) == "cpu+loop=lean"
