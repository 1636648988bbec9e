"""Whether two runs were on the same hardware: what it is told by, in words and as an id.

Nothing of a container or of an installation goes in: two containers of one host are one machine.
"""

import hashlib
import json
import math
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure.ask import ask
from bench.measure.host.nvml import load_nvml

CACHES = ("l1_data_cache_size", "l2_cache_size", "l3_cache_size")
_CONTAINERS = (Path("/.dockerenv"), Path("/run/.containerenv"))
_CONTROL_GROUPS = Path("/proc/1/cgroup")


def ask_cpu() -> dict[str, Any]:
    """Returns what the CPU says of itself; nothing where it cannot be asked."""
    return ask(_ask_cpu) or {}


def _ask_cpu() -> dict[str, Any]:
    import cpuinfo  # noqa: PLC0415 - raises on a processor that it does not know

    about: dict[str, Any] = cpuinfo.get_cpu_info()
    return about


def hardware(cpu: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Returns the grounds on which machines are called the same hardware.

    `cpu` is what `ask_cpu` says. Flags differ between generations that share a name, and a
    hypervisor hides some; caches tell models of one family apart; memory is rounded to two figures,
    since a kernel keeps some of it.
    """
    flags = sorted(map(str, cpu.get("flags") or []))
    return {
        "cpu": facts["cpu"],
        "family": [cpu.get(name) for name in ("family", "model", "stepping")],
        "flags": digest(flags) if flags else None,
        "cache_bytes": [cpu.get(name) for name in CACHES],
        "cores": facts["cores_logical"],
        "ram_bytes": two_figures(facts["ram_bytes"]),
        "nvidia_cards": nvidia_cards(load_nvml()),
        "hypervisor": "hypervisor" in flags,
        "container": in_container(),
    }


def nvidia_cards(nvml: Any | None) -> list[str]:
    """Returns what the cards of the machine are told apart by, whichever of them a run uses."""
    if nvml is None:
        return []
    count = ask(nvml.nvmlDeviceGetCount) or 0
    handles = [ask(partial(nvml.nvmlDeviceGetHandleByIndex, place)) for place in range(count)]
    found = [ask(partial(nvml.nvmlDeviceGetUUID, handle)) for handle in handles if handle]
    return sorted(digest(str(one)) for one in found if one)


def digest(parts: Any) -> str:
    """Returns 12 hex digits of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def two_figures(value: int | None) -> int | None:
    """Returns a whole number with two significant figures: 33,410,000,000 is 33,000,000,000."""
    if not value:
        return value
    return round(value, 1 - math.floor(math.log10(value)))


def in_container() -> bool:
    """Returns whether this process runs in a container, by the marks that the usual ones leave."""
    if any(path.exists() for path in _CONTAINERS):
        return True
    try:
        groups = _CONTROL_GROUPS.read_text()
    except OSError:
        return False
    return any(name in groups for name in ("docker", "kubepods", "containerd", "lxc"))
