"""The columns of all tables: what each is called, and how its values are written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from scripts.read.text import optimizer_name
from scripts.sections.formats import (
    Row,
    Words,
    computes,
    epoch_range,
    factor,
    first_faster,
    floor,
    number,
    percent,
    score,
    seconds,
    where_known,
)
from scripts.sections.section import Column, Line, Table, Value, plain_values
from scripts.words.crossovers import crossover_words
from scripts.words.derived import epoch_words
from scripts.words.remedies import remedy_words
from scripts.words.settings import rung_words, settings_words
from scripts.words.target.learning import cost_text, setting_text, time_text
from scripts.words.target.turning import lowest_text, worse_text
from scripts.words.verdicts import break_even_words, ratio_words

COLUMNS: dict[str, tuple[str, Words | None]] = {
    "label": ("side", None),
    "pair": ("sides", None),
    "epochs": ("epochs", lambda row: epoch_words(row["epochs"], derived=row["derived"])),
    "count": ("epochs", None),
    # verdicts
    "ratio": ("ratio", ratio_words),
    "side_ratio": ("seconds / base seconds", ratio_words),
    "break_even": ("break-even epochs", break_even_words),
    "cell_list": ("batch size (epochs)", None),
    "blocks": ("repetitions", None),
    "detail": ("what was said", None),
    "plain_ratio": ("plain / plain", factor("ratio")),
    "best_ratio": ("best / best", factor("best_ratio")),
    "best_side": ("its best", None),
    "best_base": ("base's best", None),
    # seconds
    "step_seconds": ("a step", seconds("step_seconds")),
    "step": ("step", seconds("step_seconds")),
    "samples_a_second": ("samples per second", number("samples_a_second", "{:,.0f}")),
    "epoch_seconds": ("a warm epoch", seconds("epoch_seconds")),
    "cold_start_seconds": ("cold start", seconds("cold_start_seconds")),
    "minor_faults_per_step": (
        "page faults per step",
        number("minor_faults_per_step", "{:,.0f}"),
    ),
    "measured_seconds": ("measured", seconds("measured_seconds")),
    "derived_seconds": ("derived", seconds("derived_seconds")),
    "error": ("error", number("error", "{:+.1%}")),
    "lowest": ("lowest", number("lowest", "{:+.1%}")),
    "highest": ("highest", number("highest", "{:+.1%}")),
    # published
    "points": ("GPU seconds / CPU seconds", factor("ratio")),
    # machines
    "cpu": ("CPU", None),
    "cores_physical": ("cores", None),
    "measured_cells": ("cells timed", None),
    "absent_cells": ("without a time", None),
    "python": ("Python", None),
    "os": ("operating system", None),
    # noise
    "noise_floor_warm": ("noise floor, warm", floor("noise_floor_warm")),
    "margin_warm": ("margin, warm", number("margin_warm", "{:.1%}")),
    "noise_floor_total": ("noise floor, total", floor("noise_floor_total")),
    "margin_total": ("margin, total", number("margin_total", "{:.1%}")),
    "repeats_called_different": ("A/A cells called different", None),
    "expected_wrong": ("expected wrong, at most", None),
    "withheld": ("withheld as suspect", None),
    # why
    "agrees": ("a second measure agrees", None),
    "load_share": ("load", percent("load_share")),
    "copy_share": ("copy", percent("copy_share")),
    "network_share": ("network", percent("network_share")),
    "evaluation_share": ("evaluation", percent("evaluation_share")),
    "host_share": ("host share", percent("host_share")),
    "sum_share": ("parts / step", percent("sum_share")),
    "host_reads": ("numbers read by the host", None),
    "rate": ("computes", computes),
    "loop": ("loop", lambda row: rung_words(row["rung"], row["side"])[0]),
    "an_epoch": ("an epoch", seconds("epoch_seconds")),
    "saved_seconds": ("saved", seconds("saved_seconds")),
    "times": ("plain epochs", lambda row: ratio_words({**row, "ratio": row["times"]})),
    "rung_verdict": ("against the plain loop", None),
    "remedy": ("remedy", lambda row: settings_words(row["remedy"])),
    "gain": ("against the base", remedy_words),
    # a bound
    "gpu": ("GPU", None),
    "floor_seconds": ("no GPU below", seconds("floor_seconds")),
    "best_speedup": ("faster, at best", factor("best_speedup")),
    "least_epochs": ("epochs that pay, at least", number("least_epochs", "{:,.0f}")),
    "least_epochs_if_slow": ("with a slow start", number("least_epochs_if_slow", "{:,.0f}")),
    # learning
    "learner": ("learned on", None),
    "optimizer": ("optimiser", lambda row: optimizer_name(row["optimizer"])),
    "optimizers": ("optimiser", None),
    "learning_rate": ("learning rate", number("learning_rate", "{:.3g}")),
    "train_epochs": ("epochs", number("train_epochs", "{:.0f}")),
    "standing": ("seeds that end there", lambda row: f"{row['standing']} of {row['seeds']}"),
    "epoch_range": ("epochs to its first look", where_known("epochs", epoch_range)),
    "time_to_target": ("time to the target", where_known("seconds", time_text)),
    "doubts": ("what to know", None),
    "why": ("reason, or what was assumed", None),
    "lowest_epoch": ("epochs to the lowest loss", lowest_text),
    "last": ("epochs trained", number("last", "{:.0f}")),
    "worse": ("loss at the end / there", worse_text),
    "score_best": ("score there", score("score_best")),
    "score_last": ("score at the end", score("score_last")),
    "train_score_last": ("score in training", score("train_score_last")),
    "stop_epochs": ("early stopping after", number("stop_epochs", "{:g}")),
    "all_seconds": ("all epochs", seconds("all_seconds")),
    "stop_seconds": ("with early stopping", seconds("stop_seconds")),
    "place": ("at", None),
    "side_batch": ("its batch size", None),
    "base_batch": ("the base's batch size", None),
    "seeds": ("seeds that got there", lambda row: f"{row['reached']} of {row['seeds']}"),
    "edge": ("learning rate at the edge of those tried", None),
    # machines side by side
    "scope": ("seconds", lambda row: "total" if row["scope"] == "total" else "warm"),
    "cost_ratio": ("cost / the base's", lambda row: ratio_words(row, of="cost_")),
    "mean": ("geometric mean", seconds("seconds")),
    "said": ("verdict", None),
    "tied_with": ("too close to", None),
    "undecided_with": ("undecided against", None),
    "crossover": ("crossover", crossover_words),
    "base_crossover": ("the base's", None),
    "moves": ("to", None),
    "base_seconds": ("base's median", seconds("base_seconds")),
    "time": ("median", seconds("seconds")),
    "seconds": ("seconds", seconds("seconds")),
    "time_needed": ("time", time_text),
    "setting": ("setting", setting_text),
    "usd": ("USD", cost_text),
    "price": ("USD", lambda row: cost_text(row) or "no price"),
    "margin": ("margin", percent("margin")),
    # many machines
    "crosses": ("cross", None),
    "first_faster": ("faster from", where_known("median", first_faster)),
}
"""By name: the title, and the words of a row's cell (None: the values themselves).

A name that is not here is its own title, with spaces for underscores.
"""


def table(
    rows: pd.DataFrame,
    name: str,
    caption: str,
    shown: str | Iterable[str],
    hidden: str = "",
    *,
    choices: str = "",
) -> Table:
    """Return a table of these rows: `shown` and, in its CSV only, `hidden` columns by their names.

    `epochs:epoch_range` is the frame's column `epochs`, shown as COLUMNS says of `epoch_range`. A
    column that the frame lacks is made of its words.
    """
    records = rows.to_dict("records")
    names = shown.split() if isinstance(shown, str) else shown
    columns = [_column(rows, records, *one.split(":")) for one in names]
    columns += [Column(key, plain_values(rows[key])) for key in hidden.split()]
    return Table(name, caption, columns, choices.split())


def in_short(
    name: str, caption: str, rows: Mapping[str, Mapping[str, tuple[Value, str]]]
) -> Table | None:
    """Return a table of networks: by name a row, by title a value and its text.

    None where the titles differ, and of one network, which a sentence tells better.
    """
    titles = {tuple(cells) for cells in rows.values()}
    if len(rows) < 2 or len(titles) > 1:
        return None
    columns = [Column("workload", [*rows], "network")]
    for title in titles.pop():
        values, texts = zip(*(cells[title] for cells in rows.values()), strict=True)
        if any(texts):
            columns.append(Column(title, plain_values(pd.Series(values)), title, texts))
    return Table(name, caption, columns)


def on_page(items: Iterable[Line | Table]) -> dict[str, Any]:
    """Return a section's lines and tables."""
    told = list(items)
    return {
        "lines": [one for one in told if isinstance(one, Line)],
        "tables": [one for one in told if isinstance(one, Table)],
    }


def _column(rows: pd.DataFrame, records: Sequence[Row], key: str, known_as: str = "") -> Column:
    name = known_as or key
    title, words = COLUMNS.get(name, (name.replace("_", " "), None))
    texts = None if words is None else [words(row) for row in records]
    if key in rows:
        return Column(key, plain_values(rows[key]), title, texts)
    return Column(key, texts or [], title)
