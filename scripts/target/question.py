"""What `advise.py` is asked, and the rows of files that can answer it."""

from dataclasses import dataclass

import pandas as pd

from scripts.read.document import ResultError


@dataclass(frozen=True)
class Question:
    """What was asked; None where nothing was."""

    workload: str
    target: float | None = None
    machine: str | None = None
    optimizer: str | None = None
    batch_size: int | None = None
    epochs: int | None = None


def asked_runs(runs: pd.DataFrame, question: Question) -> pd.DataFrame:
    """The runs that can answer; raises ResultError, with what there is, when there are none."""
    own = runs[runs["workload"] == question.workload]
    if own.empty:
        known = ", ".join(sorted(runs["workload"].unique())) or "none"
        message = f"{question.workload} was not learned; the files have: {known}"
        raise ResultError("", "--workload", message)
    if question.optimizer is not None:
        known = ", ".join(sorted(own["optimizer"].unique()))
        own = own[own["optimizer"] == question.optimizer]
        if own.empty:
            message = f"{question.optimizer} was not learned for {question.workload}; only {known}"
            raise ResultError("", "--optimizer", message)
    _require_fraction(own, question.target)
    return own


def _require_fraction(runs: pd.DataFrame, target: float | None) -> None:
    """Raises ResultError for a share of right answers in per cent."""
    metric = str(runs["metric"].iloc[0])
    if target is not None and target > 1 and metric != "bits_per_character":
        message = f"{target:g} is above 1; {metric.replace('_', ' ')} is a fraction, such as 0.93"
        raise ResultError("", "--target", message)


def asked_rounds(rounds: pd.DataFrame, question: Question) -> pd.DataFrame:
    """The timed rows of the workload, of the machine where one was named."""
    machines = sorted(rounds["machine"].unique())
    if question.machine is not None and question.machine not in machines:
        message = f"{question.machine} is none of the timed machines: {', '.join(machines)}"
        raise ResultError("", "--machine", message)
    own = rounds[rounds["workload"] == question.workload]
    return own if question.machine is None else own[own["machine"] == question.machine]
