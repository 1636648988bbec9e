"""Signs of accelerators that torch does not find: files, drivers, variables. Imports no torch."""

import os
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.machine.hidden import Signs

VISIBLE = (
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "ONEAPI_DEVICE_SELECTOR",
    "ZE_AFFINITY_MASK",
)
INTEL = "0x8086"


def gather_signs(
    said: Iterable[str],
    *,
    torch: str,
    build: str,
    root: Path = Path("/"),
    environment: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
    nvml: Callable[[], dict[str, Any]] | None = None,
) -> Signs:
    """Returns what this machine shows beside the `torch` that warned of `said`; raises nothing."""
    driver = (nvml or ask_nvml)()
    cards = driver.pop("cards", 0)
    seen = driver.get("nvml_error") and (
        (root / "proc/driver/nvidia").exists() or which("nvidia-smi")
    )
    return Signs(
        torch=torch,
        build=build,
        said=tuple(said),
        nvidia=bool(cards or seen),
        **driver,
        amd=_has_amd(root),
        intel=_has_intel(root),
        apple=(platform.system(), platform.machine()) == ("Darwin", "arm64"),
        macos=platform.mac_ver()[0],
        closed=tuple(_closed(root)),
        visible=tuple((name, environment[name]) for name in VISIBLE if name in environment),
    )


def ask_nvml() -> dict[str, Any]:
    """NVIDIA's driver, the newest CUDA that it runs, its cards; or what NVML said instead."""
    try:
        import pynvml  # noqa: PLC0415 - only where torch finds no accelerator

        pynvml.nvmlInit()
        cuda = pynvml.nvmlSystemGetCudaDriverVersion_v2()
        return {
            "nvidia_driver": str(pynvml.nvmlSystemGetDriverVersion()),
            "nvidia_cuda": f"{cuda // 1000}.{cuda % 1000 // 10}",
            "cards": pynvml.nvmlDeviceGetCount(),
        }
    except Exception as error:  # noqa: BLE001 - no library, no driver, no permission
        return {"nvml_error": f"NVML: {error}"}


def _has_amd(root: Path) -> bool:
    """Whether the kernel's list of AMD's compute nodes has a GPU (a CPU is a node with id 0)."""
    nodes = (root / "sys/class/kfd/kfd/topology/nodes").glob("*/gpu_id")
    return (root / "dev/kfd").exists() and any(_read(node) not in ("", "0") for node in nodes)


def _has_intel(root: Path) -> bool:
    vendors = (root / "sys/class/drm").glob("renderD*/device/vendor")
    return any(_read(vendor) == INTEL for vendor in vendors)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _closed(root: Path) -> Iterable[str]:
    """Device files of GPUs that this user may not open, by their names in /dev."""
    files = [root / "dev/kfd", root / "dev/nvidiactl", *sorted((root / "dev/dri").glob("renderD*"))]
    for file in files:
        if file.exists() and not os.access(file, os.R_OK | os.W_OK):
            yield f"/{file.relative_to(root)}"
