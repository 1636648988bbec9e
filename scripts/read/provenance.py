"""What a file says of its machine, its software and its run."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import UNSET

from scripts.read.records.learning import LearningFile, LearningSettings
from scripts.read.records.machine import Accelerator, Machine
from scripts.read.records.result import ALL_EPOCHS, Own, ResultFile, Run
from scripts.read.text import device_label, safe_text


def device_labels(machine: Machine, devices: set[str]) -> dict[str, str]:
    """Each device in words, with the name of its hardware where the file tells."""
    known = {card.device: card for card in machine.accelerators}
    labels = {}
    for device in devices:
        card = known.get(device) or known.get(device.partition(":")[0])
        name, software = (safe_text(card.name), card.software) if card else ("", False)
        labels[device] = device_label(device, accelerator=name, software=software)
    return labels


def describe_file(path: Path, file: ResultFile) -> dict[str, Any]:
    """One row of facts about a timing file.

    `measured_epochs` are those beyond which its totals are derived; infinity: none is. `loosely`
    names the workloads whose losses devices can share only roughly, `unseen` says why nobody knows
    what the host does for a step, unless the file is of before.
    """
    own, machine = file.crossover, file.machine_info.crossover
    most = own.run.measured_epochs
    return {
        **_texts(path, machine, own.run),
        "cores_physical": machine.cores_physical,
        "torch_threads": machine.torch_threads,
        "complete": own.complete,
        "planned": own.planned,
        "measured_cells": len(file.benchmarks),
        "absent_cells": len(own.absent),
        "measured_epochs": math.inf if most == ALL_EPOCHS else most,
        "loosely": ", ".join(name for name, one in own.workloads.items() if one.losses_compared),
        "unseen": _unseen(own),
    }


def _unseen(own: Own) -> str:
    """Why nobody knows what the host does for a step: `budget`, `interrupted`, or what failed."""
    failed = [
        f"{safe_text(row.workload)}: {row.reason}{f': {safe_text(row.detail)}' * bool(row.detail)}"
        for row in own.dispatch
        if row.reason is not UNSET
    ]
    if own.dispatch:
        return "; ".join(failed)
    if not own.complete:
        return "interrupted"
    return "budget" if own.run.budget_seconds is not None else ""


def describe_learning(path: Path, file: LearningFile) -> dict[str, Any]:
    """The same of a learning file: `planned` are its cells, `runs` the trainings that it has."""
    own = file.crossover_learning
    return {
        **_texts(path, file.machine_info.crossover, own.run),
        "complete": own.complete,
        "planned": own.planned,
        "runs": len(own.runs),
    }


_OF_MACHINE = (
    "machine", "machine_id", "software_id", "cpu", "os", "python", "torch", "accelerator_note",
)  # fmt: skip
_OF_RUN = ("command", "started", "preset", "precision")


def _texts(path: Path, machine: Machine, run: Run | LearningSettings) -> dict[str, str]:
    """What a file says of its machine, its software and its run; empty where it is silent."""
    texts = {"file": safe_text(path)}
    for names, told in ((_OF_MACHINE, machine), (_OF_RUN, run)):
        texts |= {name: safe_text(getattr(told, name) or "") for name in names}
    return texts | {"drivers": _drivers(machine.accelerators)}


def _drivers(accelerators: Sequence[Accelerator]) -> str:
    """Each accelerator's driver and power limit, as far as the file tells them."""
    told = []
    for card in accelerators:
        words = [] if card.driver is None else [f"driver {card.driver}"]
        if card.power_limit_watts is not None:
            words.append(f"power limit {card.power_limit_watts:g} W")
        if words:
            told.append(f"{card.device}: {', '.join(words)}")
    return safe_text("; ".join(told))
