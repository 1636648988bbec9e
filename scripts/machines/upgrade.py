"""One machine with two software versions: what became slower, what faster, what stayed.

The verdicts are those of the comparison (`machines.compared`), Holm-adjusted as ever: a regression
is a cell called `slower` than with the base's software, an improvement one called `faster`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from scripts.judge.rule import CLOSE, NOT_MEASURED, SUSPECT, UNDECIDED
from scripts.machines.two_runs import FASTER, SLOWER
from scripts.read.text import counted

CHANGES = {SLOWER: "regression", FASTER: "improvement"}
_VERSIONS = {"torch": "torch", "python": "Python", "os": "operating system"}


@dataclass(frozen=True)
class Upgrade:
    """The base's hardware with other software: `cells` are its rows of the comparison.

    `software` says what differs: `torch 2.14.1 -> 2.15.0`.
    """

    machine: str
    base: str
    software: str
    cells: pd.DataFrame

    @property
    def changed(self) -> pd.DataFrame:
        """Regressions, the worst first, then improvements, the best first; with `change`."""
        own = self.cells[self.cells["verdict"].isin(CHANGES)]
        order = own["ratio"].where(own["verdict"] == FASTER, -own["ratio"])
        own = own.assign(change=own["verdict"].map(CHANGES), slower=own["verdict"] == SLOWER)
        ordered = own.assign(order=order).sort_values(["slower", "order"], ascending=[False, True])
        return ordered.drop(columns=["slower", "order"]).reset_index(drop=True)

    @property
    def words(self) -> str:
        """`new against old (torch 2.14.1 -> 2.15.0): 2 regressions, ... of 40 cells`."""
        counts = self.cells["verdict"].value_counts()
        parts = [counted(int(counts.get(word, 0)), name) for word, name in CHANGES.items()]
        parts += [
            f"{counts[word]} {word}"
            for word in (CLOSE, UNDECIDED, SUSPECT, NOT_MEASURED)
            if word in counts
        ]
        return (
            f"{self.machine} against {self.base}, the same hardware ({self.software}): "
            f"{', '.join(parts)} of {counted(len(self.cells), 'cell')}."
        )


def upgrades(cells: pd.DataFrame, files: pd.DataFrame, *, base: str) -> Iterator[Upgrade]:
    """An entry a machine with the base's hardware and other software.

    `cells` are rows of `machines.compared`, `files` those of `table.load_results`.
    """
    first = files[files["machine"] == base].iloc[0].to_dict()
    for file in files.to_dict("records"):
        same = file["machine_id"] == first["machine_id"] and file["machine"] != base
        own = cells[cells["machine"] == file["machine"]]
        if same and file["software_id"] != first["software_id"] and len(own):
            yield Upgrade(file["machine"], base, _software(first, file), own)


def _software(before: dict[Any, Any], after: dict[Any, Any]) -> str:
    parts = [
        f"{words} {before[name]} -> {after[name]}"
        for name, words in _VERSIONS.items()
        if before[name] != after[name]
    ]
    return "; ".join(parts) or "torch and Python agree, drivers or other packages differ"
