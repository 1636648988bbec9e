"""torch's devices behind one path: loading a backend, waiting, events, memory.

In a device's module whatever is not `is_available` or `device_count` may be absent.
"""

import importlib
import re
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import torch

from bench.meant import plain
from bench.train.clock import DeviceClock

OUT_OF_TREE = {"vulkan": "torchvulkan"}
"""Packages of devices that torch does not know and that name no entry point to be found by."""


class NoSuchDeviceError(Exception):
    """torch has no such device on this machine; the message says what torch found."""


def load_backend(device_type: str) -> None:
    """Imports what torch needs to know the device type: part of the device's cold start.

    Workers switch torch's own autoloading off, so that no process loads what another device needs.
    """
    if _module_of(device_type) is not None:
        return
    found = entry_points(group="torch.backends")
    named = [entry for entry in found if entry.name == device_type]
    package = OUT_OF_TREE.get(device_type)
    if named or package is None:
        for entry in named or found:
            entry.load()()
        return
    try:
        importlib.import_module(package)
    except ImportError as error:
        words = f"{device_type}: the package {package} cannot be imported ({error})"
        raise NoSuchDeviceError(words) from error


def _module_of(device_type: str) -> Any | None:
    """Returns `torch.<device_type>`; None where torch does not know the type."""
    try:
        return torch.get_device_module(torch.device(device_type))
    except RuntimeError:
        return None


def open_device(name: str) -> torch.device:
    """Returns the torch device of this name, its backend loaded, as the current one of its type.

    Raises NoSuchDeviceError when it is absent.
    """
    device_type, _, index = name.partition(":")
    load_backend(device_type)
    try:
        device = torch.device(name)
        module = torch.get_device_module(device)
    except RuntimeError as error:
        raise NoSuchDeviceError(_unknown(name, device_type)) from error
    if device_type == "cpu":
        return device
    count = module.device_count() if module.is_available() else 0
    if count == 0:
        raise NoSuchDeviceError(f"{name}: torch {torch.__version__} sees no {device_type} device")
    if index and int(index) >= count:
        raise NoSuchDeviceError(f"{name}: torch sees {count} {device_type} device(s)")
    if hasattr(module, "set_device"):
        module.set_device(device.index or 0)
    elif device.index:
        torch.accelerator.set_device_index(device.index)
    return device


def _unknown(name: str, device_type: str) -> str:
    """Says that torch does not know the type, and which one may be meant."""
    lower = device_type.lower()
    meant = lower if lower != device_type and _module_of(lower) else "cpu, cuda, mps or xpu"
    return f"{name}: torch {torch.__version__} knows no such device; is it {meant}?"


def synchroniser(device: torch.device) -> Callable[[], object]:
    """Returns what waits for everything that was queued on the device."""
    module = torch.get_device_module(device)
    own: Callable[[], object] | None = getattr(module, "synchronize", None)
    return own or torch.accelerator.synchronize


def first_line(error: BaseException) -> str:
    """Returns the first line of an error's text, 300 characters at most: torch adds backtraces."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return plain(lines[0] if lines else type(error).__name__)[:300]


def make_clock(device: torch.device) -> DeviceClock:
    """Returns the clock of a device: its own synchronise, and its events where it has any."""
    synchronise = synchroniser(device)

    def make_event() -> torch.Event:
        return torch.Event(device, enable_timing=True)

    if device.type == "cpu":
        return DeviceClock(synchronise)
    try:  # whether a device's events can be timed is found out by trying
        first, second = make_event(), make_event()
        first.record()
        second.record()
        synchronise()
        first.elapsed_time(second)
    except Exception:  # noqa: BLE001 - each backend raises its own: whatever it is, no events
        return DeviceClock(synchronise)
    return DeviceClock(synchronise, make_event)


def reset_peak_memory(device: torch.device) -> None:
    """Starts a new peak on the host and on the device, and returns cached memory to the device."""
    module = torch.get_device_module(device)
    for name in ("empty_cache", "reset_peak_memory_stats"):
        _call(module, name)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def host_peak_bytes() -> int | None:
    """Returns this process's most resident bytes since `reset_peak_memory`; None outside Linux."""
    try:
        peak = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(peak[1]) * 1024 if peak else None


def device_peak_bytes(device: torch.device) -> int | None:
    """Returns the most bytes that torch's allocator held on the device; None where none count."""
    if device.type == "cpu":
        return None
    peak = _call(torch.get_device_module(device), "max_memory_allocated")
    return peak if isinstance(peak, int) and peak > 0 else None  # 0: it counts nothing


def _call(module: Any, name: str) -> object:
    """Calls a module's function; None where it has none, or none that works."""
    try:
        return getattr(module, name)()
    except Exception:  # noqa: BLE001 - a figure that a device does not tell ends no measurement
        return None
