"""Machines or runs side by side: every cell of each file against the same cell of the first."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts import decide
from scripts.decide import Array, Summary
from scripts.noise import floor_of, margin_of, repeats
from scripts.pairs import Scope
from scripts.same_work import require_same_work
from scripts.welch import Difference, judge

PLACE = ["workload", "batch_size", "epochs", "device", "threads"]
"""A cell, wherever it was measured; epochs is NA for warm steps."""
_SECONDS: dict[Scope, str] = {"warm": "step_seconds", "total": "total_seconds"}


def compared(rounds: pd.DataFrame, *, alpha: float = 0.05) -> pd.DataFrame:
    """A row a cell, scope and file but the first, from the rows of `table.load`.

    Columns: base, machine, scope, PLACE, seconds and base_seconds (medians: of a warm step, or of
    a total), ratio (own / base, of geometric means; above 1 this machine is slower), lo, hi,
    blocks, base_blocks, margin, verdict, reason. Raises ResultError where the work differs.
    """
    require_same_work(rounds)
    machines = list(rounds["machine"].unique())
    rows = [
        _against(rounds, base=machines[0], machine=machine, scope=scope, alpha=alpha)
        for machine in machines[1:]
        for scope in _SECONDS
    ]
    return pd.concat(rows, ignore_index=True)


def geometric_means(comparison: pd.DataFrame) -> pd.DataFrame:
    """A row a workload, device and machine: geometric mean of the cells' ratios, and their number.

    Only cells that all machines have measured count, so that every mean is over the same cells.
    """
    key = ["scope", *PLACE]
    machines = comparison["machine"].nunique()
    known = comparison.dropna(subset="ratio")
    common = known.groupby(key, dropna=False)["machine"].transform("nunique") == machines
    known = known[common].assign(log_ratio=np.log(known["ratio"]))
    groups = known.groupby(["workload", "device", "threads", "machine", "scope"], sort=False)
    means = groups["log_ratio"].agg(ratio="mean", cells="size").reset_index()
    return means.assign(ratio=np.exp(means["ratio"]))


def _against(
    rounds: pd.DataFrame, *, base: str, machine: str, scope: Scope, alpha: float
) -> pd.DataFrame:
    first = _cells(rounds[rounds["machine"] == base], scope=scope)
    own = _cells(rounds[rounds["machine"] == machine], scope=scope)
    both = first.merge(own, on=PLACE, how="outer", suffixes=("_base", "_own"))
    sides = [_summary(both, side) for side in ("own", "base")]
    difference = Difference.of(*sides)
    level = alpha / rounds.loc[rounds["machine"].isin([base, machine]), "looks"].max()
    lo, hi = difference.interval(level=level)
    limit = _margin(rounds, [base, machine], scope=scope)
    suspect = _joined(both["suspect_base"].fillna(""), both["suspect_own"].fillna(""))
    difference.error[suspect != ""] = np.nan
    verdict = judge(difference, margin=limit, level=level)
    missing = np.isnan(difference.mean)
    verdict = np.where(suspect != "", decide.SUSPECT, verdict)
    return both[PLACE].assign(
        base=base,
        machine=machine,
        scope=scope,
        seconds=both["seconds_own"],
        base_seconds=both["seconds_base"],
        ratio=np.exp(difference.mean),
        lo=np.exp(lo),
        hi=np.exp(hi),
        blocks=both["blocks_own"].fillna(0).astype(int),
        base_blocks=both["blocks_base"].fillna(0).astype(int),
        margin=np.expm1(limit),
        verdict=np.where(missing, decide.NOT_MEASURED, verdict),
        reason=np.where(missing, _reasons(both, base=base, machine=machine), suspect),
    )


def _cells(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """A row a cell of one file: mean and spread of log seconds, median seconds, blocks, reason."""
    first = rounds[rounds["arm"] == "first"].assign(seconds=rounds[_SECONDS[scope]])
    if scope == "warm":
        first = first.sort_values("epochs", kind="stable").assign(epochs=None)
        first = first.drop_duplicates([*PLACE, "block"], keep="last")
    first = first.astype({"epochs": "Int64"}).assign(log=np.log(first["seconds"]))
    groups = first.groupby(PLACE, dropna=False)
    return groups.agg(
        mean=("log", "mean"), spread=("log", "std"), blocks=("log", "count"),
        seconds=("seconds", "median"), suspect=("suspect", "max"), reason=("reason", "max"),
    ).reset_index()  # fmt: skip


def _summary(both: pd.DataFrame, side: str) -> Summary:
    mean, spread, blocks = (
        both[f"{name}_{side}"].to_numpy(dtype=np.float64) for name in ("mean", "spread", "blocks")
    )
    return Summary(mean=mean, spread=spread, blocks=np.where(np.isnan(blocks), 0.0, blocks))


def _margin(rounds: pd.DataFrame, machines: list[str], *, scope: Scope) -> Array:
    """The wider of both files' margins."""
    floors = []
    for machine in machines:
        own = repeats(rounds[rounds["machine"] == machine], scope=scope)
        floors.append(floor_of(own["log_ratio"].dropna().to_numpy(dtype=np.float64)))
    return margin_of(np.fmax(*floors))


def _joined(one: Iterable[str], other: Iterable[str]) -> npt.NDArray[np.object_]:
    pairs = zip(one, other, strict=True)
    return np.array(["; ".join(filter(None, dict.fromkeys(pair))) for pair in pairs], dtype=object)


def _reasons(both: pd.DataFrame, *, base: str, machine: str) -> list[str]:
    """Which side has no time, and why."""
    texts = []
    for name, side in ((base, "base"), (machine, "own")):
        said = both[f"reason_{side}"].fillna("").replace("", "not in its grid")
        words = [f"{name}: {reason}" for reason in said]
        texts.append(np.where(both[f"mean_{side}"].isna(), words, ""))
    return list(_joined(*texts))
