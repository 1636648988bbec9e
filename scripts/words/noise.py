"""The report's head: by how much each device differed from itself, and what follows from it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from scripts.judge.noise import floor_of
from scripts.read.text import counted
from scripts.tables.analysis import Analysis, Pair

_UNKNOWN = "unknown: no device was measured against itself"


def noise_lines(analysis: Analysis, file: str) -> list[str]:
    """The noise floor of one file, a line a device pair, and what the rule says of its A/A cells.

    Without a pair the floor is each device's own, and no margin follows from it.
    """
    own = analysis.repeats[analysis.repeats["file"] == file]
    contests = {(pair.device, pair.threads): pair for pair in analysis.pairs(file) if pair.device}
    pairs = [pair for pair in contests.values() if len(_verdicts(analysis, pair))]
    lines = [_pair_line(analysis, pair, alone=len(pairs) == 1) for pair in pairs]
    if not pairs:
        lines = [f"Noise floor of this run: {'; '.join(_devices(own)) or _UNKNOWN}."]
    if len(own):
        different = int((own["verdict"] == "differs").sum())
        lines.append(
            f"Of {counted(len(own), 'A/A cell')} the rule calls {different} different at a margin "
            "of 5 %; nothing differs there."
        )
    return lines


def _verdicts(analysis: Analysis, pair: Pair) -> pd.DataFrame:
    """The verdicts of a device pair over all workloads of its file: they share a margin a scope."""
    table = analysis.verdicts
    same = (table["file"] == pair.file) & (table["device"] == pair.device)
    return table[same & (table["threads"] == pair.threads)]


def _pair_line(analysis: Analysis, pair: Pair, *, alone: bool) -> str:
    parts = []
    for scope, own in _verdicts(analysis, pair).groupby("scope", sort=False):
        row = own.iloc[0]
        floor = "unknown (no A/A cell)"
        if pd.notna(row["noise_floor"]):
            floor = f"{row['noise_floor']:.1%} ({counted(row['repeats'], 'A/A cell')})"
        parts.append(f"{scope} {floor}, margin {row['margin']:.1%}")
    of = "this run" if alone else f"{pair.label} against the CPU{pair.threads_words}"
    return f"Noise floor of {of}: {'; '.join(parts)}."


def _devices(repeats: pd.DataFrame) -> Iterator[str]:
    """`cpu warm 3.1% (8 A/A cells)`, a device, thread setting and scope each."""
    known = repeats[repeats["log_ratio"].notna()]
    for _, own in known.groupby(["device", "threads", "scope"], sort=False):
        device, threads, scope = own[["device", "threads", "scope"]].iloc[0]
        floor = float(floor_of(own["log_ratio"].to_numpy(dtype=float)))
        setting = f" with {counted(threads, 'thread')}" if threads else ""
        cells = counted(len(own), "A/A cell")
        yield f"{device}{setting} {scope} {np.expm1(floor):.1%} ({cells})"
