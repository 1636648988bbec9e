"""What published figures say of a GPU against a CPU: ratios, and where these pass 1.

Point estimates of single runs, without any interval. A side is a device of a table; it meets every
CPU of the same table that trained the same workload.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise, product
from statistics import fmean, median
from typing import Any

import pandas as pd

from scripts.read.checks.published import seconds_together
from scripts.read.records.published import Published, PublishedRow
from scripts.read.text import safe_text

CONTEST = ["file", "source", "software", "workload", "optimizer", "side", "base"]
_RATIOS = [
    *CONTEST, "batch_size", "epochs", "of", "ratio", "side_seconds", "base_seconds", "runs",
    "side_fixed", "base_fixed", "side_epoch", "base_epoch", "fastest",
]  # fmt: skip
_CROSSINGS = [*CONTEST, "epochs", "lower", "upper", "batch_size", "kind", "runs"]
_BREAK_EVEN = [*CONTEST, "batch_size", "kind", "epochs", "runs"]
AFTER, UNTIL, NEVER, FROM_FIRST = "after", "until", "never", "from the first epoch"
OVERTAKES, FALLS_BEHIND = "overtakes", "falls behind"

Seconds = Callable[[PublishedRow], float | None]
_Cell = tuple[int | None, int | None, int | None]
"""Batch size, samples of an epoch, epochs of a whole training: null is a value of its own."""
_Sides = dict[str, list[PublishedRow]]
EPOCH, WHOLE = "an epoch", "everything"
MEASURES: Mapping[str, Seconds] = {
    EPOCH: lambda row: row.one_epoch_seconds,
    "a step": lambda row: row.step_seconds,
    "a sample": lambda row: row.samples_per_second and 1 / row.samples_per_second,
    WHOLE: lambda row: row.total_seconds,
}
"""What is compared, the first that both sides tell."""


def ratios(files: Mapping[str, Published]) -> pd.DataFrame:
    """A row per contest, batch size and number of epochs (_RATIOS), by the names of files.

    `of` is what the seconds are of; `*_fixed` is what a total holds beside its epochs. `fastest`:
    both are the fastest of their kind in the table, and there is no other pair like that.
    """
    rows = [row for name, own in files.items() for row in _of_file(name, own)]
    return pd.DataFrame(rows, columns=_RATIOS).astype(
        {"batch_size": "Int64", "epochs": "Int64", "fastest": bool}
    )


def _of_file(name: str, own: Published) -> Iterator[dict[str, Any]]:
    work: dict[tuple[str, ...], dict[bool, _Sides]] = {}
    for row in own.rows:
        texts = (row.source or own.source, row.software or "", row.workload, row.optimizer or "")
        told = tuple(map(safe_text, texts))
        kinds = work.setdefault((name, *told), {False: {}, True: {}})
        kinds[row.device == "cpu"].setdefault(side_name(row), []).append(row)
    for key, kinds in work.items():
        fastest = (_fastest(kinds[False]), _fastest(kinds[True]))
        for pair in product(*kinds.values()):
            place = dict(zip(CONTEST, (*key, *pair), strict=True))
            for cell in _cells(kinds[False][pair[0]], kinds[True][pair[1]]):
                yield place | cell | {"fastest": pair == fastest}


def side_name(row: PublishedRow) -> str:
    """What a device is called: by its own name, its machine's, or neither."""
    names = dict.fromkeys(filter(None, (row.machine, row.device_name)))
    name = safe_text(", ".join(names) or row.device)
    return (
        name
        if row.device_name or name.lower().startswith(row.device)
        else f"{row.device} of {name}"
    )


def _told(rows: Iterable[PublishedRow], of: str) -> dict[_Cell, list[PublishedRow]]:
    """The rows that tell a measure, by cell; epochs are a part of it for a whole training only."""
    found: dict[_Cell, list[PublishedRow]] = {}
    for row in rows:
        if MEASURES[of](row):
            epochs = row.trained_epochs if of == WHOLE else None
            found.setdefault((row.batch_size, row.samples_per_epoch, epochs), []).append(row)
    return found


def _fastest(sides: _Sides) -> str:
    """The side with the fewest seconds, over the cells that all of them have."""
    for of, seconds in MEASURES.items():
        cells = {side: _told(rows, of) for side, rows in sides.items()}
        shared = set.intersection(*map(set, cells.values())) if cells else set()
        if shared:
            return min(
                cells,
                key=lambda side: fmean(
                    math.log(_median(cells[side][cell], seconds) or 1) for cell in shared
                ),
            )
    return ""


def _cells(side: list[PublishedRow], base: list[PublishedRow]) -> Iterator[dict[str, Any]]:
    """Yield each cell that both have, by the first measure that both tell of it."""
    known: set[Any] = set()
    for of in MEASURES:
        own, other = _told(side, of), _told(base, of)
        shared = [cell for cell in own if cell in other and cell[:2] not in known]
        known |= {cell[:2] for cell in shared}
        yield from (_ratio(cell, of, own[cell], other[cell]) for cell in shared)


def _ratio(
    cell: _Cell, of: str, side: list[PublishedRow], base: list[PublishedRow]
) -> dict[str, Any]:
    seconds = [_median(rows, MEASURES[of]) or 1 for rows in (side, base)]
    return {
        "batch_size": cell[0],
        "epochs": cell[2],
        "of": of,
        "ratio": seconds[0] / seconds[1],
        "side_seconds": seconds[0],
        "base_seconds": seconds[1],
        "runs": min(_runs(side), _runs(base)),
        "side_fixed": _median(side, _fixed),
        "base_fixed": _median(base, _fixed),
        "side_epoch": _median(side, MEASURES[EPOCH]),
        "base_epoch": _median(base, MEASURES[EPOCH]),
    }


def _median(rows: Iterable[PublishedRow], seconds: Seconds) -> float | None:
    told = [value for row in rows if (value := seconds(row)) is not None]
    return median(told) if told else None


def _runs(rows: list[PublishedRow]) -> int:
    """Of how many runs a figure is made; one where nobody says."""
    return sum(row.rounds or 1 for row in rows)


def _fixed(row: PublishedRow) -> float | None:
    """The seconds before and between epochs: told, or the rest of a total."""
    if row.cold_start_seconds is not None:
        return row.cold_start_seconds
    together = seconds_together(row)
    if row.total_seconds is None or together is None:
        return None
    return max(0.0, row.total_seconds - together)


def crossings(table: pd.DataFrame) -> pd.DataFrame:
    """A row each time that a contest's ratio passes 1, going up in batch size, of `ratios`.

    `batch_size` is where two curves a + b / batch size meet, through the points at `lower` and
    `upper`; at a ratio of exactly 1 it is that batch size.
    """
    known = table[table["batch_size"].notna()]
    rows = [
        dict(zip([*CONTEST, "epochs"], key[:-1], strict=True)) | found
        for key, own in known.groupby([*CONTEST, "epochs", "of"], dropna=False, sort=False)
        for found in _passes(own.sort_values("batch_size"))
    ]
    return pd.DataFrame(rows, columns=_CROSSINGS).astype({"epochs": "Int64"})


def _passes(curve: pd.DataFrame) -> Iterator[dict[str, Any]]:
    cells = curve[curve["ratio"] != 1].to_dict("records")
    for before, after in pairwise(cells):
        if (before["ratio"] < 1) != (after["ratio"] < 1):
            yield {
                "lower": int(before["batch_size"]),
                "upper": int(after["batch_size"]),
                "batch_size": _meet(before, after),
                "kind": OVERTAKES if before["ratio"] > 1 else FALLS_BEHIND,
                "runs": min(before["runs"], after["runs"]),
            }


def _meet(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> float:
    """Where the seconds of a sample, a + b / batch size on either side, are equal."""
    gaps = []
    for cell in (before, after):
        gap = cell["side_seconds"] - cell["base_seconds"]
        gaps.append(gap / cell["batch_size"] if cell["of"] == "a step" else gap)
    share = gaps[0] / (gaps[0] - gaps[1])
    inverse = (1 - share) / before["batch_size"] + share / after["batch_size"]
    return float(1 / inverse)


def break_even(table: pd.DataFrame) -> pd.DataFrame:
    """A row a cell of `ratios` whose fixed seconds are known: after how many epochs sides are even.

    `epochs` counts every epoch that was trained, timed or not.
    """
    known = table.dropna(subset=["side_fixed", "base_fixed", "side_epoch", "base_epoch"])
    rows = [
        {name: row[name] for name in (*CONTEST, "batch_size", "runs")} | _even(row)
        for row in known.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=_BREAK_EVEN)


def _even(row: Mapping[Any, Any]) -> dict[str, Any]:
    later = row["side_fixed"] - row["base_fixed"]
    gained = row["base_epoch"] - row["side_epoch"]
    if gained <= 0 and later >= gained:  # slower at the first epoch, and at every later one
        return {"kind": NEVER}
    if gained == 0 or 0 <= later <= gained or later < 0 < gained:
        return {"kind": FROM_FIRST}
    return {"kind": AFTER if gained > 0 else UNTIL, "epochs": later / gained}
