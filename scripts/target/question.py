"""What `advise.py` is asked, and the rows of files that can answer it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from scripts.read import learning, table
from scripts.read.document import ResultError
from scripts.read.learning_file import by_kind
from scripts.target.source import one_source
from scripts.target.standing import with_whole_epochs


@dataclass(frozen=True)
class Question:
    """What was asked; None where nothing was."""

    workload: str
    target: float | None = None
    machine: str | None = None
    optimizer: str | None = None
    batch_size: int | None = None
    epochs: int | None = None


@dataclass(frozen=True)
class Known:
    """Epochs to the target and the runs behind them, the timed rounds, or why there are none."""

    epochs: pd.DataFrame
    runs: pd.DataFrame
    rounds: pd.DataFrame
    untimed: str


def known(paths: Iterable[Path], question: Question) -> Known:
    """The rows that answer a question; raises ResultError, with what there is, without any."""
    timing, learned, _imported = by_kind(paths)
    if question.machine is not None and not timing:
        raise ResultError("", "--machine", "no timing file is given; name that machine's")
    every = table.load(timing) if timing else pd.DataFrame()
    if not learned:
        message = "no learning file is given; `pytest bench --learning` makes one"
        raise ResultError("", "", message)
    runs = _runs(learning.load(learned), question)
    reached = learning.epochs_to_target(runs, target=question.target)
    epochs = one_source(with_whole_epochs(reached, runs))
    return Known(
        epochs=epochs,
        runs=runs[runs["file"].isin(epochs["file"].unique())],
        rounds=_rounds(every, question) if timing else every,
        untimed=f"{question.workload} was not timed there" if timing else "no timing file is given",
    )


def _runs(runs: pd.DataFrame, question: Question) -> pd.DataFrame:
    own = runs[runs["workload"] == question.workload]
    if own.empty:
        names = ", ".join(sorted(runs["workload"].unique())) or "none"
        message = f"{question.workload or repr('')} was not learned; the files have: {names}"
        raise ResultError("", "--workload", message)
    if question.optimizer is not None:
        names = ", ".join(sorted(own["optimizer"].unique()))
        own = own[own["optimizer"] == question.optimizer]
        if own.empty:
            message = f"{question.optimizer} was not learned for {question.workload}; only {names}"
            raise ResultError("", "--optimizer", message)
    metric, target = own["metric"].iloc[0], question.target
    if target is not None and target > 1 and metric.unit == "%":
        message = f"{target:g} is above 1; {metric.words} is a fraction, such as 0.93"
        raise ResultError("", "--target", message)
    return own


def _rounds(rounds: pd.DataFrame, question: Question) -> pd.DataFrame:
    """The timed rows of the workload, of the machine where one was named."""
    machines = sorted(rounds["machine"].unique())
    if question.machine is not None and question.machine not in machines:
        message = f"{question.machine} is none of the timed machines: {', '.join(machines)}"
        raise ResultError("", "--machine", message)
    own = rounds[rounds["workload"] == question.workload]
    return own if question.machine is None else own[own["machine"] == question.machine]
