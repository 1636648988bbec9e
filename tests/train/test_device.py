"""Opening a device by what its module of torch really has, and waiting for it."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from bench.answer import Unmeasured
from bench.measure import worker
from bench.train import device as devices
from bench.train.device import (
    NoSuchDeviceError,
    device_peak_bytes,
    load_backend,
    make_clock,
    open_device,
    reset_peak_memory,
)
from tests.bench_fakes import measured
from tests.measure.test_worker import JOB
from tests.torch_modules import KINDS, install


@pytest.mark.parametrize("kind", KINDS)
def test_a_device_is_opened_and_waited_for_with_what_its_module_has(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    waits: list[None] = []
    install(monkeypatch, kind, synchronize=lambda *_: waits.append(None))
    device = open_device(kind)
    assert device == torch.device(kind)
    clock = make_clock(device)
    assert clock.make_event is None  # no hardware, no events: found out by trying
    clock.synchronise()
    assert waits
    reset_peak_memory(device)
    assert device_peak_bytes(device) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_device_that_is_not_there_is_no_device(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    install(monkeypatch, kind, count=0)
    with pytest.raises(
        NoSuchDeviceError, match=f"^{kind}: torch {torch.__version__[:4]}.* sees no"
    ):
        open_device(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_beyond_the_last_device_is_no_device(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    install(monkeypatch, kind)
    assert open_device(f"{kind}:0").index == 0
    for index in (1, 7, 300):  # torch reads cuda:300 as cuda:44
        with pytest.raises(NoSuchDeviceError, match=rf"{kind}:{index}: torch sees 1 {kind} device"):
            open_device(f"{kind}:{index}")


@pytest.mark.parametrize("kind", ["xpu", "cuda"])
def test_the_device_with_the_index_becomes_the_current_one(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    current: list[int] = []
    install(monkeypatch, kind, count=3, set_device=current.append)
    assert [open_device(name).index for name in (kind, f"{kind}:2")] == [None, 2]
    assert current == [0, 2]


def test_a_module_that_sets_no_device_leaves_it_to_the_accelerator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    current: list[int] = []
    install(monkeypatch, "mps", count=2)
    monkeypatch.setattr(torch.accelerator, "set_device_index", current.append)
    for name in ("mps", "mps:0", "mps:1"):
        open_device(name)
    assert current == [1]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("hip", "cpu, cuda, mps or xpu"),
        ("meta", "cpu, cuda, mps or xpu"),
        ("privateuseone", "cpu, cuda, mps or xpu"),
        ("nosuch", "cpu, cuda, mps or xpu"),
        ("CUDA", "cuda"),
        ("Mps:1", "mps"),
    ],
)
def test_a_device_that_torch_does_not_know_is_asked_back(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    entries(monkeypatch)
    with pytest.raises(
        NoSuchDeviceError, match=rf"^{name}: torch .* knows no such device; is it {meant}\?$"
    ):
        open_device(name)


def entries(monkeypatch: pytest.MonkeyPatch, **loads: Callable[[], object]) -> None:
    """Has these backends installed, by the names of their entry points."""
    found = [SimpleNamespace(name=name, load=lambda own=own: own) for name, own in loads.items()]
    monkeypatch.setattr(devices, "entry_points", lambda group: found)


@pytest.mark.parametrize("kind", ["cpu", "cuda", "mps", "xpu", "mtia"])
def test_what_torch_knows_loads_no_other_backend(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    loaded: list[str] = []
    entries(monkeypatch, **{kind: lambda: loaded.append(kind), "b": lambda: loaded.append("b")})
    load_backend(kind)
    assert loaded == []


def test_a_device_loads_the_backend_of_its_name_and_all_when_none_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[str] = []
    entries(monkeypatch, zzz=lambda: loaded.append("zzz"), torch_npu=lambda: loaded.append("npu"))
    load_backend("zzz")
    assert loaded == ["zzz"]
    load_backend("npu")
    assert loaded == ["zzz", "zzz", "npu"]


def test_a_package_that_is_not_installed_is_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    entries(monkeypatch)
    monkeypatch.setattr(devices, "OUT_OF_TREE", {"zzz": "no_such_package_zzz"})
    with pytest.raises(NoSuchDeviceError, match="no_such_package_zzz cannot be imported"):
        load_backend("zzz")


def test_a_device_that_cannot_say_its_peak_memory_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any) -> int:
        raise OSError("driver gone")

    install(monkeypatch, "cuda", max_memory_allocated=broken, empty_cache=broken)
    reset_peak_memory(torch.device("cuda"))
    assert device_peak_bytes(torch.device("cuda")) is None


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_device_raises_in_a_worker_is_its_row(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    install(monkeypatch, kind)
    answers: list[Any] = []
    process = measured(JOB, 8).process
    worker._measure_all(replace(JOB, device=kind), lambda **_: process, answers.append)
    (answer,) = answers  # the stand-in opens, but this torch makes no tensor on it
    assert isinstance(answer, Unmeasured)
    assert answer.batch_size is None
    assert answer.reason in ("failed", "unsupported", "no device")
    assert answer.detail
