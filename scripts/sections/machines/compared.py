"""What compare.py says on a terminal: who, what differs, means, ranks, the fastest, every cell."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from scripts.judge.rule import NOT_MEASURED
from scripts.machines.cells import PLACE
from scripts.machines.upgrade import changed, contradicted
from scripts.read.text import counted
from scripts.sections.columns import table
from scripts.sections.machines.side_by_side import note, side_pictures
from scripts.sections.machines.tables import summary_tables
from scripts.sections.section import EVERYWHERE, Line, Section, Table
from scripts.tables.comparison import Comparison
from scripts.words.machines import contradiction_words, upgrade_words
from scripts.words.warnings import suspect_lines

MOST_MACHINES = 100
MOST_CHANGES = 20


def compared(comparison: Comparison) -> Iterator[Section]:
    """Yield everything, what has to be known first on top."""
    yield Section(
        key="compared",
        pictures=list(side_pictures(comparison)),
        brief={EVERYWHERE: list(_brief(comparison))},
        frames=dict(comparison.tables()),
    )


def _brief(comparison: Comparison) -> Iterator[Line | Table]:
    for text in suspect_lines(comparison.analysis.doubts):
        yield Line(text, tone="warning")
    yield from _unlike(comparison.cells)
    yield from _machines(comparison.files, comparison.base)
    doubted = contradicted(comparison.cells, comparison.files, base=comparison.base)
    for machine, factor in doubted.items():
        yield Line(contradiction_words(machine, comparison.base, factor), tone="warning")
    for _machine, own in comparison.upgrades.groupby("machine", sort=False):
        yield Line("")
        yield Line(f"Upgrade check: {upgrade_words(own)}", tone="strong")
        yield from _changes(changed(own))
    if comparison.means.empty:
        yield Line("")
        yield Line("No geometric means: no cell was measured by all, none of them suspect.")
    yield from summary_tables(comparison)
    yield from _cells(comparison.cells)
    yield Line("")
    yield Line(note(comparison), tone="faint")


def _unlike(cells: pd.DataFrame) -> Iterator[Line]:
    """Yield, before any number, in what the compared work differs."""
    marked = cells.loc[cells["unlike"] != "", ["machine", "unlike"]].drop_duplicates()
    for machine, words in marked.itertuples(index=False):
        yield Line(f"{machine} did not do the same work: {words}", tone="warning")


def _machines(files: pd.DataFrame, base: str) -> Iterator[Line]:
    """Yield who is compared, and what is known of each."""
    first = files[files["machine"] == base].iloc[0]
    for file in files.head(MOST_MACHINES).to_dict("records"):
        yield Line(f"{file['machine']}{_role(file, first)}", tone="strong")
        yield Line(f"  {file['cpu']}; {file['os']}; torch {file['torch']}; {file['file']}")
    if (more := len(files) - MOST_MACHINES) > 0:
        yield Line(f"and {counted(more, 'more machine')}", tone="faint")


def _role(file: Mapping[Any, Any], first: Mapping[Any, Any] | pd.Series) -> str:
    if file["machine"] == first["machine"]:
        return " (base: ratios are seconds / its seconds)"
    if file["machine_id"] != first["machine_id"]:
        return ""
    other = file["software_id"] != first["software_id"]
    return f" (the base's hardware, {'other' if other else 'the same'} software)"


def _changes(cells: pd.DataFrame) -> Iterator[Line | Table]:
    """Yield the first cells that became slower or faster, and how many there are besides."""
    if len(cells):
        rows = _with_work(cells.head(MOST_CHANGES))
        yield table(rows, "", "", "change work batch_size epochs ratio")
    if (more := len(cells) - MOST_CHANGES) > 0:
        yield Line(f"{more} more: --out writes all of them to upgrade.csv")


def _cells(cells: pd.DataFrame) -> Iterator[Table]:
    """Yield every cell, a table per workload and side: warm steps first, then the totals."""
    several = "machine" if cells["machine"].nunique() > 1 else ""
    money = "usd:paid cost_ratio" if "usd" in cells and cells["usd"].notna().any() else ""
    rows = _with_work(cells)
    rows["said"] = [_said(row) for row in rows.to_dict("records")]
    for work, own in rows.groupby("work"):
        ordered = own.sort_values([*PLACE[1:3], "machine"], na_position="first", kind="stable")
        shown = f"batch_size epochs {several} base_seconds seconds:time ratio {money} said"
        yield table(ordered, "", str(work), shown)


def _said(row: Mapping[Any, Any]) -> str:
    verdict = row["verdict"] if row["verdict"] != NOT_MEASURED else ""
    unlike = "unlike work" if row["unlike"] else ""
    return ": ".join(filter(None, (verdict, row["reason"], unlike)))


def _with_work(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with what was done: `mlp on cpu+threads=2`."""
    return rows.assign(work=rows["workload"] + " on " + rows["side"])
