"""Verdicts: is the GPU slower than the CPU, cell by cell, with an interval and a reason.

The rule is in `decide`; here it meets the table. A row a cell: an accelerator against the CPU at
one thread setting, for warm epochs (a row a batch size) or for totals (a row a batch size and
number of epochs). `lo` and `hi` are each cell's own interval; a word also has to survive Holm's
adjustment over the cells of its file and scope (`p_holm`), so the chance of even one wrong word in
that grid is at most alpha.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.judge import rule as decide
from scripts.judge.noise import margins
from scripts.judge.pairs import Scope, grid, joined, matrices, paired, plain, slim
from scripts.judge.rule import NOT_MEASURED, SUSPECT, UNDECIDED, Array, Words

WORDS = (*decide.DECIDED, UNDECIDED, NOT_MEASURED, SUSPECT)


def verdicts(
    rounds: pd.DataFrame,
    *,
    scope: Scope,
    alpha: float = 0.05,
    looks: int = 1,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """A row a cell, from the rows of `table.load`; `pairs` are those, paired, where that is done.

    Columns: file, machine, workload, batch_size, epochs (NA when warm), device, threads (the
    CPU's), scope, verdict, reason, ratio (GPU seconds / CPU seconds; above 1 the GPU is slower),
    lo, hi, margin (delta, a fraction), noise_floor (a fraction; NaN: no A/A cells), repeats (A/A
    cells), blocks, blocks_needed, p (the cell's own), p_holm, cells (in the Holm family), alpha
    (at this look: alpha / looks), looks.
    """
    level, rounds = alpha / looks, slim(rounds)
    rows = paired(rounds, scope=scope) if pairs is None else pairs
    cells = grid(rounds, scope=scope)
    noise = margins(rounds, cells, scope=scope)
    limit = noise["limit"].to_numpy(dtype=np.float64)
    summary = decide.summarise(*matrices(cells, rows, "log_ratio"))
    suspect = _suspect(cells, rows)
    words, p = decide.judge(summary, margin=limit)
    p[suspect != ""] = np.nan
    p_holm, family = adjusted(p, files=cells["file"])
    final = decide.settle(words, p_holm, level=level)
    final = np.where(suspect != "", SUSPECT, np.where(summary.blocks == 0, NOT_MEASURED, final))
    left = _undecided_in_family(final, files=cells["file"])
    needed = decide.blocks_needed(summary, margin=limit, level=level / np.maximum(left, 1))
    lo, hi = decide.interval(summary, level=level)
    table = plain(cells.drop(columns="absent")).assign(
        scope=scope,
        verdict=final,
        ratio=np.exp(summary.mean),
        lo=np.exp(lo),
        hi=np.exp(hi),
        margin=np.expm1(limit),
        noise_floor=noise["noise_floor"].to_numpy(),
        repeats=noise["repeats"].to_numpy(),
        blocks=summary.blocks.astype(np.int64),
        blocks_needed=pd.array(np.where(final == UNDECIDED, needed, np.nan), dtype="Int64"),
        p=p,
        p_holm=p_holm,
        cells=family,
        alpha=level,
        looks=looks,
    )
    alone = decide.settle(words, p, level=level)
    table.insert(8, "reason", _reasons(table, cells["absent"], suspect, alone))
    return table


def expected_wrong(table: pd.DataFrame) -> float:
    """At most this many wrong verdicts are expected in a table of verdicts.

    Holm bounds the chance of any wrong word in a family (one file, one scope, all its looks) by
    alpha; the simulated number of wrong words stays below alpha as well (results/simulation.md).
    Without the adjustment it would be alpha for every single cell.
    """
    decided = table[table["verdict"].isin(decide.DECIDED)]
    families = decided.drop_duplicates(["file", "scope"])
    return float((families["alpha"] * families["looks"]).sum())


def adjusted(p: Array, *, files: pd.Series) -> tuple[Array, npt.NDArray[np.int64]]:
    """Adjusted p values and the number of cells tested together, file by file."""
    p_holm, family = np.full_like(p, np.nan), np.zeros(len(p), dtype=np.int64)
    for own in (np.asarray(files == file) for file in files.unique()):
        p_holm[own] = decide.holm(p[own])
        family[own] = np.isfinite(p[own]).sum()
    return p_holm, family


def _undecided_in_family(final: Words, *, files: pd.Series) -> Array:
    """How many cells of each cell's file are undecided: Holm tests the next at alpha over that."""
    undecided = pd.Series(final == UNDECIDED, index=files.index)
    return undecided.groupby(files, observed=True).transform("sum").to_numpy(dtype=np.float64)


def _suspect(cells: pd.DataFrame, rows: pd.DataFrame) -> Words:
    """Why each cell is suspect; empty text where it is not."""
    noted = rows[rows["suspect"] != ""]
    index = pd.MultiIndex.from_frame(cells.drop(columns="absent"))
    places = index.get_indexer(pd.MultiIndex.from_frame(noted[index.names]))
    words = [""] * len(cells)
    for place, text in zip(places, noted["suspect"], strict=True):
        words[place] = joined([*words[place].split("; "), *text.split("; ")])
    return np.array(words, dtype=np.str_)


def _reasons(table: pd.DataFrame, absent: pd.Series, suspect: Words, alone: Words) -> list[str]:
    """Why a row has no decided verdict; empty text where it has one."""
    verdict = table["verdict"].to_numpy(dtype=np.str_)
    answer: list[str] = np.where(verdict == SUSPECT, suspect, "").tolist()
    for place in np.flatnonzero(verdict == NOT_MEASURED).tolist():
        answer[place] = absent.iloc[place] or "no block with both devices"
    undecided = np.flatnonzero(verdict == UNDECIDED)
    counts = table[["blocks", "blocks_needed", "cells"]].iloc[undecided].to_dict("records")
    for place, row in zip(undecided.tolist(), counts, strict=True):
        answer[place] = _why_undecided(row, alone[place])
    return answer


def _why_undecided(row: dict[Any, Any], alone: str) -> str:
    blocks, needed, cells = row["blocks"], row["blocks_needed"], row["cells"]
    if blocks < decide.FEWEST_BLOCKS:
        return f"{blocks} of at least {decide.FEWEST_BLOCKS} blocks"
    if pd.isna(needed):
        return f"on the margin: more than {decide.MOST_BLOCKS} blocks"
    text = f"about {needed} blocks would decide it"
    return text if alone == UNDECIDED else f"{alone} alone, not among {cells} cells; {text}"
