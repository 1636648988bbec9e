"""Which cells deserve more blocks: the undecided ones, and the two around each crossover."""

import numpy as np
import pandas as pd

from scripts.judge.pairs import SECONDS
from scripts.judge.rule import CLOSE, FASTER, SLOWER, UNDECIDED
from scripts.judge.verdicts import verdicts
from scripts.read.sides import SIDES

_CURVE = ["workload", "side", "base", "scope", "epochs"]
_CELL = ["workload", "batch_size", "side", "base"]


def undecided_cells(rounds: pd.DataFrame, *, looks: int) -> list[dict[str, object]]:
    """Cells (workload, batch_size, side, base), each once, and `why` they need more blocks.

    `why` is "undecided", "around the crossover" or "too close" (more blocks will not change that,
    but a crossover lies beyond it). A process serves all scopes and numbers of epochs, so where one
    is undecided the whole cell is. Remedies and rungs get no more.
    """
    own = rounds[rounds["family"] == SIDES]
    table = pd.concat([verdicts(own, scope=scope, looks=looks) for scope in SECONDS])
    named = [_around_crossovers(table).assign(why="around the crossover")]
    named += [table[table["verdict"] == word].assign(why=word) for word in (CLOSE, UNDECIDED)]
    cells = pd.concat(named).groupby(_CELL, sort=False)["why"]
    why = cells.agg(lambda words: UNDECIDED if UNDECIDED in set(words) else words.iloc[0])
    rows = why.reset_index().to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _around_crossovers(table: pd.DataFrame) -> pd.DataFrame:
    """The cells on both sides of every change between slower and faster, undecided ones aside."""
    rows = table.assign(curve=table.groupby(_CURVE, dropna=False, sort=False).ngroup())
    rows = rows[rows["verdict"].isin([SLOWER, FASTER])].sort_values(["curve", "batch_size"])
    same = rows["curve"].eq(rows["curve"].shift()).to_numpy()
    changes = rows["verdict"].ne(rows["verdict"].shift()).to_numpy() & same
    both: pd.DataFrame = rows[changes | np.append(changes[1:], False)]
    return both
