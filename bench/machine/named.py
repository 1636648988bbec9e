"""What the CPU is called, and what its power allows it. Everything that is not told is None."""

import platform
import subprocess
from pathlib import Path
from typing import Any

import psutil

from bench.measure.ask import ask

ROOT = Path("/")
ARM = {
    (0x41, 0xD03): "ARM Cortex-A53",
    (0x41, 0xD07): "ARM Cortex-A57",
    (0x41, 0xD08): "ARM Cortex-A72",
    (0x41, 0xD0B): "ARM Cortex-A76",
    (0x41, 0xD0C): "ARM Neoverse N1",
    (0x41, 0xD40): "ARM Neoverse V1",
    (0x41, 0xD42): "ARM Cortex-A78AE",
    (0x41, 0xD49): "ARM Neoverse N2",
    (0x41, 0xD4F): "ARM Neoverse V2",
    (0x41, 0xD84): "ARM Neoverse V3",
    (0x41, 0xD8E): "ARM Neoverse N3",
    (0x43, 0x0AF): "Cavium ThunderX2",
    (0x46, 0x001): "Fujitsu A64FX",
    (0x48, 0xD01): "HiSilicon Kunpeng 920",
    (0x4E, 0x004): "NVIDIA Carmel",
    (0x6D, 0xD49): "Microsoft Cobalt 100",
    (0xC0, 0xAC3): "Ampere-1",
    (0xC0, 0xAC4): "Ampere-1A",
}
"""CPUs without a name of their own, by implementer and part, as in Linux's `arch/arm64`."""


def cpu_brand(about: dict[str, Any], root: Path = ROOT) -> str:
    """Returns the CPU's name as it calls itself, else as its maker's numbers or the system say.

    `about` is what `identity.ask_cpu` says.
    """
    told = about.get("brand_raw") or ask(_arm_name, root)
    return str(told or ask(platform.processor) or ask(platform.machine) or "CPU")


def _arm_name(root: Path) -> str | None:
    """Returns the names of an ARM processor's kinds of cores."""
    names, maker = dict[str, None](), 0
    for line in (root / "proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "CPU implementer":
            maker = int(value, 16)
        if name.strip() == "CPU part":
            part = int(value, 16)
            names[ARM.get((maker, part), f"ARM implementer {maker:#x} part {part:#x}")] = None
    return " + ".join(names) or None


def power_facts(root: Path = ROOT) -> dict[str, Any]:
    """Returns where the power comes from, and which of speed and saving the system prefers."""
    cpu = root / "sys/devices/system/cpu/cpu0/cpufreq"
    battery: Any = ask(psutil.sensors_battery)
    return {
        "plugged": ask(lambda: bool(battery.power_plugged)),
        "battery_percent": ask(lambda: round(battery.percent)),
        "governor": _word(cpu / "scaling_governor"),
        "energy_preference": _word(cpu / "energy_performance_preference"),
        "profile": _word(root / "sys/firmware/acpi/platform_profile"),
        "low_power_mode": ask(_low_power_mode),
    }


def _word(file: Path) -> str | None:
    return (ask(file.read_text) or "").strip()[:60] or None


def _low_power_mode() -> bool | None:
    """Returns whether macOS saves energy; None elsewhere."""
    if platform.system() != "Darwin":
        return None
    settings = subprocess.run(["/usr/bin/pmset", "-g"], capture_output=True, text=True, check=True)
    words = (line.split() for line in settings.stdout.splitlines())
    return next((value == "1" for name, value, *_ in words if name == "lowpowermode"), None)
