"""torch's devices behind one path: loading a backend, waiting, events, memory.

Everything goes through `torch.get_device_module`; nothing here asks which device it is, except that
a backend which torch does not load by itself has to be imported by name.
"""

import importlib
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import torch

from bench.clock import DeviceClock

OUT_OF_TREE = {"vulkan": "torchvulkan"}


class NoSuchDeviceError(Exception):
    """torch has no such device on this machine; the message says what torch found."""


def load_backend(device_type: str) -> None:
    """Imports what torch needs to know the device type: part of the device's cold start.

    Workers switch torch's own autoloading off, so that a CPU process never touches another device.
    """
    if device_type == "cpu":
        return
    package = OUT_OF_TREE.get(device_type)
    if package is not None:
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise NoSuchDeviceError(
                f"{device_type}: the package {package} cannot be imported ({error})"
            ) from error
    for entry in entry_points(group="torch.backends"):
        entry.load()()


def open_device(name: str) -> torch.device:
    """The torch device of this name, its backend loaded; raises NoSuchDeviceError when absent."""
    device_type, _, index = name.partition(":")
    load_backend(device_type)
    try:
        device = torch.device(name)
        module = torch.get_device_module(device)
    except RuntimeError as error:
        raise NoSuchDeviceError(f"{name}: {first_line(error)}") from error
    if device_type != "cpu":
        count = module.device_count() if module.is_available() else 0
        if count == 0:
            raise NoSuchDeviceError(
                f"{name}: torch {torch.__version__} sees no {device_type} device"
            )
        if index and int(index) >= count:
            raise NoSuchDeviceError(f"{name}: torch sees {count} {device_type} device(s)")
        module.set_device(device.index or 0)
    return device


def first_line(error: BaseException) -> str:
    """The first line of an error's text, at most 300 characters: torch appends whole backtraces."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300]


def make_clock(device: torch.device) -> DeviceClock:
    """The clock of a device: its own synchronise, and its events where it has any."""
    module = torch.get_device_module(device)
    synchronise: Callable[[], object] = module.synchronize
    return DeviceClock(synchronise, _event_maker(device, synchronise))


def _event_maker(
    device: torch.device, synchronise: Callable[[], object]
) -> Callable[[], torch.Event] | None:
    """None on the CPU and on devices whose events cannot be timed; found out by trying."""
    if device.type == "cpu":
        return None
    try:
        first = torch.Event(device, enable_timing=True)
        second = torch.Event(device, enable_timing=True)
        first.record()
        second.record()
        synchronise()
        first.elapsed_time(second)
    except (RuntimeError, NotImplementedError, ValueError, TypeError):
        return None
    return lambda: torch.Event(device, enable_timing=True)


def reset_peak_memory(device: torch.device) -> None:
    """Starts a new peak on the host and on the device, and returns cached memory to the device."""
    module = torch.get_device_module(device)
    for name in ("empty_cache", "reset_peak_memory_stats"):
        _call(module, name)
    try:
        with open("/proc/self/clear_refs", "w") as refs:  # noqa: PTH123 - a kernel file, not data
            refs.write("5")
    except OSError:
        return


def host_peak_bytes() -> int | None:
    """Peak resident bytes of this process since `reset_peak_memory`; None where Linux is not."""
    try:
        with open("/proc/self/status") as status:  # noqa: PTH123 - a kernel file, not data
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        return None
    return None


def device_peak_bytes(device: torch.device) -> int | None:
    """Peak bytes that torch's allocator held on the device; None where it does not count."""
    if device.type == "cpu":
        return None
    peak = _call(torch.get_device_module(device), "max_memory_allocated")
    return peak if isinstance(peak, int) else None


def _call(module: Any, name: str) -> object:
    function = getattr(module, name, None)
    if function is None:
        return None
    try:
        return function()
    except (RuntimeError, NotImplementedError):
        return None
