"""The tables of one workload about why: causes, the ladder from the taught loop, remedies."""

from collections.abc import Callable, Iterator

import pandas as pd

from scripts.figures.style import labelled
from scripts.read.text import seconds_in_words
from scripts.sections.section import Column, Table, column
from scripts.words.remedies import remedy_words
from scripts.words.verdicts import ratio_words
from scripts.words.why import flops_in_words
from scripts.write.view import View

_AXES = ("file", "device", "threads")


def why_tables(view: View, workload: str) -> Iterator[Table]:
    """What the studies say of a workload; none where no shown file has any."""
    analysis = view.analysis
    makers: list[tuple[pd.DataFrame, Callable[[pd.DataFrame, str, str], Table]]] = [
        (analysis.causes[analysis.causes["epochs"].isna()], _causes),
        (analysis.ladder, _ladder),
        (analysis.remedies, _remedies),
    ]
    for table, make in makers:
        own = table[(table["workload"] == workload) & table["file"].isin(view.files)]
        if len(own):
            yield make(labelled(own.reset_index(drop=True)), workload, view.work_stems[workload])


def _causes(rows: pd.DataFrame, workload: str, stem: str) -> Table:
    shares = ["load", "copy", "network", "evaluation"]
    parts = [f"{part}_seconds" for part in ("load", "copy", "forward", "backward", "optimizer")]
    rates = rows["flops"] / rows["step_seconds"]
    return Table(
        name=f"causes-{stem}",
        caption=f"Where a step of {workload} goes, and what it waits for",
        columns=[
            *_places(rows),
            column(rows, "cause", "cause"),
            column(rows, "agrees", "a second measure agrees"),
            column(rows, "step_seconds", "a step", words=_words(rows, "step_seconds")),
            *[column(rows, f"{name}_share", name, words=_percent(rows, name)) for name in shares],
            column(rows, "host_share", "host share", words=_percent(rows, "host")),
            column(rows, "sum_share", "parts / step", words=_whole(rows["sum_share"])),
            column(rows, "operations", "operations"),
            column(rows, "host_reads", "numbers read by the host"),
            column(
                rows.assign(rate=rates), "rate", "computes",
                words=list(map(_computes, rates, rows["uncounted"])),
            ),
            column(rows, "reason", "reason"),
            *[column(rows, name) for name in (*_AXES, *parts, "evaluation_seconds", "suspect")],
            *[column(rows, name) for name in ("busy_share", "growth", "synchronisations", "flops")],
            column(rows, "uncounted"),
        ],
        choices=["cause"],
    )  # fmt: skip


def _computes(rate: float, uncounted: str) -> str:
    """FLOP/s in words; of operations that nobody can count there is no more than a lower bound."""
    if not rate > 0:
        return ""
    return f"{'at least ' if uncounted else ''}{flops_in_words(rate)}"


def _ladder(rows: pd.DataFrame, workload: str, stem: str) -> Table:
    factors = [
        ratio_words({"ratio": row["times"], "lo": row["lo"], "hi": row["hi"]})
        for row in rows.to_dict("records")
    ]
    return Table(
        name=f"ladder-{stem}",
        caption=f"{workload}, from the loop that is taught to the lean one",
        columns=[
            *_places(rows),
            column(rows, "name", "loop"),
            column(rows, "epoch_seconds", "an epoch", words=_words(rows, "epoch_seconds")),
            column(rows, "saved_seconds", "saved", words=_words(rows, "saved_seconds")),
            column(rows, "times", "plain epochs", words=factors),
            column(rows, "verdict", "against the plain loop"),
            column(rows, "reason", "reason"),
            *[column(rows, name) for name in (*_AXES, "rung", "lo", "hi", "blocks")],
        ],
        choices=["name"],
    )


def _remedies(rows: pd.DataFrame, workload: str, stem: str) -> Table:
    own = rows[rows["kind"] != "ladder"].reset_index(drop=True)
    words = [remedy_words(row) for row in own.to_dict("records")]
    return Table(
        name=f"remedies-{stem}",
        caption=f"What would make {workload} faster",
        columns=[
            *_places(own),
            column(own, "remedy", "remedy"),
            column(own, "gain", "against the plain cell", words=words),
            column(own, "verdict", "verdict"),
            *[column(own, name) for name in (*_AXES, "kind", "applied", "lo", "hi", "blocks")],
            *[column(own, name) for name in ("pays_off", "epochs", "lower", "upper", "reason")],
        ],
        choices=["remedy", "verdict"],
    )


def _places(rows: pd.DataFrame) -> list[Column]:
    return [
        column(rows, "machine", "machine"),
        column(rows, "label", "device"),
        column(rows, "batch_size", "batch size"),
    ]


def _words(rows: pd.DataFrame, name: str) -> list[str]:
    return ["" if pd.isna(value) else seconds_in_words(value) for value in rows[name]]


def _percent(rows: pd.DataFrame, name: str) -> list[str]:
    return _whole(rows[f"{name}_share"])


def _whole(shares: pd.Series) -> list[str]:
    return ["" if pd.isna(share) else f"{share:.0%}" for share in shares]
