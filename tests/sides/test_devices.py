"""Sides of devices that this machine has not, on stand-ins with what torch's real modules have."""

from types import SimpleNamespace

import pytest
import torch
from torch import distributed

from bench.machine import probe
from bench.sides.names import job_of, torch_devices
from bench.sides.remedies import REMEDIES, with_remedies
from bench.train import group
from bench.train.device import NoSuchDeviceError, open_device
from tests.sides.test_names import PLAIN
from tests.torch_modules import install

T4 = SimpleNamespace(name="Tesla T4", total_memory=15 * 2**30, major=7, minor=5)


@pytest.mark.parametrize(("count", "lacking"), [(1, {"cuda:1"}), (2, set())])
def test_of_several_devices_the_missing_ones_are_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, count: int, lacking: set[str]
) -> None:
    install(monkeypatch, "cuda", count=count, get_device_properties=lambda _index: T4)
    answer = probe.describe_devices(list(torch_devices(("cpu", "cuda*2+bf16"))))
    assert set(answer["absent"]) == lacking
    named = [card["device"] for card in answer["accelerators"]]
    assert named == ["cuda", "cuda:1"][:count]


def test_each_process_of_several_opens_its_own_device(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    install(monkeypatch, "cuda", count=2, set_device=opened.append)
    for device in torch_devices(("cuda*2",)):
        open_device(device)
    with pytest.raises(NoSuchDeviceError, match=r"torch sees 2 cuda device\(s\)"):
        open_device("cuda:2")
    assert [torch.device("cuda", index or 0).index for index in opened] == [0, 1]


def test_a_build_without_the_library_that_joins_devices_is_unsupported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distributed, "is_backend_available", lambda name: name != "nccl")
    with pytest.raises(NotImplementedError, match="this build of torch has no nccl"):
        group.join(job_of("cuda*2", PLAIN), torch.device("cuda"))


@pytest.mark.parametrize(
    ("device", "never"),
    [
        ("cpu", {"graphs", "tf32", "placement"}),
        ("cuda:1", {"malloc", "threads", "keep-denormals"}),
        ("mps", {"malloc", "threads", "keep-denormals", "graphs", "tf32"}),
    ],
)
def test_every_remedy_of_a_device_is_a_side_that_means_something_there(
    device: str, never: set[str]
) -> None:
    sides = list(with_remedies([device], REMEDIES, PLAIN))
    words = {word.partition("=")[0] for side in sides for word in side.split("+")[1:]}
    assert words.isdisjoint(never)
    assert words >= {"bf16", "compile", "fused", "for-loop"}
    assert {job_of(side, PLAIN).device for side in sides} == {device}
