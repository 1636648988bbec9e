"""The tables about learning: the fastest settings, contests, every time, every epoch."""

from typing import Any

import pandas as pd

from scripts.read.text import optimizer_name
from scripts.sections.columns import table
from scripts.sections.section import Table
from scripts.tables.learned import Learned
from scripts.target.source import one_source
from scripts.target.time import best_of
from scripts.words.names import against
from scripts.words.target.learning import doubts
from scripts.words.target.turning import EARLY_STOPPING

MOST_SETTINGS = 2000
"""Times and contests that the page shows one by one; of more it has each side's fastest, and the
CSV files beside it have everything."""

_SETTING = (
    "machine label optimizer batch_size learning_rate train_epochs standing seconds:time_to_target"
)
_BEHIND = (
    "lo hi cold_seconds epoch_seconds evaluation_seconds blocks seeds epochs metric target "
    "learned_on note suspect reason file side"
)


def whole(learned: Learned) -> bool:
    """Return whether every setting is shown."""
    return len(learned.times) + len(learned.contests) <= MOST_SETTINGS


def target_tables(learned: Learned, workload: str, stem: str) -> list[Table]:
    """Return the tables of a workload that have a row."""
    epochs, times, contests, absent, turning, saved = (
        learned.of(workload, own)
        for own in (
            *(learned.epochs, learned.times, learned.contests),
            *(learned.absent, learned.turning, learned.savings),
        )
    )
    found = []
    if len(times):
        found.append(_fastest(times, one_source(epochs), workload, stem))
    if len(contests):
        own = contests if whole(learned) else contests[contests["at"] == "best"]
        found.append(_contests(own, workload, stem))
    if len(times) and whole(learned):
        found.append(_times(times, workload, stem))
    if len(epochs):
        found.append(_epochs(epochs, workload, stem))
    if len(turning):
        found.append(_turning(turning, workload, stem))
    if len(saved):
        found.append(_savings(saved, workload, stem))
    if len(absent):
        found.append(_untrained(absent, workload, stem))
    return [one for one in found if one.rows]


def _fastest(times: pd.DataFrame, epochs: pd.DataFrame, workload: str, stem: str) -> Table:
    """Return a row per side: the setting that gets there fastest, of those that were timed."""
    best = best_of(times).sort_values("seconds", ignore_index=True)
    best["doubts"] = [doubts(row, epochs) for row in best.to_dict("records")]
    caption = f"The fastest to the target of {workload}, for each side"
    return table(best, f"fastest-{stem}", caption, f"{_SETTING} doubts", _BEHIND)


def _times(times: pd.DataFrame, workload: str, stem: str) -> Table:
    """Return a row per side, optimiser and batch size: time to the target, or why none."""
    rows = times.sort_values(["machine", "side", "optimizer", "batch_size"], ignore_index=True)
    rows["why"] = [
        "; ".join(filter(None, (row["reason"], row["note"], _suspicion(row))))
        for row in rows.to_dict("records")
    ]
    caption = f"Time to the target of {workload}, for each side, optimiser and batch size"
    name = f"time-to-target-{stem}"
    return table(rows, name, caption, f"{_SETTING} why", _BEHIND, choices="optimizer")


def _contests(contests: pd.DataFrame, workload: str, stem: str) -> Table:
    """Return a row per pair: each side at its own best, then at equal batch sizes."""
    rows = contests.assign(last=contests["at"] != "best").sort_values(
        ["machine", "side", "base", "last"], kind="stable", ignore_index=True
    )
    rows["pair"] = list(map(against, rows.to_dict("records")))
    rows["place"] = rows["last"].map({True: "equal batch size", False: "each at its own best"})
    rows["optimizer"] = [
        "best of each" if name == "any" else optimizer_name(name) for name in rows["optimizer"]
    ]
    return table(
        rows,
        f"contests-{stem}",
        f"Side against base in time to the target of {workload}",
        "machine pair place optimizer:optimizers side_batch base_batch ratio:side_ratio verdict "
        "reason",
        "side_seconds base_seconds lo hi margin file side base",
        choices="place verdict",
    )


def _epochs(epochs: pd.DataFrame, workload: str, stem: str) -> Table:
    """Return a row per learning file, optimiser and batch size: epochs on any side."""
    rows = epochs.sort_values(["machine", "optimizer", "batch_size"], ignore_index=True)
    return table(
        rows,
        f"epochs-to-target-{stem}",
        f"Epochs to the target of {workload}: to the first look that finds it, median of the seeds "
        "[fewest, most], and those at whose end 9 of 10 seeds stand there",
        "machine:learner optimizer batch_size learning_rate epochs:epoch_range seeds train_epochs "
        "standing edge unsettled:reason",
        "low high metric target steps_an_epoch file",
    )


def _turning(turning: pd.DataFrame, workload: str, stem: str) -> Table:
    """Return a row per setting that was trained to the last epoch: where its loss turns up."""
    rows = turning.sort_values(["machine", "optimizer", "batch_size"], ignore_index=True)
    return table(
        rows,
        f"turning-points-{stem}",
        f"Epochs of {workload} until the held-out loss is lowest, and what further ones did to it",
        "machine:learner optimizer batch_size learning_rate lowest:lowest_epoch last worse "
        "score_best score_last train_score_last stop_epochs",
        "low high lo hi turns seeds stop_score metric file",
    )


def _savings(saved: pd.DataFrame, workload: str, stem: str) -> Table:
    """Return a row per side and setting: what early stopping saves."""
    return table(
        saved.assign(doubt=saved["suspect"]),
        f"early-stopping-{stem}",
        f"Seconds that {EARLY_STOPPING}, saves of {workload}",
        "machine device_label:label optimizer batch_size last stop_epochs all_seconds "
        "stop_seconds saved_seconds reason",
        "note suspect file side",
    )


def _untrained(absent: pd.DataFrame, workload: str, stem: str) -> Table:
    """Return a row per learning file, optimiser and reason: the cells that were not trained."""
    key = ["file", "machine", "optimizer", "reason", "detail"]
    sizes = absent.sort_values("batch_size").groupby(key, sort=False)["batch_size"]
    rows = sizes.agg(lambda own: ", ".join(map(str, own))).reset_index()
    shown = "machine:learner optimizer reason detail batch_size"
    caption = f"Settings of {workload} that were not trained"
    return table(rows, f"untrained-{stem}", caption, shown, "file")


def _suspicion(row: dict[Any, Any]) -> str:
    return f"suspect: {row['suspect']}" if row["suspect"] else ""
