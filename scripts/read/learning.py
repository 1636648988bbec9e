"""Learning files to tidy rows, and epochs to the target: how long, at which learning rate.

`load(["results/devbox-learning.json"])` has a row a run, its curve as arrays. A look at held-out
data is an entry of these arrays; `steps[0]` is 0, the untrained network.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.read.document import Document, ResultError
from scripts.read.learning_file import KEY, reached, read
from scripts.read.provenance import describe_learning
from scripts.read.text import distinct, safe_text

Array = npt.NDArray[np.float64]

CELL = ["file", "machine", "workload", "batch_size", "optimizer"]
CURVE = ("train_loss", "loss", "score")
NOT_REACHED = "not reached"
_EPOCHS = [
    *CELL, "metric", "samples", "steps_an_epoch", "definition", "target", "learning_rate", "edge",
    "seeds", "reached", "steps", "epochs", "low", "high", "reason",
]  # fmt: skip


@dataclass(frozen=True)
class Files:
    """Learning files as tables: a row a run, a row a cell that was not trained, a row a file."""

    runs: pd.DataFrame
    absent: pd.DataFrame
    files: pd.DataFrame


def load(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The runs of these learning files, as `load_files` has them."""
    return load_files(paths).runs


def load_files(paths: Iterable[str | Path]) -> Files:
    """Everything in these learning files; raises ResultError for the first that is none.

    Columns of runs: CELL, learning_rate, seed, role (`tuning` or `figure`), ended, detail, steps
    and the curves (arrays), samples (of an epoch), steps_an_epoch, metric, target, definition,
    patience.
    Of absent: CELL, reason, detail. Of files: what `about.describe_learning` tells.
    """
    names = [Path(path) for path in paths]
    if not names:
        raise ResultError("", "", "no learning file is given")
    documents = [read(path) for path in names]
    machines = distinct(
        safe_text(document["machine_info"]["crossover"]["machine"]) for document in documents
    )
    every = list(zip(names, machines, documents, strict=True))
    return Files(
        runs=pd.concat([_rows(*one) for one in every], ignore_index=True),
        absent=pd.concat([_absent(*one) for one in every], ignore_index=True),
        files=pd.DataFrame([describe_learning(*one) for one in every]),
    )


def _absent(path: Path, machine: str, document: Document) -> pd.DataFrame:
    rows = [
        {name: safe_text(row[name]) for name in ("workload", "optimizer", "reason", "detail")}
        | {"batch_size": row["batch_size"]}
        for row in document[KEY]["absent"]
    ]
    table = pd.DataFrame(rows, columns=[*CELL[2:], "reason", "detail"])
    return table.assign(file=safe_text(path), machine=machine)


def _rows(path: Path, machine: str, document: Document) -> pd.DataFrame:
    own = document[KEY]
    rows = []
    for run in own["runs"]:
        about = own["workloads"][run["workload"]]
        row = {name: run[name] for name in (*CELL[2:], "learning_rate", "seed", "ended")}
        row |= {
            "role": "figure" if run["seed"] in own["run"]["figure_seeds"] else "tuning",
            "detail": safe_text(run["detail"]),
            "steps": np.array(run["steps"], dtype=np.float64),
            "samples": about["train_samples"],
            "metric": about["goal_metric"],
            "target": float(own["run"]["targets"][run["workload"]]),
            "definition": safe_text(about["definition"]),
            "steps_an_epoch": math.ceil(about["train_samples"] / run["batch_size"]),
        }
        row |= {name: np.array(run[name], dtype=np.float64) for name in CURVE}
        rows.append(row)
    columns = [*CELL[2:], "learning_rate", "seed", "ended", "role", "detail", "steps", "samples",
               "metric", "target", "definition", "steps_an_epoch", *CURVE]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        file=safe_text(path),
        machine=machine,
        seeds_planned=len(own["run"]["figure_seeds"]),
        patience=float(own["run"]["patience"]),
        complete=own["complete"],
    )


def steps_to(run: Any, target: float) -> float:
    """Steps of a run (a row as a mapping) to the first look that finds the target; inf: never."""
    score = run["score"]
    good = score <= target if run["metric"] == "bits_per_character" else score >= target
    return float(run["steps"][int(np.argmax(good))]) if good.any() else math.inf


def chosen_rate(tuning: pd.DataFrame) -> float | None:
    """The best learning rate of a cell by its tuning runs; None when none reached the target.

    It reached the target with the most seeds, and among those soonest by the geometric mean of
    the steps; equal ones: the smaller rate.
    """
    there = tuning[(tuning["ended"] == "target") & (tuning["role"] == "tuning")]
    if there.empty:
        return None
    rows = []
    for rate, runs in there.groupby("learning_rate"):
        log_steps = [math.log(steps[-1]) for steps in runs["steps"]]
        rows.append((-len(log_steps), sum(log_steps) / len(log_steps), float(str(rate))))
    return min(rows)[2]


def epochs_to_target(runs: pd.DataFrame, *, target: float | None = None) -> pd.DataFrame:
    """A row a cell: epochs to the target at the best learning rate, over the figure seeds.

    `target`: another one than the runs were trained to; an easier one is found on their curves, at
    the learning rate that was best for theirs. Columns: CELL, learning_rate, edge (`lower` or
    `upper` when the best rate is the grid's last there, else empty), metric, target, samples,
    steps_an_epoch, definition, seeds, reached, steps (an array, a seed an entry, inf: not reached),
    epochs (their median; NaN: not reached), low and high (the seeds' extremes), reason.
    """
    rows = []
    for _cell, own in runs.groupby(CELL, sort=False):
        rows.append(_cell_row(own, target))
    return pd.DataFrame(rows, columns=_EPOCHS)


def _cell_row(own: pd.DataFrame, target: float | None) -> dict[str, Any]:
    first = own.iloc[0]
    about = {name: first[name] for name in (*CELL, "metric", "samples", "steps_an_epoch")}
    goal = float(first["target"]) if target is None else target
    rate = chosen_rate(own)
    figure = own[(own["role"] == "figure") & (own["learning_rate"] == rate)]
    trained = figure[figure["steps"].map(len) > 0]
    steps = np.array([steps_to(run, goal) for run in trained.to_dict("records")])
    reason = _reason(own, rate=rate, trained=len(trained), goal=goal)
    if reason:
        steps = np.full(len(steps), math.inf)
    epochs = np.sort(steps) / first["steps_an_epoch"]
    median = float(np.median(epochs)) if len(epochs) else math.inf
    if not reason and math.isinf(median):
        reason = f"{NOT_REACHED} by {np.isinf(steps).sum()} of {len(steps)} seeds"
    return about | {
        "definition": first["definition"],
        "target": goal,
        "learning_rate": math.nan if rate is None else rate,
        "edge": _edge(own, rate),
        "seeds": len(steps),
        "reached": int(np.isfinite(steps).sum()),
        "steps": steps,
        "epochs": median if math.isfinite(median) else math.nan,
        "low": float(epochs[0]) if len(epochs) and math.isfinite(epochs[0]) else math.nan,
        "high": float(epochs[-1]) if len(epochs) and math.isfinite(epochs[-1]) else math.nan,
        "reason": reason,
    }


def _reason(own: pd.DataFrame, *, rate: float | None, trained: int, goal: float) -> str:
    """Why a cell has no figure whatever its curves say; empty when it has."""
    first = own.iloc[0]
    if harder(first["metric"], goal, than=first["target"]):
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


def harder(metric: str, target: float, *, than: float) -> bool:
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
