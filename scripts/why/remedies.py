"""What would make a cell faster, and from how many epochs on: variants against the plain cell.

The suite's own rule judges them: paired log ratios over blocks, a t interval, the margin from the
plain cells measured twice in the same blocks, one family per device. So each variant is laid
into a table of rounds as if it were an accelerator and the plain cell the CPU.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from scripts.judge.break_even import break_even
from scripts.judge.rule import FASTER, NOT_MEASURED, SLOWER
from scripts.judge.verdicts import verdicts
from scripts.read.studies import CELL

PLAIN = "plain"
LADDER = "loop-"
BATCH = "batch-size-"
LOSS_TOLERANCE = 0.10
"""A remedy whose held-out loss differs by more from the plain cell's trains something else."""

_MIRRORED = {FASTER: SLOWER, SLOWER: FASTER}

_KEY = ["file", "workload", "batch_size", "device"]
_EVEN = ["pays_off", "epochs", "lower", "upper"]
_JUDGED = ["remedy", "kind", "applied", "verdict", "reason", "gain", "lo", "hi"]
COLUMNS = [*CELL, *_JUDGED, *_EVEN, "blocks", "device_label"]


def remedies(variants: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """A row per cell and remedy (COLUMNS), from `variants_table` and the rows of `table.load`.

    `kind`: `remedy`, `ladder` (a rung of the loop's ladder) or `batch size` (a larger one of the
    grid, out of the run's own rounds: an epoch takes fewer and larger steps). `gain` is plain
    seconds / seconds with the remedy, warm; [lo, hi] its interval; above 1 the remedy helps. Where
    the plain cell has it already (`applied`), it was measured by leaving it out. `verdict`:
    `faster`, `slower`, `too close`, `undecided`, `suspect` or the reason why there is no time.
    `pays_off`, `epochs`, `lower`, `upper`: break-even in epochs, cold starts included.
    """
    parts = list(_larger_batches(rounds))
    if len(variants):
        parts.append(_as_rounds(variants))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    # Not every variant is one of every workload and batch size.
    known = table[_KEY].drop_duplicates()
    judged = verdicts(table, scope="warm").merge(known, on=_KEY)
    even = break_even(table).rename(columns={"kind": "pays_off"})[[*_KEY, *_EVEN]]
    both = judged.drop(columns=["epochs"]).merge(even, on=_KEY, how="left")
    about = table.drop_duplicates(["file", "device"]).set_index(["file", "device"])
    return _worded(both, about)


def _as_rounds(variants: pd.DataFrame) -> pd.DataFrame:
    """Variants as rows of rounds: the plain cell is the `cpu`, each other variant a device."""
    rungs = variants["variant"].str.startswith(LADDER)
    return _filed(
        variants.assign(
            suspect=_loss_marks(variants),
            kind=np.where(rungs, "ladder", "remedy"),
            plain=variants["variant"] == PLAIN,
        )
    )


def _larger_batches(rounds: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """At each batch size, epochs at the larger ones of the grid; no smaller ones."""
    own = rounds[rounds["block"].notna()].drop_duplicates(
        [*CELL, "arm", "block"], ignore_index=True
    )
    own = own.assign(applied=False, kind="batch size")
    sizes = sorted(own["batch_size"].unique())
    for place, size in enumerate(sizes[:-1]):
        here = own[own["batch_size"] == size]
        yield _filed(here.assign(variant=PLAIN, plain=True), family=" batch sizes")
        for larger in sizes[place + 1 :]:
            there = own[(own["batch_size"] == larger) & (own["arm"] == "first")]
            moved = there.assign(batch_size=size, variant=f"{BATCH}{larger}", plain=False)
            yield _filed(moved, family=" batch sizes")


def _filed(rows: pd.DataFrame, *, family: str = "") -> pd.DataFrame:
    """Rows with `file` naming a device's family of comparisons and `device` the variant."""
    places = rows["file"] + "\n" + rows["device"] + "\n" + rows["threads"].astype(str) + family
    return rows.assign(
        place=rows["file"],
        own_device=rows["device"],
        own_threads=rows["threads"],
        file=places,
        device=rows["variant"].where(~rows["plain"], "cpu"),
        threads=0,
        epochs=1,
        total_seconds=rows["cold_start_seconds"] + rows["epoch_seconds"],
    )


def _loss_marks(variants: pd.DataFrame) -> list[str]:
    """Each round's marks, and one when it trained to another loss than the plain cell's block."""
    plain = variants[(variants["variant"] == PLAIN) & (variants["arm"] == "first")]
    place = [*CELL, "block", "evaluated_after_epochs"]
    known = plain.drop_duplicates(place)[[*place, "loss"]]
    both = variants.merge(known, on=place, how="left", suffixes=("", "_plain"))
    largest = np.fmax(both["loss"].abs(), both["loss_plain"].abs())
    other = (both["loss"] - both["loss_plain"]).abs() > LOSS_TOLERANCE * largest
    return [
        "; ".join(filter(None, [mark, "another loss than the plain cell's" if differs else ""]))
        for mark, differs in zip(both["suspect"], other, strict=True)
    ]


def _worded(judged: pd.DataFrame, about: pd.DataFrame) -> pd.DataFrame:
    """Verdicts on variants as verdicts on remedies; one that was left out counts mirrored."""
    index = pd.MultiIndex.from_frame(judged[["file", "device"]])
    own = about.reindex(index).reset_index(drop=True)
    mirrored = own["applied"].to_numpy(dtype=bool)
    own_words = [_MIRRORED if applied else {} for applied in mirrored]
    words = [own.get(word, word) for word, own in zip(judged["verdict"], own_words, strict=True)]
    said = zip(judged["reason"], judged["device"], own_words, strict=True)
    reasons = pd.Series([_reason(*one) for one in said], dtype=str)
    table = judged.assign(
        file=own["place"],
        device=own["own_device"],
        threads=own["own_threads"],
        remedy=judged["device"],
        kind=own["kind"],
        applied=mirrored,
        verdict=reasons.str.partition(" (")[0].where(judged["verdict"] == NOT_MEASURED, words),
        reason=reasons,
        gain=judged["ratio"].where(mirrored, 1 / judged["ratio"]),
        lo=judged["lo"].where(mirrored, 1 / judged["hi"]),
        hi=judged["hi"].where(mirrored, 1 / judged["lo"]),
        pays_off=judged["pays_off"].mask(mirrored, ""),
        **{name: judged[name].mask(mirrored) for name in _EVEN[1:]},
        device_label=own["device_label"],
    )
    return table.sort_values([*CELL, "kind", "remedy"], ignore_index=True)[COLUMNS]


def _reason(text: str, name: str, words: Mapping[str, str]) -> str:
    """The words about the variant itself: `compile: unsupported (why)` -> `unsupported (why)`.

    What a cell would be alone is said of the remedy as well: `faster alone` -> `slower alone`
    where it was left out.
    """
    parts = [
        part.removeprefix(f"{name}: ").removeprefix("cpu: ") for part in text.split("; ") if part
    ]
    for place, (word, alone, rest) in enumerate(part.partition(" alone") for part in parts):
        parts[place] = words.get(word, word) + alone + rest
    return "; ".join(parts)
