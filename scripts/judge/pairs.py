"""Which rounds are compared with which: rows of a block, a side's against those of its base.

A contest is a side with its base in a file; the column `base` of a side's rounds names it. Only
blocks that both have are paired, and a block's two workers make one log ratio.
"""

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.read.columns import TEXT
from scripts.read.document import ResultError
from scripts.read.rounds import Floats as Array
from scripts.read.sides import ALIKE, SIDES, tolerance

Scope = Literal["warm", "total"]

CELL = ["file", "machine", "workload", "batch_size", "epochs", "side", "base"]
"""A cell of the grid, and what its side is compared with (empty: it is the base)."""
NOT_REACHED = ("interrupted", "budget")
"""Reasons of absence that say nothing of the cell: the run ended, or its time did."""
SECONDS: dict[Scope, str] = {"warm": "epoch_seconds", "total": "total_seconds"}
FAMILY = ["file", "family"]
"""Contests whose verdicts are adjusted together: those of a file's sides, or of its remedies and
rungs on a device."""
TIMED = [*CELL, "again", "block", *SECONDS.values(), "suspect", "reason"]
"""What `measured` looks at."""
_PLACE = CELL[:5]
_NAMES = ["file", "machine", "workload", "family"]
_LOSSES = ["loss", "evaluated_after_epochs"]
_NEEDED = [
    *TIMED, "family", "cold_start_seconds", *_LOSSES, "detail",
]  # fmt: skip


def slim(rounds: pd.DataFrame) -> pd.DataFrame:
    """What verdicts need of the rows, names as categories: pandas compares those by number."""
    sides = pd.CategoricalDtype(sorted({*rounds["side"], *rounds["base"]}))
    names = {"side": sides, "base": sides} | dict.fromkeys(_NAMES, "category")
    return rounds[_NEEDED].astype(names)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its names as texts again."""
    return table.astype({name: TEXT for name in ("side", "base", *_NAMES) if name in table})


def contests(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a contest: file, side, base and family."""
    known = rounds[["file", "side", "base", "family"]].drop_duplicates()
    return known[known["base"] != ""]


def with_base(rounds: pd.DataFrame, base: str) -> pd.DataFrame:
    """The rounds of files whose sides are all compared with this one; raises ResultError where a
    file lacks it.
    """
    for file, own in rounds.groupby("file", sort=False):
        sides = own["side"].unique()
        if base not in sides:
            words = f"{base!r} is no side of this file; it has: {', '.join(sides)}"
            raise ResultError(file, "--base", words)
    main = (rounds["family"] == SIDES) | (rounds["side"] == base)
    other = rounds["base"].mask(main, base).mask(rounds["side"] == base, "")
    return rounds.assign(base=other, family=rounds["family"].mask(main, SIDES))


def measured(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """The timed rounds, `seconds` by scope; warm ones once, however many epochs rows they have
    (and suspect when any of those is).

    A cell that also has an absent row (out of memory in block 3, say) is not a measured one:
    the blocks that got through are not a fair sample. Only NOT_REACHED says nothing of the rest.
    """
    timed = rounds[rounds["block"].notna()]
    absent = rounds[rounds["block"].isna() & ~rounds["reason"].isin(NOT_REACHED)]
    if len(absent):
        gone = pd.MultiIndex.from_frame(absent[CELL])
        timed = timed[~pd.MultiIndex.from_frame(timed[CELL]).isin(gone)]
    seconds = timed[SECONDS[scope]].astype(np.float64)
    timed = timed.assign(seconds=seconds.where(seconds > 0))
    if scope == "warm":
        order = timed.assign(doubted=timed["suspect"] != "").sort_values(["doubted", "epochs"])
        timed = _all_epochs(order.drop(columns="doubted"))
    timed = timed.astype({"epochs": "Int64", "block": "Int64", "seconds": float})
    return timed.drop_duplicates([*CELL, "again", "block"], keep="last")


def paired(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """A row a cell and block: CELL, block, side_seconds, base_seconds, log_ratio, suspect, the cold
    starts and losses of both.
    """
    first = measured(rounds[~rounds["again"]], scope=scope)
    columns = ["seconds", "cold_start_seconds", "suspect", *_LOSSES]
    place = [*_PLACE, "block"]
    names = {of: {name: f"{of}_{name}" for name in columns} for of in ("side", "base")}
    own = first.loc[first["base"] != "", [*place, "side", "base", *columns]]
    base = first[[*place, "side", *columns]].rename(columns={"side": "base"} | names["base"])
    both = own.rename(columns=names["side"]).merge(base, on=[*place, "base"])
    return both.assign(
        log_ratio=np.log(both["side_seconds"]) - np.log(both["base_seconds"]),
        suspect=_both_said(both),
    )


def grid(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """Every cell that could be compared, in order: CELL, family and `absent` (why it has no time).

    The run's sides are compared wherever the file measured anything, remedies and rungs where they
    were to be measured.
    """
    place = _all_epochs(rounds) if scope == "warm" else rounds
    place = place.astype({"epochs": "Int64"})
    every, asked = place[_PLACE].drop_duplicates(), contests(place)
    main = every.merge(asked[asked["family"] == SIDES], on="file")
    more = place.loc[place["family"] != SIDES, [*CELL, "family"]].drop_duplicates()
    cells = pd.concat([main, more]).sort_values(CELL, ignore_index=True)[[*CELL, "family"]]
    return cells.assign(absent=_reasons(cells, place[place["block"].isna()]))


def families(table: pd.DataFrame) -> pd.Series:
    """The number of each row's family."""
    return table.groupby(FAMILY, observed=True, sort=False).ngroup()


def _both_said(both: pd.DataFrame) -> npt.NDArray[np.object_]:
    """What either side is suspected of, a text a row; most rows say nothing."""
    texts = [both[f"{of}_suspect"].to_numpy(dtype=object) for of in ("side", "base")]
    texts.append(_other_losses(both))
    answer = np.full(len(both), "", dtype=object)
    for place in np.flatnonzero(np.any([text != "" for text in texts], axis=0)).tolist():
        answer[place] = joined(text[place] for text in texts)
    return answer


def _other_losses(both: pd.DataFrame) -> npt.NDArray[np.object_]:
    """A mark where the sides' held-out losses, after as many epochs, are not of the same work."""
    losses = [both[f"{of}_loss"].to_numpy(dtype=np.float64) for of in ("side", "base")]
    epochs = [both[f"{of}_evaluated_after_epochs"].to_numpy(np.float64) for of in ("side", "base")]
    gap = np.abs(losses[0] - losses[1]) / np.fmax(*np.abs(losses))
    answer = np.full(len(both), "", dtype=object)
    for place in np.flatnonzero((gap > ALIKE.loss) & (epochs[0] == epochs[1])).tolist():
        side, base = both["side"].iat[place], both["base"].iat[place]
        if gap[place] > tolerance(side, base).loss:
            answer[place] = f"another loss than {base}'s"
    return answer


def matrices(cells: pd.DataFrame, rows: pd.DataFrame, *columns: str) -> list[Array]:
    """Return each column of `rows` as an array of cells x blocks, NaN where a cell lacks one."""
    index = pd.MultiIndex.from_frame(cells[CELL]).get_indexer(pd.MultiIndex.from_frame(rows[CELL]))
    blocks, place = np.unique(rows["block"].to_numpy(dtype=np.int64), return_inverse=True)
    answer = []
    for column in columns:
        values = np.full((len(cells), max(len(blocks), 1)), np.nan)
        values[index, place] = rows[column].to_numpy(dtype=np.float64)
        answer.append(values)
    return answer


def _all_epochs(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without their epochs axis: a warm epoch takes the same time in all of them."""
    unknown = np.ones(len(rows), dtype=np.bool_)
    return rows.assign(epochs=pd.arrays.IntegerArray(unknown.astype(np.int64), unknown))


def _reasons(cells: pd.DataFrame, absent: pd.DataFrame) -> list[str]:
    """`vulkan: unsupported (what torch said)`: the side's reasons, then its base's."""
    if absent.empty:
        return [""] * len(cells)
    absent = absent[[*CELL, "reason", "detail"]].fillna({"detail": "", "epochs": -1})
    words: dict[tuple[object, ...], list[str]] = {}
    for *place, side, _base, reason, detail in absent.itertuples(index=False):
        text = f"{side}: {reason} ({detail})" if detail else f"{side}: {reason}"
        words.setdefault((*place, side), []).append(text)
    answer = []
    for *place, side, base in cells[CELL].fillna({"epochs": -1}).itertuples(index=False):
        texts = [words.get((*place, name), []) for name in (side, base)]
        answer.append(joined([*texts[0], *texts[1]]))
    return answer


def joined(texts: Iterable[str]) -> str:
    """The texts that say something, each once: `host loaded; unsteady worker`."""
    return "; ".join(dict.fromkeys(text for text in texts if text))
