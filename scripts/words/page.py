"""The page's sentences: the answer, how sure it is, what step times say, what to be wary of."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.judge.rule import NOT_MEASURED
from scripts.read.text import counted
from scripts.words.names import listed
from scripts.words.verdicts import NOT_COMPARED, ratio_words

_ONCE_WARM = {
    "interval": "overtakes the CPU between batch size {lower} and {upper}",
    "never": "is slower than the CPU at every decided batch size, up to the largest, {lower}",
    "always": "is faster than the CPU at every decided batch size, from the smallest, {upper}, on",
    "above the grid": "is slower than the CPU up to batch size {lower}; nothing is decided above",
    "below the grid": "is faster than the CPU from batch size {upper} on; nothing is decided below",
    "reverse": "is faster than the CPU up to batch size {lower} and slower from {upper} on",
    "several": "changes sides with the CPU more than once as the batch grows ({crossings})",
    "too close": "is too close to the CPU to call at every batch size",
    "undecided": "is not decided to be slower or faster than the CPU at any batch size",
    "not measured": "could not be compared with the CPU",
}  # fmt: skip


def curve_words(curve: Mapping[Any, Any]) -> str:
    """`overtakes the CPU between batch size 32 and 128`, of a row of `crossovers`."""
    crossings = str(curve["crossings"]).replace("gpu ", "")
    text = _ONCE_WARM[str(curve["kind"])]
    return text.format(lower=curve["lower"], upper=curve["upper"], crossings=crossings)


def pair_answer(curves: pd.DataFrame, verdicts: pd.DataFrame) -> str:
    """One device pair over all its workloads: once warm by workload, then counts with cold start.

    `curves` are its warm rows of `crossovers`, `verdicts` its rows of both scopes.
    """
    by_words: dict[str, list[str]] = {}
    lost: list[str] = []
    cells = verdicts[verdicts["scope"] == "warm"]
    for curve in curves.to_dict("records"):
        if curve["kind"] == NOT_MEASURED:
            lost.append(curve["workload"])
            continue
        own = cells[cells["workload"] == curve["workload"]]
        name = f"{curve['workload']}{_edges(own, curve)}"
        by_words.setdefault(curve_words(curve), []).append(name)
    parts = [f"{words} ({listed(names)})" for words, names in by_words.items()]
    if lost:
        parts.append(f"{_ONCE_WARM[NOT_MEASURED]} ({listed(lost)})")
    warm = "; it ".join(parts)
    total = verdicts[(verdicts["scope"] == "total") & ~verdicts["verdict"].isin(NOT_COMPARED)]
    slower = int((total["verdict"] == "gpu slower").sum())
    faster = int((total["verdict"] == "gpu faster").sum())
    if total.empty:
        return f"once warm, it {warm}."
    counts = f"slower in {slower} and faster in {faster} of {counted(len(total), 'compared cell')}"
    return f"once warm, it {warm}. Cold start included, it is {counts}."


def _edges(cells: pd.DataFrame, curve: Mapping[Any, Any]) -> str:
    """`: 2.0x [1.9, 2.1] at 8, 0.52x [0.50, 0.54] at 512`: the ratios at a crossover's ends."""
    ends = {int(size) for size in (curve["lower"], curve["upper"]) if not pd.isna(size)}
    rows = cells[cells["batch_size"].isin(ends)].sort_values("batch_size").to_dict("records")
    parts = [f"{ratio_words(row)} at {row['batch_size']}" for row in rows]
    return f": {', '.join(parts)}" if parts else ""


def sureness(cells: pd.DataFrame, curve: Mapping[Any, Any]) -> str:
    """The verdicts that carry a warm crossover, with their intervals; empty where none does.

    `cells` are the pair's verdicts, `curve` its warm row of `crossovers`.
    """
    carried = {int(size) for size in str(curve["rests_on"]).split(", ") if size}
    warm = cells[(cells["scope"] == "warm") & cells["batch_size"].isin(carried)]
    rows = warm.sort_values("batch_size").to_dict("records")
    if not rows:
        return ""
    if curve["kind"] not in ("interval", "reverse", "several"):
        rows = rows[:1] if len(rows) == 1 else [rows[0], rows[-1]]
    parts = [f"{ratio_words(row)} at batch size {row['batch_size']}" for row in rows]
    blocks = sorted({int(row["blocks"]) for row in rows})
    margin = f"a difference counts beyond {rows[0]['margin']:.0%}"
    return (
        f"GPU seconds over CPU seconds, with 95 % intervals: {listed(parts)}; "
        f"{' to '.join(map(str, dict.fromkeys([blocks[0], blocks[-1]])))} blocks, {margin}."
    )


def software_warnings(files: pd.DataFrame, work: pd.DataFrame) -> list[str]:
    """Unequal software and unequal work between files, and devices that are none."""
    lines = []
    for name, words in (("torch", "torch"), ("python", "Python")):
        groups = files.groupby(name, sort=False)["machine"].apply(list)
        if len(groups) > 1:
            parts = [f"{words} {version} on {listed(who)}" for version, who in groups.items()]
            lines.append(f"Unequal software between the files: {'; '.join(parts)}.")
    if not lines and files["software_id"].nunique() > 1:
        lines.append(
            "Unequal software between the files: torch and Python agree, but operating system or "
            "drivers differ."
        )
    unequal = [
        str(workload)
        for workload, own in work.groupby("workload", sort=False)
        if own["definition"].nunique() > 1 or own["learning_rate"].nunique() > 1
    ]
    if unequal:
        lines.append(f"Not the same work in all files, so not to be compared: {listed(unequal)}.")
    for name in ("samples", "precision", "optimizer", "optimizer_implementation"):
        if work[name].nunique() > 1:
            values = listed(work[name].unique())
            lines.append(f"The files differ in {name}: {values}.")
    return lines + _software_devices(work)


def learning_warnings(files: pd.DataFrame, times: pd.DataFrame) -> list[str]:
    """Learning runs that were cut short, and times to the target that stand on doubtful seconds."""
    lines = [
        f"{file['machine']}: the learning run was cut short ({counted(file['planned'], 'cell')} "
        f"planned, {counted(file['runs'], 'training')} done): targets that are not reached may be "
        "reached by settings that are still to come."
        for file in files.to_dict("records")
        if not file["complete"]
    ]
    suspect = times[times["suspect"] != ""] if len(times) else times
    if len(suspect):
        lines.append(
            f"{counted(len(suspect), 'time')} to the target of {len(times)} stand on "
            "seconds that are suspect; the tables of times to the target say which."
        )
    return lines


def _software_devices(work: pd.DataFrame) -> list[str]:
    labels = work["device_label"].drop_duplicates()
    return [
        f"{label} computes on the CPU: its figures show that the instrument works and say nothing "
        "about GPUs."
        for label in labels[labels.str.endswith("a software rasteriser)")]
    ]
