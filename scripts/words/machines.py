"""Machines against one another in sentences."""

import pandas as pd

from scripts.judge.rule import CLOSE, NOT_MEASURED, SUSPECT, UNDECIDED
from scripts.machines.upgrade import CHANGES
from scripts.read.text import counted


def upgrade_words(cells: pd.DataFrame) -> str:
    """One machine's rows of `upgrades`: `new against old (torch ...): 2 regressions, ...`."""
    first = cells.iloc[0]
    counts = cells["verdict"].value_counts()
    parts = [counted(int(counts.get(word, 0)), name) for word, name in CHANGES.items()]
    others = (CLOSE, UNDECIDED, SUSPECT, NOT_MEASURED)
    parts += [f"{counts[word]} {word}" for word in others if word in counts]
    return (
        f"{first['machine']} against {first['base']}, the same hardware ({first['software']}): "
        f"{', '.join(parts)} of {counted(len(cells), 'cell')}."
    )
