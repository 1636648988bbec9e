"""Machines or runs side by side: every cell of each file against the same cell of the base."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.judge import rule
from scripts.judge.moderate import Array, Summary
from scripts.judge.noise import averaged, margin, repeats
from scripts.judge.pairs import TIMED, Scope, measured
from scripts.machines.runs import between, several
from scripts.machines.same_work import unlike
from scripts.machines.two_runs import difference, judge, summary

PLACE = ["workload", "batch_size", "epochs", "side"]
"""A cell, wherever it was measured; epochs is NA for warm steps."""
SECONDS: dict[Scope, str] = {"warm": "step_seconds", "total": "total_seconds"}
ALPHA = 0.05


def compared(rounds: pd.DataFrame, *, base: str, strict: bool = False) -> pd.DataFrame:
    """A row per cell, scope and machine but the base, from the rows of `table.load`.

    Columns: base_machine, machine, scope, PLACE, seconds and base_seconds (medians: of a warm step,
    or of a total), ratio (own / base, of geometric means; above 1 this machine is slower), lo, hi,
    blocks, base_blocks, runs, base_runs, margin, verdict, reason, unlike (in what the work differs;
    empty: in nothing). Files of one machine are runs of it.
    """
    others = [name for name in rounds["machine"].unique() if name != base]
    tables = []
    for scope in SECONDS:
        limits = Margins(rounds, scope=scope)
        cells = _cells(rounds, scope=scope)
        first = cells[cells["machine"] == base]
        for machine in others:
            own = cells[cells["machine"] == machine]
            table = _against(first, own, limits, base=base, machine=machine, strict=strict)
            tables.append(table.assign(scope=scope))
    table = pd.concat(tables, ignore_index=True)
    differences = list(unlike(rounds, base=base))
    places = list(zip(table["machine"], table["workload"], strict=True))
    words = {
        (machine, workload): "; ".join(
            one.words
            for one in differences
            if one.machine == machine and one.workload in ("", workload)
        )
        for machine, workload in set(places)
    }
    return table.assign(unlike=[words[place] for place in places])


class Margins:
    """How far two machines have to differ to be called different, and at which level.

    `of_means`: their geometric means, which a run's A/A cells show by their own means.
    """

    def __init__(self, rounds: pd.DataFrame, *, scope: Scope, of_means: bool = False) -> None:
        again = repeats(rounds, scope=scope)
        if of_means:
            again = averaged(again)
        self._looks = rounds.groupby("machine")["looks"].max()
        margins = {name: margin(again[again["machine"] == name]) for name in self._looks.index}
        self._margins = pd.Series(margins, dtype=np.float64)

    def of(self, own: Iterable[str], base: Iterable[str]) -> tuple[Array, Array]:
        """Alpha shared by the looks planned for either, and the wider margin, in log seconds.

        An entry per pair of machines.
        """
        looks, margins = (
            np.fmax(series.loc[list(own)].to_numpy(), series.loc[list(base)].to_numpy())
            for series in (self._looks, self._margins)
        )
        return ALPHA / looks, margins


def _against(
    first: pd.DataFrame,
    cells: pd.DataFrame,
    limits: Margins,
    *,
    base: str,
    machine: str,
    strict: bool,
) -> pd.DataFrame:
    both = first.merge(cells, on=PLACE, how="outer", suffixes=("_base", "_own"))
    found = difference_of(both, "_own", both, "_base")
    level, limit = (float(value[0]) for value in limits.of([machine], [base]))
    lo, hi = rule.interval(found, level=level)
    suspect = _joined(both["suspect_base"].fillna(""), both["suspect_own"].fillna(""))
    found.error[suspect != ""] = np.nan
    verdict = judge(found, margin=limit, level=level, strict=strict)
    missing = np.isnan(found.mean)
    verdict = np.where(suspect != "", rule.SUSPECT, verdict)
    return both[PLACE].assign(
        base_machine=base,
        machine=machine,
        seconds=both["seconds_own"],
        base_seconds=both["seconds_base"],
        ratio=np.exp(found.mean),
        lo=np.exp(lo),
        hi=np.exp(hi),
        blocks=both["blocks_own"].fillna(0).astype(int),
        base_blocks=both["blocks_base"].fillna(0).astype(int),
        runs=np.isfinite(_run_means(both["run_means_own"])).sum(axis=1),
        base_runs=np.isfinite(_run_means(both["run_means_base"])).sum(axis=1),
        margin=np.expm1(limit),
        verdict=np.where(missing, rule.NOT_MEASURED, verdict),
        reason=np.where(
            missing,
            _reasons(both, base=base, machine=machine),
            _joined(suspect, _left_out(both, base=base, machine=machine)),
        ),
    )


def timed(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """The timed rounds but A/A repeats, warm ones once, with `seconds` by scope and their `log`.

    Cells that lost blocks otherwise than by an interruption are not among them (`pairs.measured`).
    Suspect rounds are left out of a cell (`left_out` of them) where enough sound ones remain.
    """
    columns = [*dict.fromkeys((*TIMED, *SECONDS.values()))]
    own = measured(rounds[columns], scope=scope).query("not again")
    seconds = own[SECONDS[scope]].astype(float)
    own = own.assign(seconds=seconds, log=np.log(seconds), sound=own["suspect"] == "")
    sound = own.groupby(["machine", "file", *PLACE], dropna=False)["sound"]
    enough = sound.transform("sum") >= rule.FEWEST_BLOCKS
    left_out = sound.transform("size") - sound.transform("sum")
    return own.assign(left_out=left_out.where(enough, 0))[own["sound"] | ~enough]


def timed_cells(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """A row per machine and PLACE: mean, spread and blocks of log seconds, seconds, suspect,
    left_out.

    And `run_means`, a list. Of several runs together there is no `spread`.
    """
    cells = timed(rounds, scope=scope).groupby(["machine", "file", *PLACE], dropna=False).agg(
        mean=("log", "mean"), spread=("log", "std"), blocks=("log", "count"),
        seconds=("seconds", "median"), suspect=("suspect", "max"), left_out=("left_out", "max"),
    ).reset_index()  # fmt: skip
    if not several(rounds):
        return cells.drop(columns="file").assign(run_means=cells["mean"].map(lambda mean: [mean]))
    together = cells.groupby(["machine", *PLACE], dropna=False).agg(
        run_means=("mean", list), mean=("mean", "mean"), blocks=("blocks", "sum"),
        seconds=("seconds", "median"), suspect=("suspect", "max"), left_out=("left_out", "sum"),
    ).reset_index()  # fmt: skip
    return together.assign(spread=np.nan)


def _cells(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """The same with the cells that have no time, and the `reason`."""
    absent = rounds[rounds["block"].isna()].astype({"epochs": "Int64"})
    if scope == "warm":
        absent = absent.assign(epochs=pd.array([pd.NA] * len(absent), dtype="Int64"))
    place = ["machine", *PLACE]
    reasons = absent.groupby(place, dropna=False)["reason"].max().reset_index()
    return timed_cells(rounds, scope=scope).merge(reasons, on=place, how="outer")


def difference_of(own: pd.DataFrame, own_end: str, base: pd.DataFrame, base_end: str) -> Summary:
    """Cells against others, row by row, whose columns' names have these ends.

    Over runs where any machine has several, else over the blocks of one run each.
    """
    runs = [_run_means(own[f"run_means{own_end}"]), _run_means(base[f"run_means{base_end}"])]
    if max(side.shape[1] for side in runs) > 1:
        return between(*runs)
    return difference(_summary(own, own_end), _summary(base, base_end))


def _run_means(lists: pd.Series) -> Array:
    """(cells, runs), NaN where a cell lacks the run."""
    known: list[list[float]] = [own if isinstance(own, list) else [] for own in lists.to_list()]
    return pd.DataFrame(known, dtype=np.float64).to_numpy()


def _summary(cells: pd.DataFrame, end: str) -> Summary:
    mean, spread, blocks = (
        cells[f"{name}{end}"].to_numpy(dtype=np.float64) for name in ("mean", "spread", "blocks")
    )
    blocks = np.nan_to_num(blocks)
    with np.errstate(invalid="ignore", divide="ignore"):
        return summary(mean, spread**2 / blocks, blocks - 1, blocks)


def _joined(one: Iterable[str], other: Iterable[str]) -> npt.NDArray[np.object_]:
    pairs = zip(one, other, strict=True)
    return np.array(["; ".join(filter(None, dict.fromkeys(pair))) for pair in pairs], dtype=object)


def _left_out(both: pd.DataFrame, *, base: str, machine: str) -> npt.NDArray[np.object_]:
    """How many suspect blocks either side is without."""
    texts = []
    for name, side in ((base, "base"), (machine, "own")):
        counts = both[f"left_out_{side}"].fillna(0).astype(int)
        said = [
            f"{name}: {count} suspect repetition{'s' * (count > 1)} left out" for count in counts
        ]
        texts.append(np.where(counts > 0, said, ""))
    return _joined(*texts)


def _reasons(both: pd.DataFrame, *, base: str, machine: str) -> npt.NDArray[np.object_]:
    """Which side has no time, and why."""
    texts = []
    for name, side in ((base, "base"), (machine, "own")):
        said = both[f"reason_{side}"].fillna("").replace("", "not in its grid")
        texts.append(np.where(both[f"mean_{side}"].isna(), f"{name}: " + said, ""))
    return _joined(*texts)
