"""Advice in sentences: what to train with, where, for how long, and what is not known."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from scripts.judge.rule import CLOSE, FASTER, SLOWER
from scripts.read import learning, table
from scripts.read.document import ResultError
from scripts.read.learning_file import by_kind
from scripts.read.text import counted
from scripts.target.contest import contest, noise_margin
from scripts.target.question import Question, asked_rounds, asked_runs
from scripts.target.time import best_of, one_source, times_to_target
from scripts.words.learning import score_text, setting_text, time_text
from scripts.words.names import place_text
from scripts.words.typed_advice import typed_lines
from scripts.words.verdicts import ratio_words


def advice(paths: Iterable[Path], question: Question) -> list[str]:
    """The answer, a sentence a line; raises ResultError when the files hold none."""
    timing, learned = by_kind(paths)
    every = table.load(timing) if timing else pd.DataFrame()
    if not learned:
        message = "no learning file is given; `pytest bench --learning` makes one"
        raise ResultError("", "", message)
    runs = asked_runs(learning.load(learned), question)
    epochs = one_source(learning.epochs_to_target(runs, target=question.target))
    rounds = asked_rounds(every, question) if timing else every
    own = runs[runs["file"].isin(epochs["file"].unique())]
    lines = [reached_line(epochs), *_other_target(epochs, own)]
    if len(rounds):
        lines += device_lines(epochs, rounds)
    else:
        why = f"{question.workload} was not timed there" if timing else "no timing file is given"
        lines += _untimed_lines(epochs, why)
    if question.batch_size is not None or question.epochs is not None:
        typed = (question.batch_size, question.epochs)
        lines += typed_lines(*typed, epochs=epochs, runs=own, rounds=rounds)
    return lines


def reached_line(epochs: pd.DataFrame) -> str:
    """What is asked for, and how many of the trained settings come to it."""
    first = epochs.iloc[0]
    goal = score_text(first["metric"], first["target"])
    place = f"{first['workload']} to {goal} (held out; learned on {first['machine']}"
    there = epochs["epochs"].notna()
    if epochs["reason"].str.startswith("trained to ").all():
        how = "`pytest bench --learning --target` goes further"
        return f"{place}): not known: the runs were {epochs['reason'].iloc[0]} ({how})."
    if not there.any():
        reasons = "; ".join(sorted(set(epochs["reason"])))
        unreached = epochs["reason"].str.startswith(learning.NOT_REACHED).all()
        how = "gets there" if unreached else "is known to get there"
        return f"{place}): no setting {how}: {reasons}."
    pairs = "1 pair" if len(epochs) == 1 else f"{len(epochs)} pairs"
    seeds = counted(int(epochs["seeds"].max()), "seed")
    return f"{place}, {seeds}); {there.sum()} of {pairs} of batch size and optimiser reached it."


def _other_target(epochs: pd.DataFrame, runs: pd.DataFrame) -> Iterator[str]:
    """That the learning rates were tuned for another target, where cells have a figure at all."""
    metric, trained = runs["metric"].iloc[0], runs["target"].iloc[0]
    if epochs["target"].iloc[0] != trained and epochs["epochs"].notna().any():
        yield f"learning rates are those that were best to {score_text(metric, trained)}."


def device_lines(epochs: pd.DataFrame, rounds: pd.DataFrame) -> list[str]:
    """A line a device, the soonest first, then GPU against CPU on every machine."""
    every = times_to_target(epochs, rounds)
    best = best_of(every).sort_values("seconds")
    lines = [
        f"{place_text(row)}: {setting_text(row)}: {time_text(row)}{_doubts(row, epochs)}"
        for row in best.to_dict("records")
    ]
    lines += _missing_lines(every, best)
    for _file, own in best.groupby("file", sort=False):
        lines += _contest_lines(own, rounds)
    return lines


def _doubts(row: dict[Any, Any], epochs: pd.DataFrame) -> str:
    """What a reader should know of a line, in brackets at its end."""
    same = (epochs["batch_size"] == row["batch_size"]) & (epochs["optimizer"] == row["optimizer"])
    cell = epochs[same].iloc[0]
    doubts = [row.get("note", ""), f"suspect: {row['suspect']}" if row.get("suspect") else ""]
    if cell["edge"]:
        doubts.append(f"its learning rate is at the {cell['edge']} edge of those tried")
    if cell["reached"] < cell["seeds"]:
        missed = f"{cell['seeds'] - cell['reached']} of {cell['seeds']} seeds"
        doubts.append(f"{missed} did not reach it")
    words = "; ".join(filter(None, doubts))
    return f" ({words})" if words else ""


def _missing_lines(every: pd.DataFrame, best: pd.DataFrame) -> Iterator[str]:
    """Devices without any answer, and the batch sizes that the soonest was not chosen among."""
    answered = set(zip(best["file"], best["device"], best["threads"], strict=True))
    for place, own in every.groupby(["file", "device", "threads"], sort=False):
        words = f"not known {place_text(own.iloc[0].to_dict())}"
        if place not in answered:
            shown = {reason.partition(" at batch size ")[0][:120] for reason in own["reason"]}
            yield f"{words}: {'; '.join(sorted(shown)).rstrip('.')}."
            continue
        untimed = own[own["seconds"].isna() & own["epochs"].notna()]
        short = untimed["reason"].map(lambda reason: reason.partition(" at ")[0])
        for reason, cells in untimed.groupby(short):
            sizes = ", ".join(map(str, sorted(cells["batch_size"].unique())))
            yield f"{words}: batch {sizes} ({reason})."


def _contest_lines(best: pd.DataFrame, rounds: pd.DataFrame) -> Iterator[str]:
    """Each GPU of a machine against its CPU, both at their own best setting."""
    margin = noise_margin(rounds[rounds["file"] == best["file"].iloc[0]])
    for gpu in best[best["device"] != "cpu"].to_dict("records"):
        for cpu in best[best["device"] == "cpu"].to_dict("records"):
            verdict = contest(gpu, cpu, margin=margin)
            yield f"on {gpu['machine']}, each at its best, {contest_words(verdict, gpu)}."


def contest_words(verdict: dict[Any, Any], gpu: dict[Any, Any]) -> str:
    """A row of `contest` in words; `gpu` has its `device_label`."""
    device = gpu["device_label"]
    ratio = ratio_words(verdict)
    if verdict["verdict"] in (SLOWER, FASTER):
        winner = "CPU" if verdict["verdict"] == SLOWER else "GPU"
        return f"{device} takes {ratio} the CPU's time: train on the {winner}"
    if verdict["verdict"] == CLOSE:
        return f"{device} and the CPU are too close to call ({ratio})"
    why = f"; {verdict['reason']}" if verdict["reason"] else ""
    return f"{device} against the CPU: {verdict['verdict']} ({ratio}{why})"


def _untimed_lines(epochs: pd.DataFrame, why: str) -> Iterator[str]:
    """The fewest epochs, when no seconds are known."""
    there = epochs[epochs["epochs"].notna()]
    if len(there):
        row = there.sort_values("epochs").iloc[0].to_dict()
        yield f"fewest epochs: {setting_text(row)}{_doubts(row, epochs)}"
    yield f"not known: seconds and the best device ({why}; `pytest bench` measures them)."
