"""The page's tables about learning: the soonest settings, contests, every time, every epoch."""

from typing import Any

import numpy as np
import pandas as pd

from scripts.read.text import counted, optimizer_name
from scripts.sections.section import Column, Table, column
from scripts.tables.learned import Learned
from scripts.target.time import best_of
from scripts.words.learning import doubts, time_text
from scripts.words.verdicts import ratio_words

MOST_SETTINGS = 2000
"""Times and contests that the page shows one by one; of more it has each device's soonest, and the
CSV files beside it have everything."""


def whole(learned: Learned) -> bool:
    """Whether every setting is shown."""
    return len(learned.times) + len(learned.contests) <= MOST_SETTINGS


def learned_rows(learned: Learned) -> int:
    """How many rows these tables have together, about."""
    own = len(learned.times) + len(learned.contests)
    return len(learned.epochs) + (own if whole(learned) else own // 10)


def soonest_table(
    times: pd.DataFrame, epochs: pd.DataFrame, *, stem: str, workload: str
) -> Table | None:
    """A row a device: the setting that gets there soonest, of those that were timed."""
    if times.empty:
        return None
    best = best_of(times).sort_values("seconds", ignore_index=True)
    best["doubts"] = [doubts(row, epochs) for row in best.to_dict("records")]
    return None if best.empty else Table(
        name=f"soonest-{stem}",
        caption=f"The soonest to the target of {workload}, for each device",
        columns=[*_setting(best), column(best, "doubts", "what to know")],
    )  # fmt: skip


def times_table(times: pd.DataFrame, *, stem: str, workload: str) -> Table | None:
    """A row a device, optimiser and batch size: time to the target, or why there is none."""
    if times.empty:
        return None
    rows = times.sort_values(
        ["machine", "device", "threads", "optimizer", "batch_size"], ignore_index=True
    )
    rows["why"] = [
        "; ".join(filter(None, (row["reason"], row["note"], _suspicion(row))))
        for row in rows.to_dict("records")
    ]
    return Table(
        name=f"time-to-target-{stem}",
        caption=f"Time to the target of {workload}, for each device, optimiser and batch size",
        columns=[*_setting(rows), column(rows, "why", "reason, or what was assumed")],
        choices=["optimizer"],
    )


def contests_table(contests: pd.DataFrame, *, stem: str, workload: str) -> Table | None:
    """A row a pair: at equal batch sizes, and each device at its own best."""
    if contests.empty:
        return None
    first = contests.assign(last=contests["at"] != "best")
    rows = first.sort_values(["machine", "device", "threads", "last"], kind="stable",
                             ignore_index=True)  # fmt: skip
    records = rows.to_dict("records")
    rows["place"] = [
        "each at its own best" if row["at"] == "best" else "equal batch size" for row in records
    ]
    names = [row["device_label"] + _against(row["threads"]) for row in records]
    optimizers = ["best of each" if name == "any" else optimizer_name(name)
                  for name in rows["optimizer"]]  # fmt: skip
    return Table(
        name=f"contests-{stem}",
        caption=f"GPU against CPU in time to the target of {workload}",
        columns=[
            column(rows, "machine", "machine"),
            Column("pair", names, "device"),
            column(rows, "place", "at"),
            column(rows, "optimizer", "optimiser", words=optimizers),
            column(rows, "gpu_batch", "GPU's batch size"),
            column(rows, "cpu_batch", "CPU's batch size"),
            column(rows, "ratio", "GPU / CPU seconds", words=[ratio_words(row) for row in records]),
            column(rows, "verdict", "verdict"),
            column(rows, "reason", "reason"),
            *[column(rows, key) for key in ("gpu_seconds", "cpu_seconds", "lo", "hi", "margin")],
            *[column(rows, key) for key in ("file", "device", "threads")],
        ],
        choices=["place", "verdict"],
    )


def epochs_table(epochs: pd.DataFrame, *, stem: str, workload: str) -> Table | None:
    """A row a learning file, optimiser and batch size: epochs to the target on any device."""
    if epochs.empty:
        return None
    rows = epochs.sort_values(["machine", "optimizer", "batch_size"], ignore_index=True)
    records = rows.to_dict("records")
    words = [_range(row) for row in records]
    seeds = [f"{row['reached']} of {row['seeds']}" for row in records]
    return Table(
        name=f"epochs-to-target-{stem}",
        caption=f"Epochs to the target of {workload}: median of the seeds [fewest, most]",
        columns=[
            column(rows, "machine", "learned on"),
            *_trained(rows),
            column(rows, "epochs", "epochs", words=words),
            Column("seeds", seeds, "seeds that got there"),
            column(rows, "edge", "learning rate at the edge of those tried"),
            column(rows, "reason", "reason"),
            *[column(rows, key) for key in ("low", "high", "metric", "target", "steps_an_epoch")],
            column(rows, "file"),
        ],
    )


def untrained_table(absent: pd.DataFrame, *, stem: str, workload: str) -> Table | None:
    """A row a learning file, optimiser and reason: the cells that were not trained."""
    if absent.empty:
        return None
    key = ["file", "machine", "optimizer", "reason", "detail"]
    sizes = absent.sort_values("batch_size").groupby(key, sort=False)["batch_size"]
    rows = sizes.agg(lambda own: ", ".join(map(str, own))).reset_index()
    titles = {"machine": "learned on", "optimizer": "optimiser", "reason": "reason",
              "detail": "what was said", "batch_size": "batch size"}  # fmt: skip
    return Table(
        name=f"untrained-{stem}",
        caption=f"Settings of {workload} that were not trained",
        columns=[*[column(rows, name, title) for name, title in titles.items()],
                 column(rows, "file")],
    )  # fmt: skip


def _setting(rows: pd.DataFrame) -> list[Column]:
    """The columns of a device, a setting and the time that it takes there."""
    records = rows.to_dict("records")
    seconds = ["" if pd.isna(row["seconds"]) else time_text(row) for row in records]
    return [
        column(rows, "machine", "machine"),
        column(rows, "label", "device"),
        *_trained(rows),
        column(rows, "epochs", "epochs", words=_numbers(rows["epochs"])),
        column(rows, "seconds", "time to the target", words=seconds),
        *[column(rows, key) for key in ("lo", "hi", "cold_seconds", "epoch_seconds", "blocks")],
        *[column(rows, key) for key in ("seeds", "metric", "target", "learned_on")],
        *[column(rows, key) for key in ("note", "suspect", "reason", "file", "device", "threads")],
    ]


def _trained(rows: pd.DataFrame) -> list[Column]:
    names = [optimizer_name(name) for name in rows["optimizer"]]
    return [
        column(rows, "optimizer", "optimiser", words=names),
        column(rows, "batch_size", "batch size"),
        column(rows, "learning_rate", "learning rate", words=_numbers(rows["learning_rate"])),
    ]


def _suspicion(row: dict[Any, Any]) -> str:
    return f"suspect: {row['suspect']}" if row["suspect"] else ""


def _against(threads: int) -> str:
    return f", CPU with {counted(threads, 'thread')}" if threads else ""


def _numbers(values: "pd.Series[float]") -> list[str]:
    return ["" if np.isnan(value) else f"{value:.3g}" for value in values.astype(float)]


def _range(row: dict[Any, Any]) -> str:
    """`4.2 [3.9, 5]`; a seed that never got there is an open end."""
    if pd.isna(row["epochs"]):
        return ""
    most = "∞" if row["reached"] < row["seeds"] or pd.isna(row["high"]) else f"{row['high']:.3g}"
    return f"{row['epochs']:.3g} [{row['low']:.3g}, {most}]"
