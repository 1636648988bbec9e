"""Which figures are suspect: those of fewer sound rounds than a verdict needs, some left out.

Where enough rounds are sound, the suspect ones count nowhere, as in verdicts.
"""

import pandas as pd

from scripts.judge.pairs import joined
from scripts.judge.rule import FEWEST_BLOCKS

_PLACE = ["file", "workload", "side", "batch_size", "again"]
"""What has one round a block: its cells differ in epochs, of which one process trained all."""
_CELL = ["file", "workload", "side", "batch_size", "epochs"]


def trusted(rounds: pd.DataFrame) -> pd.DataFrame:
    """The rows that figures stand on, and `doubt`: why they are suspect; empty where they are not.

    `rounds` are rows of `table.load`.
    """
    noted = rounds.loc[rounds["suspect"] != "", [*_PLACE, "block", "suspect"]]
    if noted.empty:
        return rounds.assign(doubt="")
    told = noted.groupby(_PLACE)["suspect"].agg(lambda texts: joined("; ".join(texts).split("; ")))
    places = pd.MultiIndex.from_frame(rounds[_PLACE])
    bad = pd.MultiIndex.from_frame(noted[[*_PLACE, "block"]]).unique()
    is_bad = pd.MultiIndex.from_frame(rounds[[*_PLACE, "block"]]).isin(bad)
    once = rounds[~is_bad & rounds["block"].notna()].drop_duplicates([*_PLACE, "block"])
    enough = once.groupby(_PLACE).size().reindex(places, fill_value=0) >= FEWEST_BLOCKS
    doubt = told.reindex(places).where(~enough).fillna("").to_numpy()
    return rounds.assign(doubt=doubt)[~(is_bad & enough.to_numpy())]


def doubts(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a file with suspect figures: file, machine, suspect and cells (counts), why.

    `rounds` are rows of `trusted`; cells are those that were measured.
    """
    own = rounds[rounds["block"].notna() & ~rounds["again"]].drop_duplicates(_CELL)
    files = own.assign(one=own["doubt"] != "").groupby(["file", "machine"], sort=False)
    table = files.agg(
        suspect=("one", "sum"),
        cells=("one", "size"),
        why=("doubt", lambda texts: joined("; ".join(texts).split("; "))),
    ).reset_index()
    return table[table["suspect"] > 0].reset_index(drop=True)
