"""Machines or runs side by side: every cell of each file against the same cell of the base."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.judge import rule as decide
from scripts.judge.noise import floor_of, margin_of, repeats
from scripts.judge.pairs import Scope, measured
from scripts.judge.rule import Summary
from scripts.machines.same_work import unlike
from scripts.machines.two_runs import Difference, judge

PLACE = ["workload", "batch_size", "epochs", "device", "threads"]
"""A cell, wherever it was measured; epochs is NA for warm steps."""
SECONDS: dict[Scope, str] = {"warm": "step_seconds", "total": "total_seconds"}


def compared(
    rounds: pd.DataFrame, *, base: str | None = None, alpha: float = 0.05, allow: bool = False
) -> pd.DataFrame:
    """A row a cell, scope and machine but the base, from the rows of `table.load`.

    Columns: base, machine, scope, PLACE, seconds and base_seconds (medians: of a warm step, or of
    a total), ratio (own / base, of geometric means; above 1 this machine is slower), lo, hi,
    blocks, base_blocks, margin, verdict, reason, unlike (in what the work differs; empty: in
    nothing). The base is the first machine unless it is named. Raises ResultError where the work
    differs, unless that is allowed.
    """
    machines = list(rounds["machine"].unique())
    base = machines[0] if base is None else base
    differences = list(unlike(rounds, base=base))
    if differences and not allow:
        raise differences[0].error()
    known = {name: rounds[rounds["machine"] == name] for name in machines}
    tables = []
    for scope in SECONDS:
        limits = Margins(rounds, scope=scope)
        first = _cells(known[base], scope=scope)
        for machine in machines:
            if machine != base:
                cells = _cells(known[machine], scope=scope)
                table = _against(first, cells, limits, base=base, machine=machine, alpha=alpha)
                tables.append(table.assign(scope=scope))
    words: dict[tuple[str, str], list[str]] = {}
    for one in differences:
        words.setdefault((one.machine, one.workload), []).append(one.words)
    table = pd.concat(tables, ignore_index=True)
    marks = [
        "; ".join([*words.get((machine, ""), []), *words.get((machine, workload), [])])
        for machine, workload in zip(table["machine"], table["workload"], strict=True)
    ]
    return table.assign(unlike=marks)


class Margins:
    """How far two machines have to differ to be called different, and at which level."""

    def __init__(self, rounds: pd.DataFrame, *, scope: Scope) -> None:
        again = repeats(rounds, scope=scope)
        self._floors = {
            str(machine): float(floor_of(own["log_ratio"].dropna().to_numpy(dtype=np.float64)))
            for machine, own in again.groupby("machine")
        }
        self._looks = rounds.groupby("machine")["looks"].max().to_dict()

    def between(self, one: str, other: str) -> float:
        """The wider of both machines' margins, in log seconds."""
        floors = [self._floors.get(name, np.nan) for name in (one, other)]
        return float(margin_of(np.fmax.reduce(np.array(floors))))

    def level(self, one: str, other: str, *, alpha: float) -> float:
        """Alpha, shared by the looks that were planned for either."""
        return alpha / max(int(self._looks[name]) for name in (one, other))


def _against(
    first: pd.DataFrame,
    cells: pd.DataFrame,
    limits: Margins,
    *,
    base: str,
    machine: str,
    alpha: float,
) -> pd.DataFrame:
    both = first.merge(cells, on=PLACE, how="outer", suffixes=("_base", "_own"))
    difference = Difference.of(_summary(both, "own"), _summary(both, "base"))
    limit, level = limits.between(machine, base), limits.level(machine, base, alpha=alpha)
    lo, hi = difference.interval(level=level)
    suspect = _joined(both["suspect_base"].fillna(""), both["suspect_own"].fillna(""))
    difference.error[suspect != ""] = np.nan
    verdict = judge(difference, margin=limit, level=level)
    missing = np.isnan(difference.mean)
    verdict = np.where(suspect != "", decide.SUSPECT, verdict)
    return both[PLACE].assign(
        base=base,
        machine=machine,
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


def timed(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """The first arm's timed rounds, warm ones once, with `seconds` by scope and their `log`.

    Cells that lost blocks otherwise than by an interruption are not among them (`pairs.measured`).
    """
    own = measured(rounds, scope=scope).query("arm == 'first'")
    seconds = own[SECONDS[scope]].astype(float)
    return own.assign(seconds=seconds, log=np.log(seconds))


def _cells(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """A row a cell of one file: mean and spread of log seconds, median seconds, blocks, reason."""
    groups = timed(rounds, scope=scope).groupby(PLACE, dropna=False)
    cells = groups.agg(
        mean=("log", "mean"), spread=("log", "std"), blocks=("log", "count"),
        seconds=("seconds", "median"), suspect=("suspect", "max"),
    ).reset_index()  # fmt: skip
    absent = rounds[rounds["block"].isna()].astype({"epochs": "Int64"})
    if scope == "warm":
        absent = absent.assign(epochs=pd.array([pd.NA] * len(absent), dtype="Int64"))
    reasons = absent.groupby(PLACE, dropna=False)["reason"].max().reset_index()
    return cells.merge(reasons, on=PLACE, how="outer")


def _summary(both: pd.DataFrame, side: str) -> Summary:
    mean, spread, blocks = (
        both[f"{name}_{side}"].to_numpy(dtype=np.float64) for name in ("mean", "spread", "blocks")
    )
    return Summary(mean=mean, spread=spread, blocks=np.where(np.isnan(blocks), 0.0, blocks))


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
