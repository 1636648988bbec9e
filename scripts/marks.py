"""Why rounds are suspect: the marks that a result file gives its cells, blocks and workers."""

import re
from statistics import median

from scripts.result_file import Document
from scripts.rounds import Rounds
from scripts.text import safe_text

UNSTEADY_RATIO = 1.5
FEWEST_EPOCHS = 4
"""Below so many epochs a half is a single one, whose noise would pass for a change of speed."""


def suspicions(document: Document, rounds: Rounds) -> list[str]:
    """Why each round deserves no verdict: what its cell, its block or its worker was marked with.

    A cell's mark that begins with `block 3: ` is about that block alone.
    """
    blocks = _block_marks(document)
    cells = [entry["extra_info"].get("suspect", []) for entry in document["benchmarks"]]
    cells += [[] for _ in document["crossover"]["repeats"]]
    words = []
    for owner, entry in zip(rounds.owner.tolist(), rounds.entries, strict=True):
        cell = rounds.cells[owner]
        marks = [_about_block(mark, entry["block"]) for mark in cells[owner]]
        block = blocks.get((cell["workload"], entry["block"], cell["batch_size"]), [])
        unsteady = _unsteady(entry["epoch_seconds"])
        reasons = dict.fromkeys([*marks, *block, *unsteady]) if marks or block or unsteady else ()
        words.append("; ".join(safe_text(reason) for reason in reasons if reason))
    return words


def _unsteady(epoch_seconds: list[float]) -> list[str]:
    """A worker whose speed changed while it was timed: first half against second half."""
    half = len(epoch_seconds) // 2
    if len(epoch_seconds) < FEWEST_EPOCHS:
        return []
    ratio = median(epoch_seconds[-half:]) / median(epoch_seconds[:half])
    if 1 / UNSTEADY_RATIO <= ratio <= UNSTEADY_RATIO:
        return []
    return [f"unsteady worker: later epochs took {ratio:.2g} times the earlier ones' seconds"]


def _block_marks(document: Document) -> dict[tuple[str, int, int], list[str]]:
    """By workload, block and batch size; of several attempts at a block, the last one counts.

    A block's entry may name the batch sizes that it measured; otherwise it measured all of them.
    """
    everything = {entry["params"]["batch_size"] for entry in document["benchmarks"]}
    marks = {}
    for entry in document["crossover"]["blocks"]:
        for size in entry.get("batch_sizes", everything):
            marks[entry["workload"], entry["block"], size] = entry.get("suspect", [])
    return marks


def _about_block(mark: str, block: int) -> str:
    """A cell's mark as far as it is about this block: without its number, or nothing."""
    named = re.match(r"block (\d+): ", mark)
    if named is None:
        return mark
    return mark[named.end() :] if int(named[1]) == block else ""
