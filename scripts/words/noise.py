"""The report's head: by how much each device differed from itself, and what follows from it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from scripts.judge.noise import COPIED, floor_of
from scripts.read.text import counted
from scripts.words.names import cpu_words

_UNKNOWN = "unknown: no device was measured against itself"


def noise_lines(rounds: pd.DataFrame, verdicts: pd.DataFrame, repeats: pd.DataFrame) -> list[str]:
    """The noise floor of one file, a line per device pair, and what the rule says of its A/A cells.

    Without a pair the floor is each device's own, and no margin follows from it.
    """
    labels = rounds.drop_duplicates("device").set_index("device")["device_label"]
    pairs = verdicts.groupby(["device", "threads"], sort=False)
    lines = []
    for (device, threads), own in pairs:
        of = (
            f"{labels[str(device)]} against {cpu_words(int(str(threads)))}"
            if len(pairs) > 1
            else "this run"
        )
        lines.append(f"Noise floor of {of}: {'; '.join(_scopes(own))}.")
    if not lines:
        lines = [f"Noise floor of this run: {'; '.join(_devices(repeats)) or _UNKNOWN}."]
    copied = int((repeats["verdict"] == COPIED).sum())
    if copied:
        lines.append(
            f"{counted(copied, 'A/A cell')} left out: a noise floor of exactly 0 % is impossible, "
            "since two processes never agree to the last digit. Were rounds copied?"
        )
    if told := len(repeats) - copied:
        different = int((repeats["verdict"] == "differs").sum())
        lines.append(
            f"Of {counted(told, 'A/A cell')} the rule calls {different} different at a "
            "margin of 5 %; nothing differs there."
        )
    return lines


def _scopes(verdicts: pd.DataFrame) -> Iterator[str]:
    """`warm 3.1% (8 A/A cells), margin 5.0%`: all workloads of a pair share one of each scope."""
    for scope, own in verdicts.groupby("scope", sort=False):
        row = own.iloc[0]
        floor = "unknown (no A/A cell)"
        if pd.notna(row["noise_floor"]):
            floor = f"{row['noise_floor']:.1%} ({counted(row['repeats'], 'A/A cell')})"
        yield f"{scope} {floor}, margin {row['margin']:.1%}"


def _devices(repeats: pd.DataFrame) -> Iterator[str]:
    """`cpu warm 3.1% (8 A/A cells)`, a device, thread setting and scope each."""
    known = repeats[repeats["log_ratio"].notna()]
    for _, own in known.groupby(["device", "threads", "scope"], sort=False):
        device, threads, scope = own[["device", "threads", "scope"]].iloc[0]
        floor = float(floor_of(own["log_ratio"].to_numpy(dtype=float)))
        setting = f" with {counted(threads, 'thread')}" if threads else ""
        cells = counted(len(own), "A/A cell")
        yield f"{device}{setting} {scope} {np.expm1(floor):.1%} ({cells})"
