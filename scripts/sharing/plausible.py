"""May a result file that somebody sent be true? What refuses it, and what a person should look at.

The reader has checked that the file does not contradict itself. Here it is held against what no
card reaches, against the files that are there already, and against machines with the same card.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from scripts.bound.cards import cards
from scripts.judge.collection import with_cards
from scripts.read.document import ResultError, file_content
from scripts.read.json_text import parsed
from scripts.read.sides import is_cpu, settings_of
from scripts.read.table import Results, load_results
from scripts.read.text import counted, times
from scripts.sharing.names import require_name
from scripts.sharing.private import private_texts
from scripts.words.why import flops_in_words

FASTEST = 5e15
"""FLOPs per second that no card reaches: NVIDIA's B200 has 4.5e15 in 8 bits, half of it in 16."""
OF_ITS_NAME = 2.0
"""A published peak times this: cards of one name are sold in several builds."""
OWN_PEAK = 1.5
"""A step that is so many times faster than its side's best matrix product was not computed."""
ALIKE = 2.0
"""Machines with one card that differ by more have something else that differs."""
_WORK = ["card", "workload", "definition", "batch_size", "side", "samples", "loop"]


@dataclass(frozen=True)
class Finding:
    """What is said of one file: why it is refused, what is doubtful, what agrees."""

    path: Path
    refusals: list[str]
    doubts: list[str]
    agreements: list[str]


@dataclass(frozen=True)
class Beside:
    """The files that are there already, read once, when the first one is held against them."""

    paths: Sequence[Path]

    @cached_property
    def results(self) -> Results | None:
        """What they hold, files that are refused left out; None where there is no file."""
        return load_results(self.paths, skip=lambda _error: None) if self.paths else None


def examined(path: Path, beside: Beside) -> Finding:
    """Return what is said of a file that arrives, held against those that are there."""
    try:
        own = load_results([path])
        document = parsed(file_content(path))
    except ResultError as error:
        return Finding(path, [str(error)], [], [])
    assert isinstance(document, dict)  # noqa: S101 - it was read
    others = beside.results
    refusals = [
        *_unfinished(own),
        *_misnamed(path, own, beside.paths),
        *(f"{field}: names what is private; run share.py" for field in private_texts(document)),
        *_too_fast(own, others),
        *([] if others is None else _copied(own, others)),
    ]
    doubts, agreements = ([], []) if others is None else _same_card(own, others)
    return Finding(path, refusals, doubts, agreements)


def _unfinished(own: Results) -> Iterator[str]:
    if not own.files["complete"].all():
        yield "crossover.complete: is false; finish the run with --resume"
    if own.files["measured_cells"].sum() == 0:
        yield "benchmarks: is empty; nothing was measured"


def _misnamed(path: Path, own: Results, beside: Sequence[Path]) -> Iterator[str]:
    machine = str(own.files["machine"].iloc[0])
    try:
        require_name(machine)
    except ResultError as error:
        yield str(error)
    if path.stem != machine:
        yield f"machine_info.crossover.machine: is {machine}, but the file is {path.name}"
    if any(other.name == path.name for other in beside):
        yield f"{path.name}: is there already; choose another name for the machine"


def _too_fast(own: Results, others: Results | None) -> Iterator[str]:
    """Yield the fastest cell of each side that computes more per second than can be.

    FLOPs of a sample are those that a diagnosis counted of the same network, here or elsewhere.
    """
    known = [_flops_per_sample(one) for one in (own, others) if one is not None]
    flops = pd.concat(known).groupby("definition")["flops_per_sample"].min()
    rounds = own.rounds[own.rounds["block"].notna()]
    rounds = rounds.assign(
        rate=rounds["samples_a_second"] * rounds["definition"].map(flops),
    ).sort_values("rate", ascending=False)
    sound = own.diagnosis[own.diagnosis["suspect"] == ""]  # beside others it reaches less
    peaks = sound.groupby("side")["matmul_flops_per_second"].max()
    for row in rounds.dropna(subset=["rate"]).drop_duplicates("side").to_dict("records"):
        most, whose = _limit(row["side"], row["device_label"], peaks.get(row["side"]))
        if row["rate"] > most:
            cell = f"{row['workload']}, batch size {row['batch_size']}, {row['side']}"
            rate, limit = (flops_in_words(one) for one in (row["rate"], most))
            yield f"{cell}: computes {rate}, more than {whose} ({limit}); measure again"


def _limit(side: str, label: str, peak: float | None) -> tuple[float, str]:
    """Return the FLOPs per second that a side cannot exceed, and what sets that limit."""
    limits = [(FASTEST, "any card reaches")]
    plain = not settings_of(side) & {"bf16", "tf32"}
    limits += [
        (OF_ITS_NAME * card.flops_per_second.high, f"an {card.name} reaches")
        for card in cards().values()
        if plain and card.flops_per_second and re.search(rf"\b{card.name}\b", label)
    ]
    if peak is not None and peak > 0:
        limits.append((OWN_PEAK * peak, "its own matrix product allows"))
    return min(limits)


def _flops_per_sample(results: Results) -> pd.DataFrame:
    work = results.rounds[["file", "workload", "definition"]].drop_duplicates()
    cells = results.diagnosis.merge(work, on=["file", "workload"])
    return cells.assign(flops_per_sample=cells["flops"] / cells["batch_size"])[
        ["definition", "flops_per_sample"]
    ].dropna()


def _copied(own: Results, others: Results) -> Iterator[str]:
    """Yield the files that hold the same measurements, to the digit."""
    seconds = set(own.rounds["total_seconds"].dropna())
    for file, rounds in others.rounds.groupby("file", sort=False):
        shared = len(seconds & set(rounds["total_seconds"].dropna()))
        if shared > len(seconds) / 10:
            yield f"benchmarks: {counted(shared, 'time')} of {len(seconds)} are those of {file}"


def _same_card(own: Results, others: Results) -> tuple[list[str], list[str]]:
    """Return (what differs, what agrees) with each other machine of the same card."""
    doubts: list[str] = []
    agreements: list[str] = []
    mine, theirs = _cells(own), _cells(others)
    id_ = own.files["machine_id"].iloc[0]
    both = mine.merge(theirs, on=_WORK, suffixes=("", "_there"))
    for (card, machine), cells in both.groupby(["card", "machine_there"], sort=False):
        ratio = float(np.exp(np.log(cells["step_seconds"] / cells["step_seconds_there"]).mean()))
        same = (cells["machine_id_there"] == id_).all()
        what = "the same machine" if same else f"the same {card}"
        text = f"{what} as {machine}: {times(ratio)} its seconds over {counted(len(cells), 'cell')}"
        (agreements if 1 / ALIKE <= ratio <= ALIKE else doubts).append(text)
    return doubts, agreements


def _cells(results: Results) -> pd.DataFrame:
    """The median warm step of each cell of a card: an accelerator, or else the CPU."""
    rounds = with_cards(results.rounds[results.rounds["block"].notna()], results.files)
    cpu = rounds["side"].map(is_cpu)
    alone = ~rounds["file"].isin(rounds.loc[~cpu, "file"])
    key = [*_WORK, "machine", "machine_id"]
    medians = rounds[~cpu | alone].groupby(key)["step_seconds"].median()
    return medians.reset_index()
