"""What is needed to doubt a result: the machine, its software, and two fingerprints of them."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import psutil
import pytest

from bench.machine.identity import ask_cpu, digest, hardware
from bench.machine.named import cpu_brand, power_facts
from bench.meant import plain
from bench.measure.ask import ask
from bench.measure.environment import inherited, recorded
from bench.measure.host.limits import read_limits
from bench.measure.process import ROOT
from bench.workloads import is_own, name_of, resolved

OF_TORCH = (
    *("python", "torch", "torch_cuda", "torch_threads"),
    *("accelerators", "accelerator_note", "cpu_capability"),
)
"""Facts that the probe tells."""
MOST_OWN_SECONDS = 600.0
"""For somebody's own file, which may never end."""


def run_probe(
    devices: tuple[str, ...], *, workloads: tuple[str, ...] = (), samples: int = 1
) -> dict[str, Any]:
    """What torch sees and what the workloads are, asked in a process of its own.

    Prepares the workloads' data. A device that ends the process is `failed`; the others are asked
    for again, without it. Raises `pytest.UsageError` with what was said when the CPU fails.
    """
    own = [one for one in workloads if is_own(one)]
    workloads = tuple(one for one in workloads if one not in own)
    answer = _ask_torch(devices, workloads, samples)
    if isinstance(answer, str) and devices != ("cpu",):
        answer = _ask_one_by_one(devices, workloads, samples, said=answer)
    if isinstance(answer, str):
        raise pytest.UsageError(f"asking torch for its devices and data failed: {answer}")
    if not answer["fp32_precision"]:
        raise pytest.UsageError(
            f"torch {answer['torch']} cannot be told which precision to use, so times could not "
            "be compared; install torch 2.9 or later: uv pip install 'torch>=2.9'"
        )
    present = [card["device"] for card in answer["accelerators"] if card["device"] in devices]
    for reference in own:
        answer["workloads"][name_of(reference)] = ask_own(reference, present, samples)
    return answer


def ask_own(reference: str, devices: list[str], samples: int) -> dict[str, Any]:
    """What somebody's own workload is, checked on these devices in a process of its own.

    Raises `pytest.UsageError` with what is wrong in the file.
    """
    request = {"reference": resolved(reference), "devices": devices, "samples": samples}
    try:
        done = _ask(
            "bench.machine.own", request, stdin=subprocess.DEVNULL, timeout=MOST_OWN_SECONDS
        )
    except subprocess.TimeoutExpired:
        words = f"makes no workload within {MOST_OWN_SECONDS:g} s, and every process makes it anew"
        raise pytest.UsageError(f"{reference}: {words}; leave out what takes so long") from None
    except OSError as error:  # no process, no memory, no file is left
        raise pytest.UsageError(f"{reference}: cannot be asked what it is: {error}") from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        said = f"it ended the process with status {done.returncode}"
        answer = {"refused": f"{resolved(reference)}: {said}"}
    if "refused" in answer:
        typed, path = (one.rpartition(":")[0] for one in (reference, resolved(reference)))
        raise pytest.UsageError(plain(answer["refused"]).replace(path, typed))
    about: dict[str, Any] = answer["about"]
    return about


def own_rate(name: str, rates: Mapping[str, float], optimizer: str) -> float:
    """Returns a workload's own learning rate with an optimiser, which it may not have."""
    if optimizer not in rates:
        words = f"--optimizer {optimizer}: {name} brings none; its Workload has to say optimizer="
        raise pytest.UsageError(words)
    return rates[optimizer]


def _ask_one_by_one(
    devices: tuple[str, ...], workloads: tuple[str, ...], samples: int, *, said: str
) -> dict[str, Any] | str:
    """The answer for the CPU, with what each device says in a process that may end with it."""
    answer = _ask_torch(("cpu",), workloads, samples)
    if isinstance(answer, str):
        return answer
    if not devices:
        note = f"asking torch for accelerators failed: {said}; measuring the CPU only"
        return answer | {"accelerator_note": note}
    for device in devices:
        if device == "cpu":
            continue
        own = _ask_torch((device,), (), 1)
        if isinstance(own, str):
            answer["absent"][device] = {"reason": "failed", "detail": own}
            continue
        answer["accelerators"] += own["accelerators"]
        answer["absent"] |= own["absent"]
    return answer


def _ask_torch(
    devices: tuple[str, ...], workloads: tuple[str, ...], samples: int
) -> dict[str, Any] | str:
    """The probe's answer; in words how it ended where it gave none."""
    request = {"devices": devices, "workloads": workloads, "samples": samples}
    try:
        done = _ask("bench.machine.probe", request)
    except OSError as error:  # no process, no memory, no file is left
        return str(error)
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer
    lines = done.stderr.strip().splitlines()
    return plain(lines[-1])[:300] if lines else f"the process ended with status {done.returncode}"


def _ask(
    module: str, request: dict[str, Any], stdin: int | None = None, timeout: float | None = None
) -> "subprocess.CompletedProcess[str]":
    """Runs a module that answers a request; it does not outlive this process."""
    return subprocess.run(
        [sys.executable, "-m", module, json.dumps(request | {"parent": os.getpid()})],
        cwd=ROOT,
        env=inherited() | {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0"},
        stdin=stdin,
        timeout=timeout,
        capture_output=True,
        text=True,
        errors="replace",  # of what somebody's own file prints
        check=False,
    )


def describe_machine(name: str, probe: dict[str, Any]) -> dict[str, Any]:
    """The machine's facts for a result file. `name` is the machine's name in reports."""
    about, limits = ask_cpu(), read_limits()
    facts = {
        "machine": name,
        "cpu": cpu_brand(about),
        "cores_physical": ask(psutil.cpu_count, logical=False),
        "cores_logical": ask(psutil.cpu_count),
        "cores_usable": limits.cores,
        "ram_bytes": ask(lambda: psutil.virtual_memory().total),
        "container_limit": {"cpus": limits.quota, "memory_bytes": limits.memory_bytes},
        "power": power_facts(),
        "os": f"{platform.system()} {platform.release()}",
        **{name: probe.get(name) for name in OF_TORCH},
        "environment": recorded(os.environ),
    }
    grounds = hardware(about, facts)
    ids = {"machine_id": digest(grounds), "software_id": software_id(facts)}
    return facts | {"hardware": grounds} | ids


def identity(facts: dict[str, Any]) -> dict[str, Any]:
    """What of a machine and its software must not change while a run is resumed, field by field.

    The id tells machines apart that are alike in everything else.
    """
    hardware = ("cpu", "cores_logical", "cores_usable", "machine_id")
    names = (*hardware, "os", "python", "torch", "torch_threads")
    return {name: facts[name] for name in names} | {
        "accelerators": [_card_words(card) for card in facts["accelerators"]],
        **facts["environment"],
    }


def _card_words(card: dict[str, Any]) -> str:
    watts = card.get("power_limit_watts")
    return f"{card['name']}, driver {card['driver']}" + (f", {watts:g} W" if watts else "")


def software_id(facts: dict[str, Any]) -> str:
    """12 hex digits of what can make the same machine faster or slower: versions and drivers."""
    drivers = [[card["name"], card["driver"]] for card in facts["accelerators"]]
    return digest([facts["torch"], facts["python"], facts["os"], drivers])
