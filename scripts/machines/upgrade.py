"""One machine with two software versions: what became slower, what faster, what stayed.

The verdicts are those of the comparison (`cells.compared`). With several runs of both, a regression
is a cell called `slower` than with the base's software, an improvement one called `faster`; one run
of each tells nothing of the software, since runs of the same software differ too.
"""

from typing import Any

import numpy as np
import pandas as pd

from scripts.machines.two_runs import FASTER, SLOWER

CHANGES = {SLOWER: "regression", FASTER: "improvement"}
OTHER_HARDWARE = 1.5
"""A shift of all cells by more than this contradicts that the hardware is the same."""
_VERSIONS = {"torch": "torch", "python": "Python", "os": "operating system"}


def upgrades(cells: pd.DataFrame, files: pd.DataFrame, *, base: str) -> pd.DataFrame:
    """The cells of machines that are the base's hardware with other software, and which.

    `cells` are rows of `compared`, `files` those of `table.load_results`; `software` says what
    differs: `torch 2.14.1 -> 2.15.0`.
    """
    first = files[files["machine"] == base].iloc[0].to_dict()
    same = files[(files["machine_id"] == first["machine_id"]) & (files["machine"] != base)]
    other = same[same["software_id"] != first["software_id"]].to_dict("records")
    software = {file["machine"]: _software(first, file) for file in other}
    own = cells[cells["machine"].isin(list(software))]
    return own.assign(software=own["machine"].map(software))


def contradicted(cells: pd.DataFrame, files: pd.DataFrame, *, base: str) -> dict[str, float]:
    """Return the machines that are called the base's hardware and cannot be, with their factor.

    Every warm cell that both measured takes more than OTHER_HARDWARE times as long, or as short;
    the factor is the cells' geometric mean. `cells` and `files` as in `upgrades`.
    """
    own = files.set_index("machine")["machine_id"]
    warm = cells[(cells["scope"] == "warm") & cells["ratio"].notna() & (cells["unlike"] == "")]
    found = {}
    for machine, ratios in warm.groupby("machine", sort=False)["ratio"]:
        same = own[machine] == own[base]
        if same and (ratios.min() > OTHER_HARDWARE or ratios.max() < 1 / OTHER_HARDWARE):
            found[str(machine)] = float(np.exp(np.log(ratios).mean()))
    return found


def changed(upgraded: pd.DataFrame) -> pd.DataFrame:
    """Of each machine slower cells, the worst first, then faster ones, the best first."""
    slower = upgraded["verdict"] == SLOWER
    ordered = upgraded.assign(
        change=_change(upgraded),
        place=pd.factorize(upgraded["machine"])[0],
        faster=~slower,
        order=upgraded["ratio"].mask(slower, -upgraded["ratio"]),
    ).sort_values(["place", "faster", "order"], ignore_index=True)
    own = ordered[ordered["change"].notna()]
    return own.drop(columns=["software", "place", "faster", "order"]).reset_index(drop=True)


def several_runs(upgraded: pd.DataFrame) -> bool:
    """Whether all cells that both have come from several runs of both."""
    both = upgraded[["runs", "base_runs"]]
    both = both[(both > 0).all(axis=1)]
    return len(both) > 0 and bool((both > 1).all(axis=None))


def _change(upgraded: pd.DataFrame) -> pd.Series:
    """What a cell's verdict means; of one run each no more than it says."""
    words = CHANGES if several_runs(upgraded) else {word: word for word in CHANGES}
    return upgraded["verdict"].map(words)


def _software(before: dict[Any, Any], after: dict[Any, Any]) -> str:
    parts = [
        f"{words} {before[name]} -> {after[name]}"
        for name, words in _VERSIONS.items()
        if before[name] != after[name]
    ]
    return "; ".join(parts) or "torch and Python agree, drivers or other packages differ"
