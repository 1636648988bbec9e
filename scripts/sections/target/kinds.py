"""CNN, RNN or transformer? Networks that learned the same data, side by side."""

from collections.abc import Iterator

import pandas as pd

from scripts.read.text import file_stem
from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Line, Section, Table
from scripts.words.crossovers import crossover_words
from scripts.words.target.kinds import KINDS, kinds_line


def kinds(report: Report) -> Iterator[Section]:
    """Yield nothing unless learning files trained several networks on one data set to the end."""
    learned = report.learned
    if learned is None or learned.kinds.empty:
        return
    rows = with_crossovers(learned.kinds, report.analysis.crossovers)
    sets = list(rows.groupby("dataset", sort=False))
    yield Section(
        key="kinds",
        title=KINDS,
        lines=[Line(kinds_line(own), lead=f"{dataset}: ") for dataset, own in sets],
        tables=[kinds_table(str(dataset), own) for dataset, own in sets],
        frames={"kinds.csv": rows.drop(columns="metric")},
    )


def with_crossovers(rows: pd.DataFrame, crossovers: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `Learned.kinds` with the crossover of each network's warm epochs, in words."""
    place = ["file", "workload", "side"]
    warm = crossovers[crossovers["scope"] == "warm"].drop_duplicates(place)
    known = {
        tuple(curve[name] for name in place): crossover_words(curve)
        for curve in warm.to_dict("records")
    }
    keys = rows[place].itertuples(index=False, name=None)
    return rows.assign(crossover_batch_size=[known.get(key, "") for key in keys])


def kinds_table(dataset: str, rows: pd.DataFrame) -> Table:
    """Return a row per network and timed side of one data set."""
    known = {"device_label": "", "machine": "", "reason": "not timed", "suspect": ""}
    return table(
        rows.fillna(known).assign(doubt=lambda own: own["suspect"]),
        f"kinds-{file_stem(dataset)}",
        f"Networks that learned {dataset}, each at its lowest held-out loss",
        "workload learned_on:learner optimizer batch_size score_best lowest:lowest_epoch machine "
        "device_label:label epoch_seconds:an_epoch crossover_batch_size reason",
        "learning_rate low high seeds side base note suspect learning_file file",
    )
