"""What compare.py says on a terminal: means, what changed, who is compared."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from scripts.machines.upgrade import changed, contradicted
from scripts.read.text import counted
from scripts.sections.columns import table
from scripts.sections.machines.means import brief_means
from scripts.sections.machines.side_by_side import side_pictures, standing
from scripts.sections.machines.tables import costs_table
from scripts.sections.section import Line, Section, Table
from scripts.sections.warnings import run_warnings
from scripts.tables.comparison import Comparison
from scripts.words.machines import contradiction_words, upgrade_words
from scripts.words.warnings import gravest_first

MOST_ROWS = 5
MOST_MACHINES = 3
"""Of which more is said than their names."""


def compared(comparison: Comparison) -> Iterator[Section]:
    """Yield everything, what has to be known first on top."""
    yield Section(
        key="compared",
        pictures=list(side_pictures(comparison)),
        brief=list(_brief(comparison)),
        frames=dict(comparison.tables()),
    )


def _brief(comparison: Comparison) -> Iterator[Line | Table]:
    """Yield the geometric means in sentences and rows, what changed, and on what that stands."""
    for text in gravest_first([*run_warnings(comparison.analysis), *_unlike(comparison.cells)]):
        yield Line(text, tone="warning")
    doubted = contradicted(comparison.cells, comparison.files, base=comparison.base)
    if doubted:
        yield Line(contradiction_words(doubted, comparison.base), tone="warning")
    yield from brief_means(comparison)
    if len(comparison.costs):
        yield costs_table(comparison.costs)
    for _machine, own in comparison.upgrades.groupby("machine", sort=False):
        yield Line(f"Upgrade check: {upgrade_words(own)}", tone="strong")
        yield from _changes(changed(own))
    yield from _machines(comparison.files, comparison.base)
    cells = counted(len(comparison.cells), "cell")
    words = f"{standing(comparison)} --out FOLDER writes all {cells}, ranks and more."
    yield Line(words, tone="faint")


def _unlike(cells: pd.DataFrame) -> Iterator[str]:
    """Yield, before any number, in what the compared work differs."""
    marked = cells.loc[cells["unlike"] != "", ["machine", "unlike"]].drop_duplicates()
    for machine, words in marked.itertuples(index=False):
        yield f"{machine} did not do the same work: {words}"


def _machines(files: pd.DataFrame, base: str) -> Iterator[Line]:
    """Yield who is compared, and what is known of each, while they are few."""
    first = files[files["machine"] == base].iloc[0]
    for file in files.to_dict("records") if len(files) <= MOST_MACHINES else ():
        words = f"{file['cpu']}; {file['os']}; torch {file['torch']}; {file['file']}"
        yield Line(words, lead=f"{file['machine']}{_role(file, first)}: ", tone="faint")


def _role(file: Mapping[Any, Any], first: Mapping[Any, Any] | pd.Series) -> str:
    if file["machine"] == first["machine"]:
        return " (base)"
    if file["machine_id"] != first["machine_id"]:
        return ""
    other = file["software_id"] != first["software_id"]
    return f" (the base's hardware, {'other' if other else 'the same'} software)"


def _changes(cells: pd.DataFrame) -> Iterator[Line | Table]:
    """Yield the first cells that became slower or faster, and how many there are besides."""
    if len(cells):
        rows = cells.head(MOST_ROWS)
        rows = rows.assign(work=rows["workload"] + " on " + rows["side"])
        yield table(rows, "", "", "change work batch_size epochs ratio")
    if (more := len(cells) - MOST_ROWS) > 0:
        yield Line(f"{more} more: --out writes all of them to upgrade.csv")
