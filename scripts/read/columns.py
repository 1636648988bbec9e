"""One file's rows as columns, and the columns of many files as one frame.

Frames are slow to make and to join: this makes one for all files, at the end.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from msgspec.structs import asdict, replace

from scripts.read.provenance import device_labels
from scripts.read.records.result import Loop
from scripts.read.rounds import Rounds
from scripts.read.sides import contest, device_of
from scripts.read.suspicion import suspicions
from scripts.read.text import OPTIMIZERS, safe_text

LEAN = Loop()
COURSE = Loop("dataloader", "per-batch", "list", "packed", "every-epoch")
_NAMED = {"course": COURSE, "decoding": replace(COURSE, loader="decoding")}


def loop_words(loop: Loop) -> str:
    """`lean`, `course`, or what differs from the lean loop: `loader dataloader, gather list`."""
    loop = replace(loop, deterministic=False)
    for name, named in _NAMED.items():
        if loop == named:
            return name
    told, lean = asdict(loop), asdict(LEAN)
    return ", ".join(f"{name} {told[name]}" for name in told if told[name] != lean[name]) or "lean"


TEXT: Any = "object" if pd.__version__.startswith("2.") else "str"
"""The type of a column of texts. Of "str" pandas 2 makes the text "None" of a missing one."""

Columns = dict[str, Any]
"""By name: an array or a list of texts with an entry a row, or a text or number for all rows."""

DERIVED_FROM = 1
"""Epochs that a run measures by default: how far off are totals that are derived from as many?"""

_WORK = ("precision", "optimizer", "optimizer_implementation")
_PROCESS = (
    "cold_start_seconds", "import_seconds", "context_seconds", "transfer_seconds",
    "first_step_surplus_seconds",
)  # fmt: skip
_MEASUREMENT = (
    "first_loss", "loss", "score", "evaluated_after_epochs", "steps", "position",
    "host_peak_bytes", "device_peak_bytes", "minor_faults_per_step", "major_faults_per_step",
    "user_seconds_per_step", "system_seconds_per_step",
)  # fmt: skip


def columns_of(path: Path, rounds: Rounds) -> Columns:
    """The columns of a file: its rounds, then its absent cells.

    `file` and `machine` are not yet told from another file's.
    """
    own, machine = rounds.file.crossover, rounds.file.machine_info.crossover
    run, absent = own.run, own.absent
    cells = [
        *(rounds.cells[owner] for owner in rounds.owner.tolist()),
        *(row.cell for row in absent),
    ]
    timed, lost = len(cells) - len(absent), len(absent)
    sides = {cell.side: contest(cell.side, run.sides, run.base) for cell in cells}
    labels = device_labels(machine, set(map(device_of, sides)))
    epochs = _whole([cell.epochs for cell in cells])
    first = rounds.owner < len(rounds.file.benchmarks)
    return {
        "workload": [cell.workload for cell in cells],
        "batch_size": _whole([cell.batch_size for cell in cells]),
        "epochs": epochs,
        "side": [cell.side for cell in cells],
        "base": [sides[cell.side][0] for cell in cells],
        "family": [sides[cell.side][1] for cell in cells],
        "device": [device_of(cell.side) for cell in cells],
        "again": np.concatenate([~first, np.zeros(lost, dtype=np.bool_)]),
        **_numbers(rounds, lost=lost),
        "derived": epochs > run.measured_epochs,
        **_updates(rounds, lost=lost),
        **_allocators(rounds, lost=lost),
        "suspect": suspicions(rounds) + [""] * lost,
        "reason": [""] * timed + [cell.reason for cell in absent],
        "detail": [""] * timed + [safe_text(cell.detail) for cell in absent],
        "file": safe_text(path),
        "machine": safe_text(machine.machine),
        "machine_id": safe_text(machine.machine_id),
        "software_id": safe_text(machine.software_id),
        "device_label": [labels[device_of(cell.side)] for cell in cells],
        "definition": [own.workloads[cell.workload].definition for cell in cells],
        "learning_rate": np.array([run.learning_rates[cell.workload] for cell in cells], float),
        "looks": len(run.looks or [0]),
        "loop": loop_words(run.loop),
        "samples": run.samples,
        **{name: safe_text(getattr(run, name)) for name in _WORK},
    }


def _whole(values: list[int]) -> npt.NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _numbers(rounds: Rounds, *, lost: int) -> Columns:
    """The numbers of the rounds, then as many rows without any."""
    warm = rounds.epoch_seconds.medians()[rounds.which]
    numbers = {
        "block": rounds.column("block"),
        "total_seconds": rounds.total_seconds,
        "derivable_seconds": rounds.derivable_seconds(DERIVED_FROM),
        **{name: rounds.column(name) for name in _PROCESS},
        "epoch_seconds": warm,
        "event_seconds": rounds.event_seconds.medians()[rounds.which],
        "step_seconds": warm / rounds.column("steps"),
        "samples_a_second": rounds.file.crossover.run.samples / warm,
        **{name: rounds.column(name) for name in _MEASUREMENT},
    }
    unknown = np.full(lost, np.nan)
    return {name: np.concatenate([values, unknown]) for name, values in numbers.items()}


def update_column(optimizer: str) -> str:
    """The column of the seconds that an update by this optimiser takes."""
    return f"update_seconds_{optimizer}"


def _updates(rounds: Rounds, *, lost: int) -> Columns:
    """Seconds of an update by each optimiser in each round's process; NaN where it is not told."""
    told = {
        row.process: row.update_seconds
        for row in rounds.file.crossover.measurements
        if row.update_seconds is not None
    }
    own = [told.get(row.process, {}) for row in rounds.measurements]
    unknown = np.full(lost, np.nan)
    return {
        update_column(name): np.concatenate(
            [np.array([one.get(name, np.nan) for one in own])[rounds.which], unknown]
        )
        for name in OPTIMIZERS
    }


def _allocators(rounds: Rounds, *, lost: int) -> Columns:
    """The C allocator of each round's process and the variables that change it; empty: not told."""
    texts = [
        (safe_text(one.allocator or ""), variables_text(one.allocator_variables))
        for one in rounds.processes
    ]
    told = [texts[place] for place in rounds.which.tolist()] + [("", "")] * lost
    return {
        "allocator": [name for name, _ in told],
        "allocator_variables": [variables for _, variables in told],
    }


def variables_text(variables: Mapping[str, str]) -> str:
    """`MALLOC_TOP_PAD_=268435456 MALLOC_TRIM_THRESHOLD_=8589934592`."""
    return safe_text(" ".join(f"{name}={value}" for name, value in sorted(variables.items())))


def frame_of(parts: Sequence[Columns]) -> pd.DataFrame:
    """The rows of all parts, which have the same columns, as one frame with an index of its own."""
    counts = [len(part["workload"]) for part in parts]
    return pd.DataFrame(
        {name: _joined([part[name] for part in parts], counts, name) for name in parts[0]}
    )


def _joined(values: Sequence[Any], counts: Sequence[int], name: str) -> Any:
    first = values[0]
    if isinstance(first, str):
        return pd.array(values, dtype=TEXT).repeat(counts)
    if isinstance(first, int):
        return np.repeat(np.array(values, dtype=np.int64), counts)
    if isinstance(first, list):
        return pd.array([text for part in values for text in part], dtype=TEXT)
    whole = np.concatenate(values)
    return pd.array(whole, dtype="Int64") if name == "block" else whole
