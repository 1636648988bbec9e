"""What a result file says of its machine, its software and its run."""

import math
from pathlib import Path
from typing import Any

from scripts.read.document import Document
from scripts.read.rounds import measured_epochs
from scripts.read.text import device_label, safe_text


def machine_info(document: Document) -> dict[str, Any]:
    """Our own part of pytest-benchmark's machine_info."""
    machine: dict[str, Any] = document["machine_info"]["crossover"]
    return machine


def machine_name(document: Document) -> str:
    """What the file calls its machine, as far as it can be shown."""
    return safe_text(machine_info(document)["machine"])


def device_labels(document: Document, devices: set[str]) -> dict[str, str]:
    """Each device in words, with the name of its hardware where the file tells."""
    known = {entry["device"]: entry for entry in machine_info(document)["accelerators"]}
    labels = {}
    for device in devices:
        entry = known.get(device) or known.get(device.partition(":")[0]) or {}
        labels[device] = device_label(
            device,
            accelerator=safe_text(entry.get("name", "")),
            software=entry.get("software", False),
        )
    return labels


def describe_file(path: Path, machine: str, document: Document) -> dict[str, Any]:
    """One row of facts about the file; `machine` is its name among all files.

    `measured_epochs` are those beyond which its totals are derived; infinity: none is.
    """
    own, about = document["crossover"], machine_info(document)
    return {
        "file": safe_text(path),
        "machine": machine,
        **_texts(about, own["run"]),
        "cores_physical": about.get("cores_physical"),
        "complete": own["complete"],
        "planned": own["planned"],
        "measured_cells": len(document["benchmarks"]),
        "absent_cells": len(own["absent"]),
        "measured_epochs": measured_epochs(document) or math.inf,
    }


def describe_learning(path: Path, machine: str, document: Document) -> dict[str, Any]:
    """The same of a learning file: `planned` are its cells, `runs` the trainings that it has."""
    own = document["crossover_learning"]
    return {
        "file": safe_text(path),
        "machine": machine,
        **_texts(machine_info(document), own["run"]),
        "complete": own["complete"],
        "planned": own["planned"],
        "runs": len(own["runs"]),
    }


def _texts(about: dict[str, Any], run: dict[str, Any]) -> dict[str, str]:
    """What a file says of its machine, its software and its run; empty where it is silent."""
    names = ("machine_id", "software_id", "cpu", "os", "python", "torch", "accelerator_note")
    texts = {name: safe_text(about.get(name) or "") for name in names}
    told = ("command", "started", "preset", "precision")
    texts |= {name: safe_text(run.get(name) or "") for name in told}
    return texts | {"drivers": _drivers(about.get("accelerators", []))}


def _drivers(accelerators: list[dict[str, Any]]) -> str:
    """Each accelerator's driver and power limit, as far as the file tells them."""
    told = []
    for card in accelerators:
        driver, watts = card.get("driver"), card.get("power_limit_watts")
        words = [f"driver {driver}"] if isinstance(driver, str | int) else []
        words += [f"power limit {watts:g} W"] if isinstance(watts, int | float) else []
        if words:
            told.append(f"{card['device']}: {', '.join(words)}")
    return safe_text("; ".join(told))
