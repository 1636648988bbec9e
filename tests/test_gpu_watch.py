"""The watch over NVIDIA GPUs, on a stand-in for NVML: this is as far as no GPU allows."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from bench import gpu_watch
from bench.gpu_watch import GpuWatch, nvml_indices

MOST_SAMPLES = 6


class FakeNvml:
    """GPUs whose clocks report `reasons`; `processes` run on each, then as many as `later` says."""

    def __init__(
        self, *, processes: int = 0, later: tuple[int, ...] = (), reasons: int = 0, broken: str = ""
    ) -> None:
        self.counts = iter((processes, *later))
        self.processes, self.reasons, self.broken = processes, reasons, broken
        self.asked: list[int] = []
        self.samples = 0

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802 - NVML's name
        if self.broken == "handle":
            raise RuntimeError("NVML: unknown error")
        self.asked.append(index)
        return index

    def nvmlDeviceGetComputeRunningProcesses(self, _: int) -> list[Any]:  # noqa: N802
        self.samples += 1
        self.processes = next(self.counts, self.processes)
        return [SimpleNamespace(pid=pid) for pid in range(self.processes)]

    def nvmlDeviceGetCurrentClocksEventReasons(self, _: int) -> int:  # noqa: N802
        if self.broken == "clocks":
            raise RuntimeError("NVML: not supported")
        return self.reasons


@pytest.fixture(autouse=True)
def _fast_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_watch, "SAMPLE_EVERY_SECONDS", 0.001)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def watched(nvml: Any, *devices: str) -> GpuWatch:
    with GpuWatch(devices or ("cpu", "cuda"), nvml) as watch:
        deadline = time.monotonic() + 10
        while watch._thread and watch._thread.is_alive() and time.monotonic() < deadline:
            if watch.throttled or (not nvml.reasons and nvml.samples > MOST_SAMPLES):
                break
            time.sleep(0.001)
    return watch


def test_a_gpu_alone_at_its_full_clock_is_not_suspect() -> None:
    watch = watched(FakeNvml())
    assert watch.suspicions() == []
    assert watch.facts() == {
        "gpu_others": 0,
        "gpu_processes": 0,
        "gpu_throttled": [],
        "gpu_error": None,
    }


def test_another_process_on_the_gpu_is_named() -> None:
    assert watched(FakeNvml(processes=2)).suspicions() == [
        "another process on the GPU: 2 before the block began"
    ]


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ((1, 1, 0, 1, 1), []),  # our own workers, one after the other
        ((1, 2, 1, 2, 1), []),  # an ended worker beside its successor
        ((1, 2, 2, 1), ["another process on the GPU: 1 during the block"]),
        ((1, 1, 3, 3, 3), ["another process on the GPU: 2 during the block"]),
    ],
)
def test_a_process_that_comes_to_the_gpu_during_the_block_is_named(
    later: tuple[int, ...], words: list[str]
) -> None:
    assert watched(FakeNvml(later=later)).suspicions() == words


def test_one_process_on_two_gpus_is_one_process() -> None:
    nvml = FakeNvml(processes=1)
    assert watched(nvml, "cuda:0", "cuda:1").facts()["gpu_others"] == 1


def test_a_thermal_slowdown_is_named_and_a_power_cap_is_not() -> None:
    assert watched(FakeNvml(reasons=0x20 | 0x04)).suspicions() == [
        "throttled: software thermal slowdown on the GPU"
    ]


@pytest.mark.parametrize("broken", ["handle", "clocks"])
def test_nvml_that_raises_ends_nothing_and_is_noted(broken: str) -> None:
    watch = watched(FakeNvml(broken=broken, reasons=1))
    assert watch.suspicions() == []
    assert "NVML" in str(watch.facts()["gpu_error"])


def test_without_a_cuda_device_nvml_is_not_asked() -> None:
    nvml = FakeNvml(processes=9)
    assert watched(nvml, "cpu", "vulkan").facts()["gpu_others"] is None
    assert nvml.asked == []


def test_visible_devices_renumber_the_gpus() -> None:
    assert nvml_indices(["cpu", "cuda"], None) == [0]
    assert nvml_indices(["cuda:1"], "3,5") == [5]
    assert nvml_indices(["cuda"], "GPU-8f2a") == []
