"""Which cards a torch build has kernels for, and what is said of those that it has not."""

import pytest
import torch

from bench.machine.kernels import builds_with_kernels, has_kernels, without_kernels

WHEEL = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120"]
RELEASES = {
    "12.6": {"x86_64": {50, 60, 70, 75, 80, 86, 90}, "aarch64": {80, 90}},
    "13.0": {"x86_64": {75, 80, 86, 90, 100, 120}, "aarch64": {80, 90, 100, 110, 120}},
}
CARDS = [
    # card, compute capability, in the wheel, with compute_75 as well, with compute_120 as well
    ("GeForce GTX 1060", (6, 1), False, False, False),
    ("Tesla P100", (6, 0), False, False, False),
    ("Tesla V100", (7, 0), False, False, False),
    ("Tesla T4", (7, 5), True, True, True),
    ("A100", (8, 0), True, True, True),
    ("GeForce RTX 3090", (8, 6), True, True, True),
    ("GeForce RTX 4090", (8, 9), True, True, True),
    ("H100", (9, 0), True, True, True),
    ("B200", (10, 0), True, True, True),
    ("GeForce RTX 5090", (12, 0), True, True, True),
    ("Jetson Orin", (8, 7), False, True, False),
    ("a card of tomorrow", (14, 0), False, True, True),
]


@pytest.mark.parametrize(("card", "capability", "plain", "old_ptx", "new_ptx"), CARDS)
def test_a_card_has_kernels_in_the_wheel_or_it_has_not(
    card: str, capability: tuple[int, int], plain: bool, old_ptx: bool, new_ptx: bool
) -> None:
    assert has_kernels(capability, WHEEL, cuda="13.0") is plain
    assert has_kernels(capability, [*WHEEL, "compute_75"], cuda="13.0") is old_ptx
    assert has_kernels(capability, [*WHEEL, "compute_120"], cuda="13.0") is new_ptx


@pytest.mark.parametrize(
    ("capability", "arch", "runs"),
    [
        ((9, 0), "sm_90a", True),  # for this architecture and no other
        ((12, 1), "sm_120a", False),
        ((12, 1), "sm_120f", True),  # for its family
        ((12, 0), "compute_90a", False),  # PTX of one architecture is not carried forward
        ((12, 0), "compute_90", True),
        ((8, 0), "sm_86", False),  # never backwards
        ((11, 0), "sm_101", True),  # two names of one
        ((9, 0), "gfx90a", False),
    ],
)
def test_suffixes_say_how_far_code_carries(
    capability: tuple[int, int], arch: str, runs: bool
) -> None:
    assert has_kernels(capability, [arch]) is runs


def test_jetsons_run_server_code_from_cuda_13_2_on() -> None:
    assert [has_kernels((8, 7), WHEEL, cuda=cuda) for cuda in ("12.6", "13.0", "13.2")] == [
        False, False, True,
    ]  # fmt: skip


def test_a_build_that_lists_nothing_is_given_the_benefit_of_the_doubt() -> None:
    assert has_kernels((6, 1), [])


@pytest.mark.parametrize(
    ("capability", "host", "builds"),
    [
        ((6, 1), "x86_64", ["12.6"]),
        ((7, 0), "x86_64", ["12.6"]),
        ((8, 9), "x86_64", ["12.6", "13.0"]),
        ((12, 0), "x86_64", ["13.0"]),
        ((6, 1), "aarch64", []),
        ((3, 5), "x86_64", []),
        ((8, 0), "riscv64", []),
    ],
)
def test_torchs_own_table_tells_which_builds_have_them(
    capability: tuple[int, int], host: str, builds: list[str]
) -> None:
    assert builds_with_kernels(capability, RELEASES, host) == builds


def test_the_flat_table_of_older_torch_is_read_as_well() -> None:
    assert builds_with_kernels((6, 1), {"12.6": {50, 60}, "12.8": {70}}, "x86_64") == ["12.6"]


def test_the_installed_torchs_table_can_be_read() -> None:
    assert builds_with_kernels((8, 0), torch.cuda.PYTORCH_RELEASES_CODE_CC, "x86_64")


def test_the_sentence_names_card_build_and_way_out() -> None:
    said = without_kernels("Tesla V100", (7, 0), WHEEL, torch="2.14.1+cu130", builds=["12.6"])
    assert said == (
        "Tesla V100 has compute capability 7.0; torch 2.14.1+cu130 has kernels for sm_75, sm_80, "
        "sm_86, sm_90, sm_100, sm_120: install its build for CUDA 12.6: "
        "uv pip install --no-config torch==2.14.1 --torch-backend=cu126"
    )
    none = without_kernels("Tesla K40", (3, 5), WHEEL, torch="2.14.1", builds=[])
    assert none.endswith("; no build of torch 2.14.1 has any for it")
