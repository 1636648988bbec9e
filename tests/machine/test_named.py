"""What a CPU without a name of its own is called, and what is recorded of its power."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.machine.facts import describe_machine
from bench.machine.identity import ask_cpu
from bench.machine.named import cpu_brand, power_facts

CORE = "processor\t: {}\nBogoMIPS\t: 50.00\nCPU implementer\t: {}\nCPU part\t: {}\n\n"


@pytest.mark.parametrize(
    ("cores", "name"),
    [
        ([("0x41", "0xd0c")] * 2, "ARM Neoverse N1"),
        ([("0x41", "0xd4f")], "ARM Neoverse V2"),
        ([("0xc0", "0xac3")], "Ampere-1"),
        ([("0x41", "0xd03"), ("0x41", "0xd08")], "ARM Cortex-A53 + ARM Cortex-A72"),
        ([("0x41", "0xfff")], "ARM implementer 0x41 part 0xfff"),
        ([], "aarch64"),
    ],
)
def test_an_arm_server_is_named_by_its_makers_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: list[tuple[str, str]], name: str
) -> None:
    monkeypatch.setattr("platform.processor", lambda: "")
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    (tmp_path / "proc").mkdir()
    text = "".join(CORE.format(place, *core) for place, core in enumerate(cores))
    (tmp_path / "proc/cpuinfo").write_text(text)
    assert cpu_brand({}, tmp_path) == name
    assert cpu_brand({"brand_raw": "Apple M4"}, tmp_path) == "Apple M4"


def test_a_cpu_of_which_nothing_is_told_still_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.processor", lambda: "")
    monkeypatch.setattr("platform.machine", lambda: "")
    assert cpu_brand({}, tmp_path) == "CPU"


def test_power_and_what_the_system_prefers_are_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    battery = SimpleNamespace(power_plugged=False, percent=61.7)
    monkeypatch.setattr("psutil.sensors_battery", lambda: battery, raising=False)
    frequency = tmp_path / "sys/devices/system/cpu/cpu0/cpufreq"
    frequency.mkdir(parents=True)
    (frequency / "scaling_governor").write_text("powersave\n")
    (frequency / "energy_performance_preference").write_text("balance_power\n")
    assert power_facts(tmp_path) == {
        "plugged": False,
        "battery_percent": 62,
        "governor": "powersave",
        "energy_preference": "balance_power",
        "profile": None,
        "low_power_mode": None,
    }


@pytest.mark.parametrize(("line", "saves"), [(" lowpowermode         1", True), ("", None)])
def test_a_macs_low_power_mode_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, line: str, saves: bool | None
) -> None:
    said = SimpleNamespace(stdout=f"System-wide power settings:\n{line}\n sleep 1\n")
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: said)
    assert power_facts(Path("/nowhere"))["low_power_mode"] is saves


@pytest.mark.parametrize("says", ["nothing", "an error"])
@pytest.mark.parametrize(
    "name",
    [
        *("psutil.cpu_count", "psutil.virtual_memory", "psutil.sensors_battery"),
        *("platform.processor", "platform.machine", "cpuinfo.get_cpu_info"),
        *("os.sched_getaffinity", "pathlib.Path.read_text", "subprocess.run"),
    ],
)
def test_no_fact_that_cannot_be_asked_ends_a_run(
    monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    def ask(*_: object, **__: object) -> None:
        if says != "nothing":
            raise SystemError("returned NULL without setting an exception")

    if name != "cpuinfo.get_cpu_info":  # it takes a second
        monkeypatch.setattr("bench.machine.facts.ask_cpu", dict)
    monkeypatch.setattr(name, ask)
    probe: dict[str, Any] = {"accelerators": [], "torch": "2.14.1", "python": "3.11.7"}
    facts = describe_machine("box", probe)
    assert facts["cpu"]
    assert facts["cores_usable"] >= 1
    assert len(facts["machine_id"]) == 12


def test_a_processor_that_py_cpuinfo_does_not_know_ends_no_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "cpuinfo", raising=False)
    monkeypatch.delitem(sys.modules, "cpuinfo.cpuinfo", raising=False)
    monkeypatch.setattr("platform.machine", lambda: "e2k")  # it raises while it is imported
    assert ask_cpu() == {}
