"""The run's own noise floor: the same side against itself, in the same blocks."""

import numpy as np
import pandas as pd

from scripts.judge.moderate import Array, Summary, summarise
from scripts.judge.pairs import CELL, TIMED, Scope, matrices, measured
from scripts.judge.rule import FASTER, SLOWER, SMALLEST_DELTA, interval, judge, margin_of, settle

COPIED = "copied"
"""Both agree to the last digit in every block, as no two processes do: it tells nothing."""


def floor_of(means: Array) -> Array:
    """Noise floor: the 95th percentile of the A/A cells' |mean log ratio|, over the last axis.

    A cell's mean over its blocks, not a single block's ratio: it is what a verdict rests on. NaN
    where there is no A/A cell.
    """
    if means.shape[-1] == 0:
        return np.full(means.shape[:-1], np.nan)
    return np.asarray(np.quantile(np.abs(means), 0.95, axis=-1))


def repeats(rounds: pd.DataFrame, *, scope: Scope, alpha: float = 0.05) -> pd.DataFrame:
    """A row an A/A cell: ratio (again / first) with its interval, blocks, and what the rule says.

    `verdict` is `differs` (a wrong verdict: nothing differs), `too close` or `undecided`, a cell
    alone and with the 5 % margin, since the noise floor is made from these very cells; COPIED has
    no numbers. `error` (of the log ratio) is the cell's own. Rounds of suspect blocks are left out.
    """
    sizes = rounds.loc[rounds["again"], "batch_size"].unique()  # few of a grid's
    timed = measured(rounds.loc[rounds["batch_size"].isin(sizes), TIMED], scope=scope)
    first, again = timed[~timed["again"]], timed[timed["again"]]
    both = again.merge(first, on=[*CELL, "block"], suffixes=("_again", "_first"))
    both = both[(both["suspect_again"] == "") & (both["suspect_first"] == "")]
    both["log_ratio"] = np.log(both["seconds_again"]) - np.log(both["seconds_first"])
    cells = both[CELL].drop_duplicates(ignore_index=True)
    (log_ratios,) = matrices(cells, both, "log_ratio")
    copied = ((log_ratios == 0) | np.isnan(log_ratios)).all(axis=-1)
    copied &= np.isfinite(log_ratios).any(axis=-1)
    log_ratios[copied] = np.nan
    summary = summarise(log_ratios)
    words, p = judge(summary, margin=np.log1p(SMALLEST_DELTA))
    words = settle(words, p, level=alpha)
    lo, hi = interval(summary, level=alpha)
    return cells.assign(
        log_ratio=summary.mean,
        error=summary.error,
        ratio=np.exp(summary.mean),
        lo=np.exp(lo),
        hi=np.exp(hi),
        blocks=summary.blocks.astype(np.int64),
        verdict=np.select([copied, np.isin(words, (SLOWER, FASTER))], [COPIED, "differs"], words),
    )


def averaged(again: pd.DataFrame) -> pd.DataFrame:
    """The rows of `repeats`, averaged over the batch sizes (and epochs) of a workload and side.

    These share their processes, so the mean's error is taken to be no smaller than theirs.
    """
    place = ["file", "machine", "workload", "side"]
    known = again[np.isfinite(again["error"])]
    numbers = ["log_ratio", "error", "blocks"]
    return pd.DataFrame(known.groupby(place, observed=True)[numbers].mean()).reset_index()


def margin(again: pd.DataFrame) -> float:
    """L of rows of `repeats` (`rule.margin_of`)."""
    mean, error, blocks = (
        again[name].to_numpy(dtype=np.float64) for name in ("log_ratio", "error", "blocks")
    )
    return margin_of(Summary(mean, error, blocks - 1, blocks, np.zeros_like(blocks)))


def margins(rounds: pd.DataFrame, cells: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """noise_floor (a fraction; NaN without A/A cells), repeats (their number) and limit (L).

    A row a cell. The A/A cells of a side and of its base count.
    """
    again = repeats(rounds, scope=scope)
    again = again[np.isfinite(again["log_ratio"])]
    pair = ["file", "side", "base"]
    rows = []
    for file, *sides in cells[pair].drop_duplicates().itertuples(index=False):
        own = again[(again["file"] == file) & again["side"].isin(sides)]
        floor = float(np.expm1(floor_of(own["log_ratio"].to_numpy(dtype=np.float64))))
        rows.append((file, *sides, floor, len(own), margin(own)))
    table = pd.DataFrame(rows, columns=[*pair, "noise_floor", "repeats", "limit"])
    return cells[pair].merge(table, on=pair, how="left")[["noise_floor", "repeats", "limit"]]
