"""`python -m bench.machine.probe REQUEST`: devices, workloads, samples, parent (PID) as JSON.

Answers in JSON: what torch and the devices of this machine are, and what the workloads are (their
data prepared).
A process of its own, so that pytest imports no torch and no measuring process touches two devices.
"""

import json
import platform
import sys
import warnings
from typing import Any

import torch

from bench.machine.hidden import Signs, note_of
from bench.machine.kernels import builds_with_kernels, has_kernels, without_kernels
from bench.machine.signs import gather_signs
from bench.measure.child import die_with_parent
from bench.measure.host.nvml import card_address, card_facts
from bench.train.device import first_line, open_device
from bench.train.errors import classify
from models import define, describe_repeat, load_workload

SOFTWARE_RASTERISERS = ("llvmpipe", "swiftshader", "lavapipe")


def describe_accelerator(name: str) -> dict[str, Any]:
    """Name, memory, driver and compute capability of a device, as far as torch tells.

    Raises NoSuchDeviceError when it is absent, NotImplementedError when this torch build has no
    code for it, and whatever its backend raises.
    """
    device = open_device(name)
    module = torch.get_device_module(device)
    index = device.index or 0
    properties = _ask(module, "get_device_properties", index)
    title = _title(device, module, properties)
    capability = _ask(module, "get_device_capability", index)
    if isinstance(capability, tuple):
        _require_kernels(title, capability, module)
    address = card_address(properties)
    facts = card_facts(address)
    driver = getattr(properties, "driver_version", None) or facts["driver"]
    return {
        "device": name,
        "name": title,
        "memory_bytes": _memory(module, properties),
        **address,
        **facts,
        "driver": None if driver is None else str(driver),
        "compute_capability": _dotted(capability),
        "software": any(word in title.lower() for word in SOFTWARE_RASTERISERS),
    }


def _title(device: torch.device, module: Any, properties: Any) -> str:
    """The device's name, from wherever its kind of module tells it."""
    name = getattr(properties, "name", None) or _ask(module, "get_device_name", device.index or 0)
    # Apple's GPUs: torch.mps tells no name, torch.backends.mps does.
    name = name or _ask(getattr(torch.backends, device.type, None), "get_name")
    return str(name or device)


def _memory(module: Any, properties: Any) -> int | None:
    """Bytes of the device's memory; of Apple's GPUs, which share the host's, what Metal allows."""
    memory = getattr(properties, "total_memory", None) or _ask(module, "recommended_max_memory")
    return memory if isinstance(memory, int) and memory > 0 else None


def _dotted(capability: Any) -> str | None:
    return ".".join(map(str, capability)) if isinstance(capability, tuple) else None


def _require_kernels(title: str, capability: tuple[int, int], module: Any) -> None:
    cuda = torch.version.cuda
    archs = _ask(module, "get_arch_list")
    if cuda is None or not isinstance(archs, list) or has_kernels(capability, archs, cuda=cuda):
        return
    releases = getattr(module, "PYTORCH_RELEASES_CODE_CC", {})
    builds = builds_with_kernels(capability, releases, platform.machine())
    raise NotImplementedError(
        without_kernels(title, capability, archs, torch=torch.__version__, builds=builds)
    )


def _ask(module: Any, function: str, *arguments: int) -> Any:
    """What a module's function says; None where it has none, or none that answers."""
    try:
        return getattr(module, function)(*arguments)
    except Exception:  # noqa: BLE001 - a fact about a device must not end its run
        return None


def own_accelerators() -> list[str]:
    """Every accelerator that torch sees by itself; identical cards once."""
    if not torch.accelerator.is_available():
        return []
    current = torch.accelerator.current_accelerator()
    count = torch.accelerator.device_count()
    if current is None or count == 0:
        return []
    if count == 1:
        return [current.type]
    distinct: dict[object, str] = {}
    for name in [f"{current.type}:{index}" for index in range(count)]:
        try:
            facts = describe_accelerator(name)
        except Exception:  # noqa: BLE001 - it is kept, and whoever describes it says what it raised
            distinct[name] = name
        else:
            distinct.setdefault((facts["name"], facts["memory_bytes"]), name)
    return list(distinct.values())


def describe_devices(devices: list[str]) -> dict[str, Any]:
    """torch's build, threads and own devices; for each named, facts or why it cannot be measured.

    Whatever a device raises is that device's own: `absent` holds its reason and one line of detail.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        # Whoever asks for the CPU only touches no other device.
        found = [] if devices == ["cpu"] else own_accelerators()
        accelerators, absent = [], {}
        for name in devices or found:
            if name == "cpu":
                continue
            try:
                accelerators.append(describe_accelerator(name))
            except Exception as error:  # noqa: BLE001 - the other devices are measured
                reason, detail = classify(error)
                absent[name] = {"reason": reason, "detail": detail}
    words = list(dict.fromkeys(first_line(Warning(warning.message)) for warning in said))
    alone = devices != ["cpu"] and not found and not accelerators
    return {
        "torch": torch.__version__,
        "torch_cuda": torch.version.cuda,
        "torch_threads": torch.get_num_threads(),
        "fp32_precision": hasattr(torch.backends, "fp32_precision"),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "python": platform.python_version(),
        "found": found,
        "accelerators": accelerators,
        "absent": absent,
        "accelerator_note": note_of(_signs(words)) if alone else None,
    }


def _signs(said: list[str]) -> Signs:
    return gather_signs(said, torch=torch.__version__, build=torch_build())


def torch_build() -> str:
    """Names what this torch was built for."""
    for name, words in (("cuda", "CUDA"), ("hip", "ROCm"), ("xpu", "XPU")):
        if number := getattr(torch.version, name, None):
            return f"{words} {number}"
    return "MPS" if torch.backends.mps.is_built() else "CPU only"


def describe_workload(name: str, samples: int) -> dict[str, Any]:
    """The workload's definition, its learning rates and where the timed samples come from."""
    definition = define(name, samples)
    return definition | {
        "timed_samples": samples,
        "timed_from": describe_repeat(definition["train_samples"], samples),
        "learning_rates": load_workload(name, samples).rates,
    }


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    die_with_parent(request["parent"])
    answer = describe_devices(request["devices"])
    answer["workloads"] = {
        name: describe_workload(name, request["samples"]) for name in request["workloads"]
    }
    print(json.dumps(answer))
