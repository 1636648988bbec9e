"""The tables about machines on the page: crossovers at a glance, noise, hardware, software."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from scripts.judge.noise import floor_of, repeats
from scripts.judge.pairs import Scope
from scripts.judge.verdicts import WORDS, expected_wrong
from scripts.read.text import counted
from scripts.sections.section import Column, Table, Value
from scripts.words.names import listed
from scripts.words.verdicts import crossover_words
from scripts.write.view import View

_PAIR = ["file", "machine", "device", "threads"]
MOST_COLUMNS = 5
"""More workloads than this stand one below the other, where fewer device pairs do side by side."""


def glance_table(view: View) -> Table | None:
    """A row a machine and device, of all files: the warm crossover batch size of each workload.

    Of many workloads on few devices each has a row instead.
    """
    analysis = view.analysis
    curves = analysis.crossovers[analysis.crossovers["scope"] == "warm"]
    if curves.empty:
        return None
    labels = _labels(analysis.work)
    workloads = list(dict.fromkeys(curves["workload"]))
    rows: dict[tuple[Any, ...], dict[str, str]] = {}
    for curve in curves.to_dict("records"):
        key = tuple(curve[name] for name in _PAIR)
        rows.setdefault(key, {})[curve["workload"]] = crossover_words(curve)
    cells = [[row.get(name, "not in its run") for name in workloads] for row in rows.values()]
    if len(rows) < len(workloads) > MOST_COLUMNS >= len(rows):
        titles = [f"{key[1]}: {_device(labels, key)}" for key in rows]
        columns = [Column("workload", list(workloads), "workload")]
        columns += [
            Column(title, list(own), title) for title, own in zip(titles, cells, strict=True)
        ]
    else:
        columns = [
            Column("machine", [key[1] for key in rows], "machine"),
            Column("device", [_device(labels, key) for key in rows], "device"),
        ]
        for name, own in zip(workloads, zip(*cells, strict=True), strict=True):
            columns.append(Column(name, list(own), name))
        columns.append(Column("file", [key[0] for key in rows]))
    return Table(
        name="crossovers-at-a-glance",
        caption="Crossover batch size, once warm: from the last cell called slower to the first "
        "called faster",
        columns=columns,
    )


def noise_table(view: View) -> Table | None:
    """A row a machine and device: noise floor, margin, A/A cells called different, verdicts.

    Where nothing is compared a device's row has the noise floor alone.
    """
    analysis = view.analysis
    verdicts = analysis.verdicts[analysis.verdicts["file"].isin(view.files)]
    rounds = analysis.rounds[analysis.rounds["file"].isin(view.files)]
    labels = _labels(rounds)
    scopes: tuple[Scope, ...] = ("warm", "total")
    again = {scope: repeats(rounds, scope=scope) for scope in scopes}
    rows = [
        [*map(str, (key[0], key[1], _device(labels, key))), *_noise(own, again, key)]
        for key, own in verdicts.groupby(_PAIR, sort=False)
    ]
    alone = rounds[~rounds["file"].isin(verdicts["file"])].drop_duplicates(_PAIR)
    rows += [
        [*map(str, (key[0], key[1], _device(labels, key))), *_noise_alone(again, key)]
        for key in alone[_PAIR].itertuples(index=False, name=None)
    ]
    if not rows:
        return None
    titles = (
        "", "machine", "device", "noise floor, warm", "margin, warm", "noise floor, total",
        "margin, total", "A/A cells called different", "decided", "expected wrong, at most",
        "undecided", "withheld as suspect", "not measured",
    )  # fmt: skip
    keys = (
        "file", "machine", "device", "noise_floor_warm", "margin_warm", "noise_floor_total",
        "margin_total", "repeats_called_different", "decided", "expected_wrong",
        "undecided", "suspect", "not_measured",
    )  # fmt: skip
    return Table(
        name="noise",
        caption="How noisy each run was, and how many of its verdicts may be wrong",
        columns=[
            _column(key, values, title)
            for key, values, title in zip(keys, zip(*rows, strict=True), titles, strict=True)
        ],
    )


def _noise(
    own: pd.DataFrame, again: dict[Scope, pd.DataFrame], key: tuple[Any, ...]
) -> list[Value]:
    answer: list[Value] = []
    different = cells = 0
    for scope, table in again.items():
        first = own[own["scope"] == scope].iloc[0]
        floor = first["noise_floor"]
        answer += [None if pd.isna(floor) else float(floor), float(first["margin"])]
        cpu = (table["device"] == "cpu") & (table["threads"] == key[3])
        mine = table[(table["file"] == key[0]) & (cpu | (table["device"] == key[2]))]
        different += int((mine["verdict"] == "differs").sum())
        cells += len(mine)
    counts = own["verdict"].value_counts()
    decided = int(sum(counts.get(word, 0) for word in WORDS[:3]))
    others = [int(counts.get(word, 0)) for word in ("undecided", "suspect", "not measured")]
    words = f"{different} of {cells}" if cells else "none measured"
    return [*answer, words, decided, round(expected_wrong(own), 3), *others]


def _noise_alone(again: dict[Scope, pd.DataFrame], key: tuple[Any, ...]) -> list[Value]:
    """The same of a device that is compared with nothing."""
    answer: list[Value] = []
    different = cells = 0
    for table in again.values():
        same = (table["file"] == key[0]) & (table["device"] == key[2])
        mine = table[same & (table["threads"] == key[3]) & table["log_ratio"].notna()]
        floor = float(np.expm1(floor_of(mine["log_ratio"].to_numpy(dtype=np.float64))))
        answer += [None if np.isnan(floor) else floor, None]
        different += int((mine["verdict"] == "differs").sum())
        cells += len(mine)
    return [*answer, f"{different} of {cells}" if cells else "none measured", *[None] * 5]


def _column(key: str, values: Iterable[Value], title: str) -> Column:
    numbers = list(values)
    if not key.startswith(("noise_floor", "margin")):
        return Column(key, numbers, title)
    lost = "" if key.startswith("margin") else "unknown"
    words = [f"{value:.1%}" if isinstance(value, float) else lost for value in numbers]
    return Column(key, numbers, title, words)


def machines_table(view: View) -> Table:
    """A row a file: hardware, devices, how many cells."""
    files = _files(view)
    labels = view.analysis.rounds.drop_duplicates(["file", "device"]).groupby("file")
    devices = {file: listed(own["device_label"]) for file, own in labels}
    return Table(
        name="machines",
        caption="The machines",
        columns=[
            Column("machine", _texts(files, "machine"), "machine"),
            Column("cpu", _texts(files, "cpu"), "CPU"),
            Column("cores", [_cores(row) for row in files], "cores"),
            Column("devices", [devices.get(row["file"], "") for row in files], "devices"),
            Column("measured_cells", [int(row["measured_cells"]) for row in files], "cells timed"),
            Column("absent_cells", [int(row["absent_cells"]) for row in files], "without a time"),
            Column("run", ["whole" if row["complete"] else "cut short" for row in files], "run"),
        ],
    )


def software_table(view: View) -> Table:
    """A row a file: its software, and the exact command that measured or trained it."""
    files = _files(view)
    if view.learned is not None:
        files += view.learned.files.to_dict("records")
    shown = {
        "file": "file", "machine": "machine", "command": "command", "started": "started",
        "torch": "torch", "precision": "precision", "python": "Python", "os": "operating system",
        "drivers": "drivers", "preset": "preset", "software_id": "software id",
        "machine_id": "machine id",
    }  # fmt: skip
    return Table(
        name="software",
        caption="The exact command and the software of each file",
        columns=[Column(key, _texts(files, key), title) for key, title in shown.items()],
    )


def _files(view: View) -> list[dict[Any, Any]]:
    files = view.analysis.results.files
    return files[files["file"].isin(view.files)].to_dict("records")


def _texts(files: list[dict[Any, Any]], key: str) -> list[Value]:
    return [str(row[key]) for row in files]


def _cores(row: dict[Any, Any]) -> Value:
    return None if pd.isna(row["cores_physical"]) else int(row["cores_physical"])


def _labels(rounds: pd.DataFrame) -> dict[tuple[Any, ...], str]:
    once = rounds.drop_duplicates(["file", "device"])
    return {
        (file, device): label
        for file, device, label in zip(
            once["file"], once["device"], once["device_label"], strict=True
        )
    }


def _device(labels: dict[tuple[Any, ...], str], key: tuple[Any, ...]) -> str:
    """`cuda (NVIDIA H200)`, with the CPU's threads where they are an axis."""
    threads = f", CPU with {counted(key[3], 'thread')}" if key[3] else ""
    return f"{labels[key[0], key[2]]}{threads}"
