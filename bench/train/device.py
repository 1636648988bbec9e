"""torch's devices behind one path: loading a backend, waiting, events, memory.

Everything goes through `torch.get_device_module`; nothing here asks which device it is, except that
a backend which torch does not load by itself has to be imported by name. The modules of devices
have little in common: whatever is not `is_available` or `device_count` may be absent.
"""

import importlib
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import torch

from bench.train.clock import DeviceClock

OUT_OF_TREE = {"vulkan": "torchvulkan"}
"""Packages of devices that torch does not know and that name no entry point to be found by."""


class NoSuchDeviceError(Exception):
    """torch has no such device on this machine; the message says what torch found."""


def load_backend(device_type: str) -> None:
    """Imports what torch needs to know the device type: part of the device's cold start.

    Nothing for a type that torch knows by itself. Workers switch torch's own autoloading off, so
    that no process loads what another device needs.
    """
    if _module_of(device_type) is not None:
        return
    found = entry_points(group="torch.backends")
    named = [entry for entry in found if entry.name == device_type]
    package = OUT_OF_TREE.get(device_type)
    if package is not None and not named:
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise NoSuchDeviceError(
                f"{device_type}: the package {package} cannot be imported ({error})"
            ) from error
        return
    for entry in named or found:
        entry.load()()


def _module_of(device_type: str) -> Any | None:
    """`torch.<device_type>`; None where torch does not know the type."""
    try:
        return torch.get_device_module(torch.device(device_type))
    except RuntimeError:
        return None


def open_device(name: str) -> torch.device:
    """The torch device of this name, its backend loaded; raises NoSuchDeviceError when absent."""
    device_type, _, index = name.partition(":")
    load_backend(device_type)
    try:
        device = torch.device(name)
        module = torch.get_device_module(device)
    except RuntimeError as error:
        raise NoSuchDeviceError(_unknown(name, device_type)) from error
    if device_type != "cpu":
        count = module.device_count() if module.is_available() else 0
        if count == 0:
            raise NoSuchDeviceError(
                f"{name}: torch {torch.__version__} sees no {device_type} device"
            )
        if index and int(index) >= count:
            raise NoSuchDeviceError(f"{name}: torch sees {count} {device_type} device(s)")
        _make_current(device, module)
    return device


def _unknown(name: str, device_type: str) -> str:
    """What to write for a type that torch does not know, as far as that can be told."""
    lower = device_type.lower()
    meant = lower if lower != device_type and _module_of(lower) else "cpu, cuda, mps or xpu"
    return f"{name}: torch {torch.__version__} knows no such device; is it {meant}?"


def _make_current(device: torch.device, module: Any) -> None:
    """Has what names no index use this device. A process begins with its first one."""
    set_device = getattr(module, "set_device", None)
    if set_device is not None:
        set_device(device.index or 0)
    elif device.index:
        torch.accelerator.set_device_index(device.index)


def synchroniser(device: torch.device) -> Callable[[], object]:
    """What waits for everything that was queued on the device."""
    module = torch.get_device_module(device)
    own: Callable[[], object] | None = getattr(module, "synchronize", None)
    return own or torch.accelerator.synchronize


def first_line(error: BaseException) -> str:
    """The first line of an error's text, at most 300 characters: torch appends whole backtraces."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300]


def make_clock(device: torch.device) -> DeviceClock:
    """The clock of a device: its own synchronise, and its events where it has any."""
    synchronise = synchroniser(device)
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
    except Exception:  # noqa: BLE001 - each backend raises its own: whatever it is, no events
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
    return peak if isinstance(peak, int) and peak > 0 else None  # 0: it counts nothing


def _call(module: Any, name: str) -> object:
    function = getattr(module, name, None)
    if function is None:
        return None
    try:
        return function()
    except Exception:  # noqa: BLE001 - a figure that a device does not tell ends no measurement
        return None
