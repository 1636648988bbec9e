"""`python -m bench.probe '{"devices": [...], "workloads": [...], "samples": N, "parent": PID}'`.

Answers in JSON: what torch and the devices of this machine are, and what the workloads are (their
data prepared).
A process of its own, so that pytest imports no torch and no measuring process touches two devices.
"""

import json
import platform
import sys
from typing import Any

import torch

from bench.child import die_with_parent
from bench.device import NoSuchDeviceError, open_device
from bench.nvml import card_address, card_facts
from models import WORKLOADS, define, describe_repeat

SOFTWARE_RASTERISERS = ("llvmpipe", "swiftshader", "lavapipe")


def describe_accelerator(name: str) -> dict[str, Any]:
    """Name, memory, driver and compute capability of a device, as far as torch tells."""
    device = open_device(name)
    module = torch.get_device_module(device)
    index = device.index or 0
    properties = _ask(module, "get_device_properties", index)
    title = str(getattr(properties, "name", None) or _ask(module, "get_device_name", index) or name)
    memory = getattr(properties, "total_memory", None)
    address = card_address(properties)
    facts = card_facts(address)
    driver = getattr(properties, "driver_version", None) or facts["driver"]
    return {
        "device": name,
        "name": title,
        "memory_bytes": memory if isinstance(memory, int) and memory > 0 else None,
        **address,
        **facts,
        "driver": None if driver is None else str(driver),
        "compute_capability": _capability(module, index),
        "software": any(word in title.lower() for word in SOFTWARE_RASTERISERS),
    }


def _capability(module: Any, index: int) -> str | None:
    answer = _ask(module, "get_device_capability", index)
    return ".".join(str(part) for part in answer) if isinstance(answer, tuple) else None


def _ask(module: Any, function: str, index: int) -> Any:
    try:
        return getattr(module, function)(index)
    except (AttributeError, RuntimeError, TypeError, AssertionError):
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
    names = [f"{current.type}:{index}" for index in range(count)]
    distinct: dict[tuple[str, int | None], str] = {}
    for name in names:
        facts = describe_accelerator(name)
        distinct.setdefault((facts["name"], facts["memory_bytes"]), name)
    return list(distinct.values())


def describe_devices(devices: list[str]) -> dict[str, Any]:
    """torch's build, threads and own devices; facts or the reason of absence for each named."""
    found = own_accelerators()
    accelerators, absent = [], {}
    for name in devices or found:
        if name == "cpu":
            continue
        try:
            accelerators.append(describe_accelerator(name))
        except NoSuchDeviceError as error:
            absent[name] = str(error)
    return {
        "torch": torch.__version__,
        "torch_cuda": torch.version.cuda,
        "torch_threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "python": platform.python_version(),
        "found": found,
        "accelerators": accelerators,
        "absent": absent,
    }


def describe_workload(name: str, samples: int) -> dict[str, Any]:
    """The workload's definition, its learning rates and where the timed samples come from."""
    definition = define(name)
    return definition | {
        "timed_samples": samples,
        "timed_from": describe_repeat(int(definition["train_samples"]), samples),
        "learning_rates": dict(WORKLOADS[name].learning_rates),
    }


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    die_with_parent(request["parent"])
    answer = describe_devices(request["devices"])
    answer["workloads"] = {
        name: describe_workload(name, request["samples"]) for name in request["workloads"]
    }
    print(json.dumps(answer))
