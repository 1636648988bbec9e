"""A worker that stops answering once the run's journal is so far, so that a test may end the run.

`CROSSOVER_STUB_HOLD` is the journal, a `|` and how many answers it has to hold.
"""

import os
import time
from pathlib import Path

HOLD = "CROSSOVER_STUB_HOLD"
KINDS = ('"measured"', '"race"', '"study"')


def answers(journal: Path) -> int:
    """Answers of workers in a journal; none where there is no journal."""
    text = journal.read_text() if journal.exists() else ""
    return sum(any(kind in line for kind in KINDS) for line in text.splitlines())


def journalled() -> int:
    """Answers in the journal that is waited for."""
    return answers(Path(os.environ.get(HOLD, "").rpartition("|")[0] or os.devnull))


def hold(given: int) -> None:
    """Returns at once, or never: where `given` answers are as many as are waited for."""
    _, _, count = os.environ.get(HOLD, "").rpartition("|")
    while count and given >= int(count):
        time.sleep(0.05)
