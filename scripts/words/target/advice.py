"""Advice in sentences: what to train with, where, for how long, and what is not known."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from scripts.judge.rule import CLOSE, FASTER, SLOWER
from scripts.read import learning
from scripts.read.text import counted, optimizer_name, seconds_in_words
from scripts.target.time import best_of
from scripts.words.names import place_text, side_label
from scripts.words.target.learning import doubts, score_text, setting_text, time_text
from scripts.words.verdicts import ratio_words
from scripts.words.warnings import marked

_COMPUTER = ["machine_id", "side"]
SINGLE_RUNS = (
    "in brackets: where 95 % of single runs end; the seconds count a look at the held-out data "
    "after each epoch."
)
_FURTHER = "`pytest bench --learning --target` goes further"


def reached_line(epochs: pd.DataFrame) -> str:
    """What is asked for, and how many of the trained settings come to it."""
    first = epochs.iloc[0]
    goal = score_text(first["metric"], first["target"])
    place = f"{first['workload']} to {goal} (held out; learned on {first['machine']}"
    there = epochs["epochs"].notna()
    if epochs["reason"].str.startswith("trained to ").all():
        return f"{place}): not known: the runs were {first['reason']} ({_FURTHER})."
    if not there.any():
        unreached = epochs["reason"].str.startswith(learning.NOT_REACHED).all()
        how = "gets there" if unreached else "is known to get there"
        return f"{place}): no setting {how}: {'; '.join(sorted(set(epochs['reason'])))}."
    seeds = counted(int(epochs["seeds"].max()), "seed")
    of = f"{there.sum()} of {counted(len(epochs), 'pair')} of batch size and optimiser"
    return f"{place}, {seeds}); {of} reached it."


def other_target(epochs: pd.DataFrame, runs: pd.DataFrame) -> Iterator[str]:
    """That the learning rates were tuned for another target, where cells have a figure at all."""
    metric, trained = runs["metric"].iloc[0], runs["target"].iloc[0]
    if epochs["target"].iloc[0] != trained and epochs["epochs"].notna().any():
        yield f"learning rates are those that were best to {score_text(metric, trained)}."


def side_lines(epochs: pd.DataFrame, times: pd.DataFrame, contests: pd.DataFrame) -> Iterator[str]:
    """A line per side, the fastest first, then each side against its base on every machine."""
    best = _of_computers(best_of(times))
    for row in best.to_dict("records"):
        yield best_line(row) + _in_brackets(doubts(row, epochs))
        yield from _faster_perhaps(row, times)
    yield from _missing_lines(times, best)
    if len(best):
        yield SINGLE_RUNS
    if len(contests):
        for row in contests[contests["at"] == "best"].to_dict("records"):
            yield f"on {row['machine']}, each at its best, {contest_words(row)}."


def _of_computers(best: pd.DataFrame) -> pd.DataFrame:
    """The best of the files of a computer, for each side."""
    as_one = best.assign(file=best["machine_id"], machine="")
    return best.loc[best_of(as_one).index].sort_values("seconds")


def optimizer_lines(contests: pd.DataFrame) -> Iterator[str]:
    """A row of `optimizer_contests`: how much longer another optimiser takes, at its own best."""
    for row in contests.to_dict("records"):
        name, fastest = optimizer_name(row["optimizer"]), optimizer_name(row["fastest"])
        lead, ratio = f"{place_text(row)}, each at its best, {name}", ratio_words(row)
        if row["verdict"] in (SLOWER, FASTER):
            yield f"{lead} takes {ratio} the time of {fastest}."
        elif row["verdict"] == CLOSE:
            yield f"{lead} and {fastest} are too close to call ({ratio})."
        else:
            why = "; ".join(filter(None, (ratio, row["reason"])))
            yield f"{lead} against {fastest}: {row['verdict']}{_in_brackets(why)}."


def _faster_perhaps(best: Mapping[Any, Any], times: pd.DataFrame) -> Iterator[str]:
    """The setting that would be faster, were its seconds what they are assumed to be."""
    same = (times[_COMPUTER] == [best[name] for name in _COMPUTER]).all(axis=1)
    faster = times[same & ~times["measured"] & (times["seconds"] < best["seconds"])]
    for row in faster.sort_values("seconds")[:1].to_dict("records") if best["measured"] else ():
        setting = f"batch {row['batch_size']}, {optimizer_name(row['optimizer'])}"
        seconds = marked(seconds_in_words(row["seconds"]), {"doubt": row["suspect"]})
        yield f"perhaps faster there: {setting}, {seconds}; not measured ({row['note']})."


def best_line(row: Mapping[Any, Any]) -> str:
    """`on cpu of devbox: train with batch 64, ...: 11 s [9 to 14]`, of a side's best row."""
    return f"{place_text(row)}: {setting_text(row)}: {time_text(row)}"


def untimed_lines(epochs: pd.DataFrame, why: str) -> Iterator[str]:
    """The fewest epochs, when no seconds are known."""
    known = epochs[epochs["train_epochs"].notna()].sort_values("train_epochs")
    for row in known[:1].to_dict("records"):
        yield f"fewest epochs: {setting_text(row)}{_in_brackets(doubts(row, epochs))}"
    yield f"not known: seconds and the best side ({why}; `pytest bench` measures them)."


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def _missing_lines(times: pd.DataFrame, best: pd.DataFrame) -> Iterator[str]:
    """Sides without any answer, and the batch sizes that the fastest was not chosen among."""
    answered = set(best[_COMPUTER].itertuples(index=False, name=None))
    for place, own in times.groupby(_COMPUTER, sort=False):
        words = f"not known {place_text(own.iloc[0].to_dict())}"
        if place not in answered:
            shown = {reason.partition(" at batch size ")[0][:120] for reason in own["reason"]}
            yield f"{words}: {'; '.join(sorted(shown)).rstrip('.')}."
            continue
        cell = [own[name] for name in ("optimizer", "batch_size")]
        timed = own["seconds"].notna().groupby(cell).transform("any")
        untimed = own[~timed & own["epochs"].notna()]
        short = untimed["reason"].map(lambda reason: reason.partition(" at ")[0])
        for reason, cells in untimed.groupby(short):
            sizes = ", ".join(map(str, sorted(cells["batch_size"].unique())))
            yield f"{words}: batch {sizes} ({reason})."


def contest_words(row: Mapping[Any, Any]) -> str:
    """A row of `contests`: `cuda (NVIDIA H200) takes 7.5x [7.1 to 7.7] the time of cpu: ...`."""
    side, base = side_label(row["side"], row["device_label"]), row["base"]
    ratio = ratio_words(row)
    if row["verdict"] in (SLOWER, FASTER):
        winner = base if row["verdict"] == SLOWER else row["side"]
        return f"{side} takes {ratio} the time of {base}: train on {winner}"
    if row["verdict"] == CLOSE:
        return f"{side} and {base} are too close to call ({ratio})"
    why = "; ".join(filter(None, (ratio, row["reason"])))
    return f"{side} against {base}: {row['verdict']}{_in_brackets(why)}"
