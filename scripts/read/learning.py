"""Learning files to tidy rows, and epochs to the target: how long, at which learning rate.

`load(["results/devbox-learning.json"])` has a row a run, its curve as arrays. A look at held-out
data is an entry of these arrays; `steps[0]` is 0, the untrained network.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from msgspec.structs import asdict

from scripts.read.document import ResultError, Skip, sound
from scripts.read.learning_file import LEARNING
from scripts.read.metric import Metric, reached
from scripts.read.provenance import describe_learning
from scripts.read.records.learning import LearningFile
from scripts.read.text import distinct, safe_text

Array = npt.NDArray[np.float64]

CELL = ["file", "machine", "workload", "batch_size", "optimizer"]
CURVE = ("train_loss", "loss", "score")
ENDS = ("epoch_train_loss", "epoch_train_score")
"""Of the whole training split, untrained and after each epoch."""
_ABSENT = [*CELL[2:], "reason", "detail", "file", "machine"]
_RUNS = [
    *CELL, "learning_rate", "seed", "ended", "role", "detail", "steps", "samples", "metric",
    "target", "definition", "steps_an_epoch", *CURVE, *ENDS, "seeds_planned", "patience",
    "complete", "to_end", "held_out", "cut", "dataset",
]  # fmt: skip
NOT_REACHED = "not reached"
_EPOCHS = [
    *CELL, "metric", "samples", "steps_an_epoch", "definition", "held_out", "cut", "target",
    "learning_rate", "edge", "seeds", "reached", "steps", "epochs", "low", "high", "reason",
]  # fmt: skip


@dataclass(frozen=True)
class Files:
    """Learning files as tables: a row a run, a row a cell that was not trained, a row a file."""

    runs: pd.DataFrame
    absent: pd.DataFrame
    files: pd.DataFrame


def load(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Return the runs of these learning files, as `load_files` has them."""
    return load_files(paths).runs


def load_files(paths: Iterable[str | Path], *, skip: Skip | None = None) -> Files:
    """Return everything in these learning files; raises ResultError for the first that is none.

    With `skip`, that is called for each bad one instead, and there may be none left.

    Columns of runs: _RUNS and the curves as arrays; `samples` are those of an epoch, `held_out`
    those that are looked at (NaN: not told), `role` is `tuning` or `figure`, `cut` is whether a
    part of the data was trained on. Of absent: CELL, reason, detail. Of files: `describe_learning`.
    """
    names = [Path(path) for path in paths]
    if not names:
        raise ResultError("", "", "no learning file is given")
    good = list(sound(names, LEARNING, skip=skip))
    about = [describe_learning(path, file) for path, file in good]
    machines = distinct(one["machine"] for one in about)
    every = [
        (one["file"], machine, file)
        for one, machine, (_path, file) in zip(about, machines, good, strict=True)
    ]
    return Files(
        runs=pd.DataFrame([row for one in every for row in _runs(*one)], columns=_RUNS),
        absent=pd.DataFrame([row for one in every for row in _absent(*one)], columns=_ABSENT),
        files=pd.DataFrame(about).assign(machine=machines),
    )


def _absent(file: str, machine: str, content: LearningFile) -> Iterator[dict[str, Any]]:
    for row in content.crossover_learning.absent:
        texts = {name: value for name, value in asdict(row).items() if isinstance(value, str)}
        yield {"file": file, "machine": machine, "batch_size": row.batch_size} | {
            name: safe_text(text) for name, text in texts.items()
        }


def _runs(file: str, machine: str, content: LearningFile) -> Iterator[dict[str, Any]]:
    own = content.crossover_learning
    for run in own.runs:
        about = own.workloads[run.workload]
        yield asdict(run) | {
            "file": file,
            "machine": machine,
            "role": "figure" if run.seed in own.run.figure_seeds else "tuning",
            "detail": safe_text(run.detail),
            "samples": about.train_samples,
            "metric": about.metric,
            "target": float(own.run.targets[run.workload]),
            "definition": safe_text(about.definition),
            "steps_an_epoch": math.ceil(about.train_samples / run.batch_size),
            **{
                name: np.array(getattr(run, name), dtype=np.float64)
                for name in ("steps", *CURVE, *ENDS)
            },
            "seeds_planned": len(own.run.figure_seeds),
            "patience": own.run.patience,
            "complete": own.complete,
            "to_end": own.run.to_end,
            "held_out": about.held_out_samples or math.nan,
            "cut": own.run.train_samples is not None,
            "dataset": safe_text(about.dataset),
        }


def steps_to(run: Any, target: float) -> float:
    """Steps of a run (a row as a mapping) to the first look that finds the target; inf: never."""
    score = run["score"]
    good = score <= target if run["metric"].falls else score >= target
    return float(run["steps"][int(np.argmax(good))]) if good.any() else math.inf


def chosen_rate(tuning: pd.DataFrame) -> float | None:
    """The best learning rate of a cell by its tuning runs; None when none reached the target.

    It reached the target with the most seeds, and among those in the fewest steps (their
    geometric mean); equal ones: the smaller rate. Where runs go to the end whatever they reach, it
    is the one that the figure seeds were trained at.
    """
    there = tuning[(tuning["ended"] == "target") & (tuning["role"] == "tuning")]
    logs = there["steps"].map(lambda steps: math.log(steps[-1])).astype(np.float64)
    rates = logs.groupby(there["learning_rate"]).agg(["count", "mean"])
    order = rates.sort_values(["count", "mean"], ascending=[False, True], kind="stable")
    best = order.index.to_list()
    if not best:
        best = tuning.loc[
            tuning["to_end"] & (tuning["role"] == "figure"), "learning_rate"
        ].to_list()
    return float(best[0]) if best else None


def epochs_to_target(runs: pd.DataFrame, *, target: float | None = None) -> pd.DataFrame:
    """A row a cell: epochs to the target at the best learning rate, over the figure seeds.

    `target`: another one than the runs were trained to; an easier one is found on their curves, at
    the learning rate that was best for theirs. Columns: CELL, learning_rate, edge (`lower` or
    `upper` when the best rate is the grid's last there, else empty), metric, target, samples,
    steps_an_epoch, definition, seeds, reached, steps (an array, a seed an entry, inf: not reached),
    epochs (their median; NaN: not reached), low and high (the seeds' extremes), reason.
    """
    rows = [_cell_row(own, target) for _cell, own in runs.groupby(CELL, sort=False)]
    table = pd.DataFrame(rows, columns=_EPOCHS)
    unknown = ["epochs", "low", "high"]
    return table.assign(**table[unknown].astype(np.float64).replace(math.inf, math.nan))


def _cell_row(own: pd.DataFrame, target: float | None) -> dict[str, Any]:
    first = own.iloc[0]
    copied = (*CELL, "metric", "samples", "steps_an_epoch", "definition", "held_out", "cut")
    goal = float(first["target"]) if target is None else target
    rate = chosen_rate(own)
    figure = own[(own["role"] == "figure") & (own["learning_rate"] == rate)]
    trained = figure[figure["steps"].map(len) > 0]
    steps = np.array([steps_to(run, goal) for run in trained.to_dict("records")])
    reason = _reason(own, rate=rate, trained=len(trained), goal=goal)
    if reason:
        steps = np.full(len(steps), math.inf)
    epochs = (steps if len(steps) else np.array([math.inf])) / first["steps_an_epoch"]
    if not reason and math.isinf(np.median(epochs)):
        reason = f"{NOT_REACHED} by {np.isinf(steps).sum()} of {len(steps)} seeds"
    return {name: first[name] for name in copied} | {
        "target": goal,
        "learning_rate": math.nan if rate is None else rate,
        "edge": _edge(own, rate),
        "seeds": len(steps),
        "reached": int(np.isfinite(steps).sum()),
        "steps": steps,
        "epochs": float(np.median(epochs)),
        "low": float(epochs.min()),
        "high": float(epochs.max()),
        "reason": reason,
    }


def _reason(own: pd.DataFrame, *, rate: float | None, trained: int, goal: float) -> str:
    """Why a cell has no figure whatever its curves say; empty when it has."""
    first = own.iloc[0]
    if harder(first["metric"], goal, than=first["target"]) and not first["to_end"]:
        return f"trained to {first['target']:g} only"
    failed = own[own["ended"] == "failed"]
    if rate is None and len(failed):
        return f"failed: {failed.iloc[0]['detail']}"
    seeds = own["role"].eq("figure").sum()
    if rate is None and seeds:
        return f"{NOT_REACHED} at any learning rate"
    if trained < first["seeds_planned"]:
        return f"cut short: {trained} of {first['seeds_planned']} seeds are trained"
    return ""


def harder(metric: Metric, target: float, *, than: float) -> bool:
    """Whether a target is out of reach of runs that ended at another one."""
    return target != than and not reached(metric, than, target)


def _edge(own: pd.DataFrame, rate: float | None) -> str:
    """Whether the best learning rate is the smallest or the largest that was tried."""
    tried = own.loc[own["role"] == "tuning", "learning_rate"]
    if rate is None:
        return ""
    if rate == tried.min():
        return "lower"
    return "upper" if rate == tried.max() else ""


def score_after(run: Any, steps: float) -> float:
    """The score of a run after so many steps, between two looks on the line between them.

    NaN beyond its last look.
    """
    if not len(run["steps"]) or steps > run["steps"][-1]:
        return math.nan
    return float(np.interp(steps, run["steps"], run["score"]))
