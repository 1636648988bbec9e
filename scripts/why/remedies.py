"""What would make a cell faster, and from how many epochs on: variants against the plain cell.

The suite's own rule judges them: paired log ratios over blocks, a t interval, the margin from the
plain cells measured twice in the same blocks, one Holm family a device. So each variant is laid
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

WORDS = {FASTER: "faster", SLOWER: "slower"}
_MIRRORED = {FASTER: "slower", SLOWER: "faster"}

COLUMNS = [
    *CELL,
    "remedy",
    "kind",
    "applied",
    "verdict",
    "reason",
    "gain",
    "lo",
    "hi",
    "pays_off",
    "epochs",
    "lower",
    "upper",
    "blocks",
    "device_label",
]


def remedies(variants: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a cell and remedy (COLUMNS), from `variants_table` and the rows of `table.load`.

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
    even = break_even(table)[[*_KEY, "kind", "epochs", "lower", "upper"]]
    even = even.rename(columns={"kind": "pays_off"})
    both = judged.drop(columns=["epochs"]).merge(even, on=_KEY, how="left")
    about = table.drop_duplicates(["file", "device"]).set_index(["file", "device"])
    return _worded(both, about)


_KEY = ["file", "workload", "batch_size", "device"]
_ROUND = [
    "file",
    "machine",
    "workload",
    "batch_size",
    "epochs",
    "device",
    "threads",
    "arm",
    "block",
    "total_seconds",
    "cold_start_seconds",
    "epoch_seconds",
    "step_seconds",
    "suspect",
    "reason",
    "detail",
    "place",
    "own_device",
    "own_threads",
    "device_label",
    "applied",
    "kind",
]


def _as_rounds(variants: pd.DataFrame) -> pd.DataFrame:
    """Variants as rows of rounds: the plain cell is the `cpu`, each other variant a device."""
    marked = variants.assign(suspect=_loss_marks(variants))
    kinds = ["ladder" if name.startswith(LADDER) else "remedy" for name in marked["variant"]]
    return _filed(marked.assign(kind=kinds, plain=marked["variant"] == PLAIN))


def _larger_batches(rounds: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """At each batch size, epochs at the larger ones of the grid; no smaller ones."""
    own = rounds[rounds["block"].notna()].drop_duplicates(
        [*CELL, "arm", "block"], ignore_index=True
    )
    own = own.assign(applied=False, kind="batch size")
    for size in sorted(own["batch_size"].unique()):
        here = own[own["batch_size"] == size]
        if not (own["batch_size"] > size).any():
            continue
        yield _filed(here.assign(variant=PLAIN, plain=True), family=" batch sizes")
        for larger in sorted(own.loc[own["batch_size"] > size, "batch_size"].unique()):
            there = own[(own["batch_size"] == larger) & (own["arm"] == "first")]
            moved = there.assign(batch_size=size, variant=f"{BATCH}{larger}", plain=False)
            yield _filed(moved, family=" batch sizes")


def _filed(rows: pd.DataFrame, *, family: str = "") -> pd.DataFrame:
    """Rows with `file` naming a device's family of comparisons and `device` the variant."""
    places = rows["file"] + "\n" + rows["device"] + "\n" + rows["threads"].astype(str) + family
    table = rows.assign(
        place=rows["file"],
        own_device=rows["device"],
        own_threads=rows["threads"],
        file=places,
        device=rows["variant"].where(~rows["plain"], "cpu"),
        threads=0,
        epochs=1,
        total_seconds=rows["cold_start_seconds"] + rows["epoch_seconds"],
    )
    return table[_ROUND]


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
    names = ["ratio", "hi", "lo"]
    values = judged[names].to_numpy(dtype=np.float64)
    gains = np.where(mirrored[:, None], values[:, [0, 2, 1]], 1 / values)
    own_words = [_MIRRORED if applied else WORDS for applied in mirrored]
    words = [own.get(word, word) for word, own in zip(judged["verdict"], own_words, strict=True)]
    said = zip(judged["reason"], judged["device"], own_words, strict=True)
    reasons = [_reason(text, name, own) for text, name, own in said]
    lost = judged["verdict"] == NOT_MEASURED
    table = pd.DataFrame(
        {
            "file": own["place"],
            "machine": judged["machine"],
            "workload": judged["workload"],
            "batch_size": judged["batch_size"],
            "device": own["own_device"],
            "threads": own["own_threads"],
            "remedy": judged["device"],
            "kind": own["kind"],
            "applied": mirrored,
            "verdict": [
                reason.partition(" (")[0] if gone else word
                for word, reason, gone in zip(words, reasons, lost, strict=True)
            ],
            "reason": reasons,
            "gain": gains[:, 0],
            "lo": gains[:, 1],
            "hi": gains[:, 2],
            "pays_off": judged["pays_off"].mask(mirrored, ""),
            **{name: judged[name].mask(mirrored) for name in ("epochs", "lower", "upper")},
            "blocks": judged["blocks"],
            "device_label": own["device_label"],
        }
    )
    return table.sort_values([*CELL, "kind", "remedy"], ignore_index=True)[COLUMNS]


def _reason(text: str, name: str, words: Mapping[str, str]) -> str:
    """The words about the variant itself: `compile: unsupported (why)` -> `unsupported (why)`.

    What a cell would be alone is said of the remedy as well: `gpu faster alone` -> `slower alone`
    where it was left out.
    """
    parts = [
        part.removeprefix(f"{name}: ").removeprefix("cpu: ") for part in text.split("; ") if part
    ]
    for word, own in words.items():
        parts = [
            part.replace(word, own, 1) if part.startswith(f"{word} alone") else part
            for part in parts
        ]
    return "; ".join(parts)
