"""Was the GPU ours alone, and did it keep its clock? Asked of NVML while a block runs.

NVML knows NVIDIA's GPUs only; on other devices, without the library or without permission there is
nothing to tell, and nothing raises.
"""

import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SAMPLE_EVERY_SECONDS = 0.5
# Bits of nvmlDeviceGetCurrentClocksEventReasons that slow a GPU against its will. A power cap is
# not among them: it is how a GPU under full load works.
THROTTLE_REASONS = {
    0x08: "hardware slowdown",
    0x20: "software thermal slowdown",
    0x40: "hardware thermal slowdown",
    0x80: "power brake",
}


def load_nvml() -> Any | None:
    """NVML, ready to be asked; None where there is none."""
    try:
        import pynvml  # noqa: PLC0415 - only where a CUDA device is measured

        pynvml.nvmlInit()
    except Exception:  # noqa: BLE001 - no library, no driver, no permission: nothing to tell
        return None
    return pynvml


def nvml_indices(devices: Iterable[str], visible: str | None) -> list[int]:
    """NVML's numbers of torch's CUDA devices; CUDA_VISIBLE_DEVICES renumbers them.

    A device named there by UUID cannot be told apart by number and is left out.
    """
    order = [part.strip() for part in visible.split(",")] if visible else None
    indices = []
    for device in devices:
        kind, _, number = device.partition(":")
        if kind != "cuda":
            continue
        index = int(number or 0)
        name = order[index] if order and index < len(order) else str(index)
        if name.isdigit():
            indices.append(int(name))
    return sorted(set(indices))


@dataclass
class GpuWatch:
    """Watches GPUs from `with` to its end; afterwards `facts` and `suspicions` tell.

    `others` are the processes on them before the block, `crowd` the most at a time during it: one
    of them is the worker.
    """

    devices: Iterable[str]
    nvml: Any | None = None
    others: int | None = None
    crowd: int = 0
    throttled: set[str] = field(default_factory=set)
    error: str | None = None

    def __enter__(self) -> "GpuWatch":
        cuda = nvml_indices(self.devices, os.environ.get("CUDA_VISIBLE_DEVICES"))
        if cuda and self.nvml is None:
            self.nvml = load_nvml()
        self._handles: list[Any] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if not cuda or self.nvml is None:
            return self
        try:
            self._handles = [self.nvml.nvmlDeviceGetHandleByIndex(index) for index in cuda]
            self.others = self._count_processes()
        except Exception as error:  # noqa: BLE001 - a guard must never end what it guards
            self.error = str(error)
            return self
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _count_processes(self) -> int:
        """Processes on the GPUs now: before a block's first worker they are all others'."""
        nvml: Any = self.nvml
        lists = [nvml.nvmlDeviceGetComputeRunningProcesses(handle) for handle in self._handles]
        return len({process.pid for processes in lists for process in processes})

    def _sample(self) -> None:
        nvml: Any = self.nvml
        before = 0
        while not self._stop.wait(SAMPLE_EVERY_SECONDS):
            try:
                for handle in self._handles:
                    bits = nvml.nvmlDeviceGetCurrentClocksEventReasons(handle)
                    self.throttled |= {w for bit, w in THROTTLE_REASONS.items() if bits & bit}
                # Twice in a row: a worker that has ended may be listed beside its successor.
                now = self._count_processes()
                self.crowd = max(self.crowd, min(before, now))
                before = now
            except Exception as error:  # noqa: BLE001 - as above
                self.error = str(error)
                return

    def facts(self) -> dict[str, Any]:
        """What was seen; None and empty where nothing can be."""
        return {
            "gpu_others": self.others,
            "gpu_processes": None if self.others is None else self.crowd,
            "gpu_throttled": sorted(self.throttled),
            "gpu_error": self.error,
        }

    def suspicions(self) -> list[str]:
        """Reasons why the block's figures are suspect, in words."""
        reasons = []
        if self.others:
            reasons.append(f"another process on the GPU: {self.others} before the block began")
        elif self.crowd > 1:
            reasons.append(f"another process on the GPU: {self.crowd - 1} during the block")
        reasons += [f"throttled: {words} on the GPU" for words in sorted(self.throttled)]
        return reasons
