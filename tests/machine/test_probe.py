"""What the probe tells of devices, and that none of them ends the run."""

import json
import subprocess
import warnings
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from bench.machine import facts as machine
from bench.machine import hidden, probe
from bench.machine.kernels import builds_with_kernels
from tests.torch_modules import KINDS, install

PROPERTIES = {
    "mps": {},
    "xpu": {"name": "Intel Arc B580", "total_memory": 12 * 2**30, "driver_version": "1.6.3"},
    "cuda": {"name": "Tesla T4", "total_memory": 15 * 2**30, "major": 7, "minor": 5},
}
CAPABILITY: dict[str, Any] = {"xpu": {"max_work_group_size": 1024}, "cuda": (7, 5)}


def have(monkeypatch: pytest.MonkeyPatch, kind: str, *, count: int = 1, **more: Any) -> None:
    """`count` devices of a kind that answer as real ones do."""
    fakes: dict[str, Any] = {}
    if kind == "mps":
        fakes["recommended_max_memory"] = lambda: 10 * 2**30
        monkeypatch.setattr(torch.backends.mps, "get_name", lambda: "Apple M3")
    else:
        fakes["get_device_properties"] = lambda _index: SimpleNamespace(**PROPERTIES[kind])
        fakes["get_device_capability"] = lambda _index: CAPABILITY[kind]
    install(monkeypatch, kind, count=count, **fakes | more)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("mps", ("Apple M3", 10 * 2**30, None, None)),
        ("xpu", ("Intel Arc B580", 12 * 2**30, "1.6.3", None)),
        ("cuda", ("Tesla T4", 15 * 2**30, None, "7.5")),
    ],
)
def test_a_device_is_described_as_far_as_its_module_tells(
    monkeypatch: pytest.MonkeyPatch, kind: str, told: tuple[object, ...]
) -> None:
    have(monkeypatch, kind)
    answer = probe.describe_devices([])
    assert (answer["found"], answer["absent"]) == ([kind], {})
    assert answer["accelerator_note"] is None
    (facts,) = answer["accelerators"]
    names = ("name", "memory_bytes", "driver", "compute_capability")
    assert (facts["device"], facts["software"]) == (kind, False)
    assert tuple(facts[name] for name in names) == told


@pytest.mark.parametrize("kind", KINDS)
def test_a_module_that_tells_nothing_still_has_a_row(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    install(monkeypatch, kind)
    (facts,) = probe.describe_devices([kind])["accelerators"]
    assert (facts["device"], facts["name"]) == (kind, kind)
    assert facts["memory_bytes"] is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("CUDA error: unknown error"), "failed"),
        (AttributeError("module has no attribute"), "failed"),
        (AssertionError("not compiled"), "failed"),
        (OSError("libze_loader.so.1: cannot open"), "failed"),
        (RuntimeError("CUDA out of memory."), "oom"),
    ],
)
def test_whatever_a_device_raises_is_that_devices_row(
    monkeypatch: pytest.MonkeyPatch, kind: str, error: Exception, reason: str
) -> None:
    def broken() -> int:
        raise error

    install(monkeypatch, kind, device_count=broken)
    answer = probe.describe_devices(["cpu", kind])
    assert answer["accelerators"] == []
    assert answer["absent"][kind]["reason"] == reason
    assert str(error) in answer["absent"][kind]["detail"]


def test_identical_cards_are_named_once_and_a_broken_one_keeps_its_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def properties(index: int) -> SimpleNamespace:
        return SimpleNamespace(name="RTX 4090" if index < 2 else "T4", total_memory=1)

    def set_device(index: int) -> None:
        if index == 3:
            raise RuntimeError("CUDA error: device not ready")

    have(monkeypatch, "cuda", count=4, get_device_properties=properties, set_device=set_device)
    answer = probe.describe_devices([])
    assert answer["found"] == ["cuda:0", "cuda:2", "cuda:3"]
    assert [facts["device"] for facts in answer["accelerators"]] == ["cuda:0", "cuda:2"]
    assert answer["absent"]["cuda:3"]["reason"] == "failed"


def test_a_card_without_kernels_is_unsupported_with_the_build_that_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have(
        monkeypatch,
        "cuda",
        get_device_properties=lambda _: SimpleNamespace(name="GTX 1060", total_memory=1),
        get_device_capability=lambda _: (6, 1),
        get_arch_list=lambda: ["sm_75", "sm_80"],
    )
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr("bench.machine.probe.platform.machine", lambda: "x86_64")
    answer = probe.describe_devices([])
    assert answer["found"] == ["cuda"]
    row = answer["absent"]["cuda"]
    assert row["reason"] == "unsupported"
    assert "GTX 1060 has compute capability 6.1" in row["detail"]
    assert builds_with_kernels((6, 1), torch.cuda.PYTORCH_RELEASES_CODE_CC, "x86_64") == ["12.6"]
    assert row["detail"].endswith("--torch-backend=cu126")


def test_torchs_warning_is_heard_when_it_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def warn() -> bool:
        warnings.warn("CUDA initialization: The driver is too old\nmore", stacklevel=1)
        return False

    heard: list[list[str]] = []

    def signs(said: list[str]) -> hidden.Signs:
        heard.append(said)
        return hidden.Signs(torch="2.14.1", build="CUDA 13.0")

    monkeypatch.setattr(torch.accelerator, "is_available", warn)
    monkeypatch.setattr(probe, "_signs", signs)
    assert probe.describe_devices([])["accelerator_note"] == hidden.NOTHING
    assert heard == [["CUDA initialization: The driver is too old"]]


def test_who_asks_for_the_cpu_only_touches_no_other_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def touched() -> bool:
        raise AssertionError("asked for accelerators")

    monkeypatch.setattr(torch.accelerator, "is_available", touched)
    answer = probe.describe_devices(["cpu"])
    assert (answer["found"], answer["accelerator_note"]) == ([], None)


ANSWER = {
    "torch": "2.14.1",
    "fp32_precision": True,
    "found": ["cuda"],
    "accelerators": [],
    "absent": {},
    "accelerator_note": None,
}


def answering(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> list[list[str]]:
    """A probe that a device named `bad` ends, as do accelerators that are not named."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: Any) -> "subprocess.CompletedProcess[str]":
        devices = json.loads(command[-1])["devices"]
        asked.append(devices)
        if not devices or "bad" in devices:
            return subprocess.CompletedProcess(command, -11, "", "")
        cards = [{"device": name} for name in devices if name != "cpu"]
        return subprocess.CompletedProcess(
            command, 0, json.dumps(ANSWER | {"accelerators": cards} | fields), ""
        )

    monkeypatch.setattr("bench.machine.facts.subprocess.run", run)
    return asked


def test_a_device_that_ends_the_probe_is_failed_and_the_others_are_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = answering(monkeypatch)
    answer = machine.run_probe(("cpu", "bad", "cuda"))
    assert asked == [["cpu", "bad", "cuda"], ["cpu"], ["bad"], ["cuda"]]
    assert answer["accelerators"] == [{"device": "cuda"}]
    assert answer["absent"] == {
        "bad": {"reason": "failed", "detail": "the process ended with status -11"}
    }


def test_accelerators_that_end_the_probe_leave_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, found=[])
    answer = machine.run_probe(())
    assert answer["found"] == []
    assert "status -11; measuring the CPU only" in answer["accelerator_note"]


def test_a_torch_that_cannot_be_told_its_precision_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch, fp32_precision=False, torch="2.8.0")
    with pytest.raises(pytest.UsageError) as refused:
        machine.run_probe(("cpu",))
    assert "\n" not in str(refused.value)
    assert "torch 2.8.0" in str(refused.value)
    assert "install torch 2.9 or later" in str(refused.value)


@pytest.mark.parametrize(
    ("versions", "mps", "words"),
    [
        ({"cuda": "13.0"}, False, "CUDA 13.0"),
        ({"hip": "6.4"}, False, "ROCm 6.4"),
        ({"cuda": None, "xpu": "20250101"}, False, "XPU 20250101"),
        ({}, True, "MPS"),
        ({}, False, "CPU only"),
    ],
)
def test_a_build_of_torch_is_named_by_what_it_is_for(
    monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], mps: bool, words: str
) -> None:
    monkeypatch.setattr(torch, "version", SimpleNamespace(**versions))
    monkeypatch.setattr(torch.backends.mps, "is_built", lambda: mps)
    assert probe.torch_build() == words
