"""The run's own noise floor: the same device against itself, as two arms of the same blocks."""

import numpy as np
import pandas as pd

from scripts.judge.pairs import CELL, Scope, matrices, measured
from scripts.judge.rule import Array, interval, judge, settle, summarise

SMALLEST_DELTA = 0.05
"""A difference of less than 5 % is not called a difference, however quiet the machine."""


def floor_of(means: Array) -> Array:
    """Noise floor: the 95th percentile of the A/A cells' |mean log ratio|, over the last axis.

    A cell's mean over its blocks, not a single block's ratio: it is what a verdict rests on. NaN
    where there is no A/A cell.
    """
    if means.shape[-1] == 0:
        return np.full(means.shape[:-1], np.nan)
    return np.asarray(np.quantile(np.abs(means), 0.95, axis=-1))


def margin_of(floor: Array) -> Array:
    """L = log(1 + delta), delta = max(5 %, 2 x noise floor); 5 % where there is no noise floor."""
    delta = np.fmax(SMALLEST_DELTA, 2 * np.expm1(floor))
    return np.asarray(np.log1p(delta))


def repeats(rounds: pd.DataFrame, *, scope: Scope, alpha: float = 0.05) -> pd.DataFrame:
    """A row an A/A cell: ratio (again / first) with its interval, blocks, and what the rule says.

    `verdict` is `differs` (a wrong verdict: nothing differs), `too close` or `undecided`, a cell
    alone and with the 5 % margin, since the noise floor is made from these very cells. Rounds of
    suspect blocks stay in: they widen the margin, which costs verdicts and makes none wrong.
    """
    sizes = rounds.loc[rounds["arm"] == "again", "batch_size"].unique()  # few of a grid's
    arms = measured(rounds[rounds["batch_size"].isin(sizes)], scope=scope)
    first, again = (arms[arms["arm"] == arm] for arm in ("first", "again"))
    both = again.merge(first, on=[*CELL, "block"], suffixes=("_again", "_first"))
    both["log_ratio"] = np.log(both["seconds_again"]) - np.log(both["seconds_first"])
    cells = both[CELL].drop_duplicates(ignore_index=True)
    summary = summarise(*matrices(cells, both, "log_ratio"))
    words, p = judge(summary, margin=np.log1p(SMALLEST_DELTA))
    words = settle(words, p, level=alpha)
    lo, hi = interval(summary, level=alpha)
    return cells.assign(
        log_ratio=summary.mean,
        ratio=np.exp(summary.mean),
        lo=np.exp(lo),
        hi=np.exp(hi),
        blocks=summary.blocks.astype(np.int64),
        verdict=np.where(np.char.startswith(words, "gpu"), "differs", words),
    )


def margins(rounds: pd.DataFrame, cells: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """noise_floor (a fraction; NaN without A/A cells), repeats (their number) and limit (L).

    A row a cell. The A/A cells of both devices of a pair count, the CPU's at the same threads.
    """
    again = repeats(rounds, scope=scope)
    again = again[np.isfinite(again["log_ratio"])]
    pair, rows = ["file", "device", "threads"], []
    for file, device, threads in cells[pair].drop_duplicates().itertuples(index=False):
        cpu = (again["device"] == "cpu") & (again["threads"] == threads)
        own = again[(again["file"] == file) & (cpu | (again["device"] == device))]
        floor = float(np.expm1(floor_of(own["log_ratio"].to_numpy())))
        rows.append((file, device, threads, floor, len(own)))
    table = pd.DataFrame(rows, columns=[*pair, "noise_floor", "repeats"])
    table["limit"] = margin_of(np.log1p(table["noise_floor"].to_numpy(dtype=np.float64)))
    return cells[pair].merge(table, on=pair, how="left")[["noise_floor", "repeats", "limit"]]
