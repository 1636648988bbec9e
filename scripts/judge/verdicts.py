"""Verdicts: is a side slower than its base, cell by cell, with an interval and a reason.

The rule is in `rule`, what it stands on in `moderate`; here they meet the table. A row a cell: a
side against its base, for warm epochs (a row a batch size) or for totals (a row a batch size and
number of epochs). `lo` and `hi` are each cell's own interval; a word also has to survive the
adjustment over the cells of its family and scope (`p_adjusted`): of the words given at most a share
alpha is expected to be wrong, or, when `strict`, the chance of any is at most alpha. Suspect rounds
are left out of their cell like blocks that it lacks.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.judge import rule as decide
from scripts.judge.moderate import Array, Summary, summarise
from scripts.judge.noise import margins
from scripts.judge.pairs import (
    CELL,
    FAMILY,
    Scope,
    families,
    grid,
    joined,
    matrices,
    paired,
    plain,
    slim,
)
from scripts.judge.rule import FEWEST_BLOCKS, NOT_MEASURED, SUSPECT, UNDECIDED, Words
from scripts.read.text import times

WORDS = (*decide.DECIDED, UNDECIDED, NOT_MEASURED, SUSPECT)


def verdicts(
    rounds: pd.DataFrame,
    *,
    scope: Scope,
    alpha: float = 0.05,
    looks: int = 1,
    strict: bool = False,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """A row a cell, from the rows of `table.load`; `pairs` are those, paired, where that is done.

    Columns: file, machine, workload, batch_size, epochs (NA when warm), side, base, family, scope,
    verdict, reason, ratio (seconds / the base's seconds; above 1 the side is slower), lo, hi,
    margin (delta, a fraction), noise_floor (a fraction; NaN: no A/A cells), repeats (A/A cells),
    blocks (sound ones), left_out (suspect ones), blocks_needed, p (the cell's own), p_adjusted,
    cells (that share the adjustment), alpha (at this look: alpha / looks), looks, adjustment.
    """
    level, rounds = alpha / looks, slim(rounds)
    rows = paired(rounds, scope=scope) if pairs is None else pairs
    cells = grid(rounds, scope=scope)
    noise = margins(rounds, cells, scope=scope)
    limit = noise["limit"].to_numpy(dtype=np.float64)
    (log_ratios,) = matrices(cells, sound(rows), "log_ratio")
    summary = moderated(log_ratios, cells)
    why, left_out = _suspect(cells, rows)
    words, p = decide.judge(summary, margin=limit)
    family = families(cells)
    p_adjusted, together = adjusted(p, families=family, strict=strict)
    final = decide.settle(words, p_adjusted, level=level)
    final = np.where(summary.blocks == 0, NOT_MEASURED, final)
    withheld = (left_out > 0) & (summary.blocks < FEWEST_BLOCKS)
    final = np.where(withheld, SUSPECT, final)
    following = _next_level(final, families=family, level=level, strict=strict)
    needed = decide.blocks_needed(summary, margin=limit, level=following)
    mean, lo, hi = _shown(summary, rows, cells, withheld=withheld, level=level)
    table = plain(cells.drop(columns="absent")).assign(
        scope=scope,
        verdict=final,
        ratio=np.exp(mean),
        lo=np.exp(lo),
        hi=np.exp(hi),
        margin=np.expm1(limit),
        noise_floor=noise["noise_floor"].to_numpy(),
        repeats=noise["repeats"].to_numpy(),
        blocks=summary.blocks.astype(np.int64),
        left_out=left_out,
        blocks_needed=pd.array(np.where(final == UNDECIDED, needed, np.nan), dtype="Int64"),
        p=p,
        p_adjusted=p_adjusted,
        cells=together,
        alpha=level,
        looks=looks,
        adjustment=decide.HOLM if strict else decide.BENJAMINI_HOCHBERG,
    )
    alone = decide.settle(words, p, level=level)
    reasons = _reasons(table, cells["absent"], why, alone)
    table.insert(list(table.columns).index("verdict") + 1, "reason", reasons)
    return table


def _shown(
    summary: Summary, rows: pd.DataFrame, cells: pd.DataFrame, *,
    withheld: npt.NDArray[np.bool_], level: float,
) -> list[Array]:  # fmt: skip
    """Mean and interval of each cell; of one that is withheld those of all its rounds."""
    every = summarise(*matrices(cells, rows, "log_ratio")) if withheld.any() else summary
    sides = [(own.mean, *decide.interval(own, level=level)) for own in (every, summary)]
    return [np.where(withheld, *ends) for ends in zip(*sides, strict=True)]


def moderated(log_ratios: Array, cells: pd.DataFrame) -> Summary:
    """Each cell's mean and error, family by family; `log_ratios`: (..., cells, blocks)."""
    groups = cells.groupby(["workload", "side", "base"], observed=True, sort=False).ngroup()
    parts = np.full((5, *log_ratios.shape[:-1]), np.nan)
    for own in cells.groupby(FAMILY, observed=True, sort=False).indices.values():
        found = summarise(log_ratios[..., own, :], groups.to_numpy()[own])
        parts[..., own] = [*vars(found).values()]
    return Summary(*parts)


def expected_wrong(table: pd.DataFrame) -> float:
    """At most this many wrong verdicts are expected in a table of verdicts.

    Benjamini and Hochberg's adjustment bounds the share of wrong words by alpha, Holm's the chance
    of any in each family, one scope, all its looks.
    """
    decided = table[table["verdict"].isin(decide.DECIDED)]
    once = decided.duplicated([*FAMILY, "scope"]) & (decided["adjustment"] == decide.HOLM)
    decided = decided[~once]
    return float((decided["alpha"] * decided["looks"]).sum())


def adjusted(
    p: Array, *, families: pd.Series, strict: bool = False
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Adjusted p values and the number of cells tested together, family by family."""
    answer, count = np.full_like(p, np.nan), np.zeros(len(p), dtype=np.int64)
    for own in (np.asarray(families == family) for family in families.unique()):
        answer[own] = decide.adjusted(p[own], strict=strict)
        count[own] = np.isfinite(p[own]).sum()
    return answer, count


def sound(rows: pd.DataFrame) -> pd.DataFrame:
    """The paired rounds that nothing speaks against."""
    return rows[rows["suspect"] == ""]


def _next_level(final: Words, *, families: pd.Series, level: float, strict: bool) -> Array:
    """At which level the next undecided cell of each cell's family is tested."""
    by_family = pd.DataFrame({"left": final == UNDECIDED, "said": np.isin(final, decide.DECIDED)})
    counts = by_family.groupby(families.to_numpy()).transform("sum")
    left, said = counts["left"].to_numpy(np.float64), counts["said"].to_numpy(np.float64)
    share = 1 / np.maximum(left, 1) if strict else (said + 1) / np.maximum(said + left, 1)
    return np.asarray(level * share)


def _suspect(cells: pd.DataFrame, rows: pd.DataFrame) -> tuple[Words, npt.NDArray[np.int64]]:
    """Why rounds of each cell are suspect (empty: none is), and how many are."""
    noted = rows[rows["suspect"] != ""]
    index = pd.MultiIndex.from_frame(cells[CELL])
    places = index.get_indexer(pd.MultiIndex.from_frame(noted[CELL]))
    words, count = [""] * len(cells), np.zeros(len(cells), dtype=np.int64)
    for place, text in zip(places, noted["suspect"], strict=True):
        words[place] = joined([*words[place].split("; "), *text.split("; ")])
        count[place] += 1
    return np.array(words, dtype=np.str_), count


def _reasons(table: pd.DataFrame, absent: pd.Series, suspect: Words, alone: Words) -> list[str]:
    """Why a row has no decided verdict, and what was left out of it; empty for the others."""
    answer = [""] * len(table)
    columns = ("verdict", "blocks", "left_out", "blocks_needed", "cells", "lo", "hi")
    rows = table[list(columns)].itertuples(index=False, name=None)
    for place, (verdict, blocks, left_out, needed, cells, lo, hi) in enumerate(rows):
        texts = []
        if verdict == NOT_MEASURED:
            texts.append(absent.iloc[place] or "no repetition with both sides")
        elif verdict == UNDECIDED:
            if blocks >= FEWEST_BLOCKS:
                texts.append(f"between {times(lo)} and {times(hi)}")
            texts.append(_why_undecided(blocks, needed, cells, alone[place]))
        if verdict == SUSPECT:
            texts.append(suspect[place])
        elif left_out:
            texts.append(
                f"{left_out} of {blocks + left_out} repetitions left out: {suspect[place]}"
            )
        answer[place] = "; ".join(texts)
    return answer


def _why_undecided(blocks: int, needed: Any, cells: int, alone: str) -> str:
    if blocks < FEWEST_BLOCKS:
        return f"{blocks} of at least {FEWEST_BLOCKS} repetitions"
    if pd.isna(needed):
        return f"on the margin: more than {decide.MOST_BLOCKS} repetitions"
    text = f"about {needed} repetitions would decide it"
    return text if alone == UNDECIDED else f"{alone} alone, not among {cells} cells; {text}"
